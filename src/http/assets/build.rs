//! Brings the files of others that are embedded: the GraphQL playground, and the NHS design system of the pages. Each is a folder
//! with an npm lock file. The folder is copied to `OUT_DIR`, the packages that the lock file names are installed there, and
//! its `bundle.mjs` makes the files of `dist`. `OUT_DIR/assets.rs` then lists them, one static per folder.
//!
//! Neither is needed to build: without Node.js, without a network or with `PSN_PLAYGROUND=skip`, the lists are empty. The
//! playground then says how to get it, and the pages use a stylesheet of our own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, io, thread};

const SELF: &str = "src/http/assets/build.rs";
const OLDEST_NODE: u32 = 20;
/// On Windows npm is a command script, which is only found by its full name.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// A folder with a lock file and a `bundle.mjs`.
struct Bundle {
    /// What it is, for a person.
    what: &'static str,
    /// The name of its list in `assets.rs`, and in lower case of its folder in `OUT_DIR`.
    name: &'static str,
    folder: &'static str,
    /// Named one by one: a Rust file beside them must not set off a new bundle.
    sources: &'static [&'static str],
    /// A folder of further sources.
    examples: Option<&'static str>,
    /// One of its packages, by which a look at the registry tells whether it can be reached.
    package: &'static str,
}

const BUNDLES: [Bundle; 2] = [
    Bundle {
        what: "The playground",
        name: "PLAYGROUND",
        folder: "src/http/playground",
        sources: &["package.json", "package-lock.json", "bundle.mjs", "index.html", "main.jsx", "playground.css"],
        examples: Some("examples"),
        package: "esbuild",
    },
    Bundle {
        what: "The NHS design system",
        name: "PAGES",
        folder: "src/pages/assets",
        sources: &["package.json", "package-lock.json", "bundle.mjs"],
        examples: None,
        package: "nhsuk-frontend",
    },
];

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed={SELF}");
    for Bundle { folder, sources, examples, .. } in &BUNDLES {
        for name in sources.iter().chain(examples) {
            println!("cargo:rerun-if-changed={folder}/{name}");
        }
    }
    println!("cargo:rerun-if-env-changed=PSN_PLAYGROUND");

    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let skip = env::var_os("PSN_PLAYGROUND").is_some_and(|value| value == "skip");
    let mut lists = String::new();
    for bundle in &BUNDLES {
        let names = if skip { Ok(Vec::new()) } else { bundle.make(&out) };
        let names = names.unwrap_or_else(|reason| {
            // Cargo does not know when Node.js or the network has come, hence the `touch`.
            println!(
                "cargo:warning={} is left out ({reason}). It needs Node.js {OLDEST_NODE} \
                 or later, npm and a package registry within reach: `touch {SELF}` and build again, or \
                 set PSN_PLAYGROUND=skip to leave it out without this warning.",
                bundle.what
            );
            Vec::new()
        });
        lists += &bundle.listing(&names);
    }
    fs::write(out.join("assets.rs"), lists)
}

impl Bundle {
    /// Where the sources are copied to, below `OUT_DIR`.
    fn work(&self) -> String {
        format!("{}-src", self.name.to_lowercase())
    }

    /// The names of the bundled files, or in a few words why there are none.
    fn make(&self, out: &Path) -> Result<Vec<String>, String> {
        let log = out.join(format!("{}.log", self.name.to_lowercase()));
        node_is_recent()?;
        let work = out.join(self.work());
        self.copy_sources(&work).map_err(|error| format!("copying its sources failed: {error}"))?;
        install(&work, out, self.package, &log)?;
        let mut bundler = Command::new("node");
        bundler.arg("bundle.mjs").current_dir(&work);
        run(bundler, "the bundler", Duration::from_secs(120), &log)?;
        let mut names = Vec::new();
        for entry in fs::read_dir(work.join("dist")).map_err(|error| error.to_string())? {
            let name = entry.map_err(|error| error.to_string())?.file_name();
            names.extend(name.to_str().and_then(|name| name.strip_suffix(".gz")).map(str::to_owned));
        }
        names.sort(); // a folder is read in no particular order
        Ok(names)
    }

    /// npm and the bundler work on a copy, because a build script writes to `OUT_DIR` only.
    fn copy_sources(&self, work: &Path) -> io::Result<()> {
        fs::create_dir_all(work)?;
        for name in self.sources {
            fs::copy(Path::new(self.folder).join(name), work.join(name))?;
        }
        let Some(name) = self.examples else { return Ok(()) };
        let examples = work.join(name);
        // Emptied first: an example that was renamed would otherwise stay in the bundle.
        if examples.exists() {
            fs::remove_dir_all(&examples)?;
        }
        fs::create_dir_all(&examples)?;
        for entry in fs::read_dir(Path::new(self.folder).join(name))? {
            let entry = entry?;
            fs::copy(entry.path(), examples.join(entry.file_name()))?;
        }
        Ok(())
    }

    /// The Rust source of the list. The includer has the `Asset` type. The bundler compresses every
    /// file, so that this crate needs no compressor at build time.
    fn listing(&self, names: &[String]) -> String {
        let mut source = format!("pub(super) static {}: &[Asset] = &[\n", self.name);
        for name in names {
            let media_type = match name.rsplit('.').next() {
                Some("js") => "text/javascript; charset=utf-8",
                Some("css") => "text/css; charset=utf-8",
                Some("html") => "text/html; charset=utf-8",
                Some("txt") => "text/plain; charset=utf-8",
                Some("ttf") => "font/ttf",
                _ => "application/octet-stream",
            };
            let file = format!("/{}/dist/{name}.gz", self.work());
            source += &format!(
                "    Asset {{ path: {name:?}, media_type: {media_type:?}, gzip: true, bytes: \
                 include_bytes!(concat!(env!(\"OUT_DIR\"), {file:?})) }},\n"
            );
        }
        source + "];\n"
    }
}

fn node_is_recent() -> Result<(), String> {
    let output = Command::new("node").arg("--version").output();
    let output = output.map_err(|_| "no Node.js found".to_owned())?;
    let version = String::from_utf8_lossy(&output.stdout);
    let version = version.trim();
    let major = version.trim_start_matches('v').split('.').next();
    match major.and_then(|part| part.parse().ok()) {
        Some(OLDEST_NODE..) => Ok(()),
        _ => Err(format!("Node.js {version} is too old")),
    }
}

/// Installs what the lock file names, unless the last build did so from the same lock file: a
/// changed example should cost the bundler's two seconds and not npm's fifteen.
fn install(work: &Path, out: &Path, package: &str, log: &Path) -> Result<(), String> {
    let lock = fs::read(work.join("package-lock.json")).map_err(|error| error.to_string())?;
    let stamp = work.join("node_modules/.installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let cache = out.join("npm-cache"); // npm's own cache and its logs lie outside OUT_DIR
    let npm = |arguments: &[&str]| {
        let mut npm = Command::new(NPM);
        npm.args(arguments)
            .args(["--no-update-notifier", "--no-progress", "--loglevel=error"])
            .arg("--cache")
            .arg(&cache)
            // Newer versions of npm would leave compiled scripts in the system's temporary folder.
            .env("NODE_DISABLE_COMPILE_CACHE", "1")
            .current_dir(work);
        npm
    };
    // One small question first: behind a firewall that swallows requests `npm ci` would wait for
    // every package in turn, minutes long.
    let question = npm(&["view", package, "name", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]);
    // The bundler's program for this platform is an optional package.
    let packages = npm(&["ci", "--ignore-scripts", "--include=optional", "--no-audit", "--no-fund"]);
    let outcome = run(question, "asking the package registry", Duration::from_secs(30), log)
        .and_then(|()| run(packages, "npm ci", Duration::from_secs(300), log));
    let _ = fs::remove_dir_all(&cache); // of no more use, and as large as the packages
    outcome?;
    fs::write(stamp, lock).map_err(|error| error.to_string())
}

/// Runs a command to its end or to the time limit, with its output in `log`: a full pipe that
/// nobody reads would stop it, and its words on Cargo's standard output could be taken for orders.
fn run(mut command: Command, what: &str, limit: Duration, log: &Path) -> Result<(), String> {
    let failed = |error: io::Error| format!("{what} does not run: {error}");
    let output = File::create(log).map_err(failed)?;
    command.stdin(Stdio::null()).stderr(output.try_clone().map_err(failed)?).stdout(output);
    let mut child = command.spawn().map_err(failed)?;
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            break status;
        }
        if started.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("{what} did not end within {} seconds", limit.as_secs()));
        }
        thread::sleep(Duration::from_millis(50));
    };
    if status.success() {
        return Ok(());
    }
    let text = fs::read_to_string(log).unwrap_or_default();
    let line = text.lines().find(|line| line.to_lowercase().contains("error"));
    Err(format!("{what} failed: {}", line.unwrap_or("it does not say why").trim()))
}
