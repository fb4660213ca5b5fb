//! Lists the files of `dist` to embed: the GraphQL playground and the stylesheet of the pages. `build.mjs` next to this file
//! builds them, not cargo: a cargo build needs neither Node.js nor a network, and writes to `OUT_DIR` only.
//!
//! A `dist` that was built from other sources is left out, as if it did not exist.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest as _, Sha256};

const FOLDER: &str = "src/http/assets";
/// The folders of sources, each of which becomes a folder of `dist` and a list named in capitals.
const BUNDLES: [&str; 2] = ["pages", "playground"];
/// The other sources.
const FILES: [&str; 3] = ["build.mjs", "package-lock.json", "package.json"];

fn main() -> io::Result<()> {
    // `dist` itself is in git: cargo treats a missing folder as changed, and would compile psn again each time.
    for name in ["build.rs", "dist"].iter().chain(&FILES).chain(&BUNDLES) {
        println!("cargo::rerun-if-changed={FOLDER}/{name}");
    }
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?).join(FOLDER);
    let dist = folder.join("dist");
    let built_from = fs::read_to_string(dist.join("sources.sha256")).ok();
    let is_current = built_from == Some(sources(&folder)?);
    if !is_current {
        let why = if built_from.is_some() { "were built from other sources" } else { "are not built" };
        println!(
            "cargo::warning=The playground and the NHS design {why} and are left out: run `node {FOLDER}/build.mjs` \
             (Node.js 20 or later, npm) and build again"
        );
    }
    let mut lists = String::new();
    for bundle in BUNDLES {
        let files = if is_current { files_in(&dist.join(bundle))? } else { Vec::new() };
        lists += &listing(bundle, &files);
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("assets.rs"), lists)
}

/// Returns the checksums of the sources as `build.mjs` writes them: one line per file, sorted by path, in the format of
/// `sha256sum`.
fn sources(folder: &Path) -> io::Result<String> {
    let mut paths: Vec<_> = FILES.iter().map(|name| folder.join(name)).collect();
    for bundle in BUNDLES {
        paths.extend(files_in(&folder.join(bundle))?);
    }
    let mut lines = Vec::new();
    for path in paths {
        let parts: Vec<_> =
            path.strip_prefix(folder).unwrap_or(&path).iter().map(|part| part.to_string_lossy()).collect();
        lines.push((parts.join("/"), hex::encode(Sha256::digest(fs::read(&path)?))));
    }
    lines.sort();
    Ok(lines.iter().map(|(path, hash)| format!("{hash}  {path}\n")).collect())
}

/// Returns the files in a folder and its subfolders, sorted by path.
fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(files_in(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// Returns Rust source for a static list of the files. The including module defines the `Asset` type.
fn listing(bundle: &str, files: &[PathBuf]) -> String {
    let mut source = format!("static {}: &[Asset] = &[\n", bundle.to_uppercase());
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        // Writing into a String never fails.
        let _ = writeln!(source, "    Asset {{ path: {name:?}, gzip: true, bytes: include_bytes!({file:?}) }},");
    }
    source + "];\n"
}
