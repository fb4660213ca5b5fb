//! Finds which files of a crate import which others, from their `use` lines and from the paths in their code. A name
//! that a file re-exports (`pub use unit::Unit`) counts as an import of the file that it comes from, so a module that
//! only collects names has no part in a circle. Code below `#[cfg(test)]` is left out.

use std::collections::{BTreeMap, BTreeSet};

use super::sources;

/// A file by its path below the crate's `src`, without `.rs`: `graphql/page`. Empty for the root of the crate.
type File = Vec<String>;
/// A path in the code, from the root of the crate: `graphql::page::Page`.
type Path = Vec<String>;

/// The files of one crate and what they import.
pub(super) struct Graph {
    files: BTreeMap<File, Names>,
}

/// The names that a file imports from its own crate.
#[derive(Default)]
struct Names {
    /// By the name in the file, since another file may import it from here.
    brought: BTreeMap<String, Path>,
    /// Paths that the file re-exports but does not use itself.
    passed_on: Vec<Path>,
    /// Paths that the file uses.
    used: Vec<Path>,
}

impl Graph {
    /// Reads the crate whose sources are in `folder`, a path from the root of the workspace.
    pub(super) fn read(folder: &str) -> Self {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        Self::from_texts(sources(folder).into_iter().map(|(path, text)| {
            let path = path.strip_prefix(&root).expect("a file of the folder").with_extension("");
            (path.to_string_lossy().replace('\\', "/"), text)
        }))
    }

    /// Builds the graph of files, each given by its path without `.rs` and its text.
    fn from_texts(files: impl Iterator<Item = (String, String)>) -> Self {
        let texts: BTreeMap<File, String> = files
            .filter(|(path, _)| path != "main")
            .map(|(path, text)| match path.as_str() {
                "lib" => (File::new(), text),
                path => (path.split('/').map(str::to_owned).collect(), text),
            })
            .collect();
        let known: BTreeSet<File> = texts.keys().cloned().collect();
        Self { files: texts.iter().map(|(file, text)| (file.clone(), names(file, text, &known))).collect() }
    }

    /// Returns every path into the crate that a file uses or re-exports, with the file.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&File, &Path)> {
        self.files
            .iter()
            .flat_map(|(file, names)| names.used.iter().chain(&names.passed_on).map(move |path| (file, path)))
    }

    /// Returns the groups of files in which each file reaches all others by imports, as `graphql/page`, sorted.
    pub(super) fn circles(&self) -> BTreeSet<BTreeSet<String>> {
        let imports: BTreeMap<&File, BTreeSet<File>> =
            self.files.keys().map(|file| (file, self.imports(file))).collect();
        let reached = |from: &File| {
            let (mut reached, mut open) = (BTreeSet::new(), vec![from.clone()]);
            while let Some(file) = open.pop() {
                open.extend(imports[&file].iter().filter(|next| reached.insert((*next).clone())).cloned());
            }
            reached
        };
        let reached: BTreeMap<&File, BTreeSet<File>> = self.files.keys().map(|file| (file, reached(file))).collect();
        let circle = |file: &File| -> BTreeSet<String> {
            let others = reached[file].iter().filter(|other| reached[*other].contains(file));
            others.map(|other| other.join("/")).collect()
        };
        self.files.keys().map(circle).filter(|circle| circle.len() > 1).collect()
    }

    fn imports(&self, file: &File) -> BTreeSet<File> {
        let used = self.files[file].used.iter();
        used.map(|path| self.home(path, 0)).filter(|home| home != file).collect()
    }

    /// Returns the file that a path leads to. A re-exported name is looked up in the file that it comes from.
    fn home(&self, path: &[String], hops: usize) -> File {
        let length = (0..=path.len()).rev().find(|length| self.files.contains_key(&path[..*length])).unwrap_or(0);
        let (file, rest) = path.split_at(length);
        let brought = rest.first().and_then(|name| self.files.get(file)?.brought.get(name));
        match brought.filter(|_| hops < 10) {
            Some(from) => self.home(&[from.as_slice(), &rest[1..]].concat(), hops + 1),
            None => file.to_vec(),
        }
    }
}

/// Returns the names that `file` imports.
fn names(file: &File, text: &str, known: &BTreeSet<File>) -> Names {
    let code = text.split_once("#[cfg(test)]\nmod tests {").map_or(text, |(code, _)| code);
    let (mut names, mut rest, mut begun) = (Names::default(), String::new(), None::<(bool, String)>);
    for line in code.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
        let (is_public, statement) = match (begun.take(), use_statement(line)) {
            (Some((is_public, begun)), _) => (is_public, begun + " " + line),
            (None, Some((is_public, tree))) => (is_public, tree.to_owned()),
            (None, None) => {
                rest += line;
                rest.push('\n');
                continue;
            }
        };
        let Some(tree) = statement.strip_suffix(';') else {
            begun = Some((is_public, statement));
            continue;
        };
        let mut leaves = Vec::new();
        expand(tree, &[], &mut leaves);
        for (path, name) in leaves {
            let Some(path) = absolute(file, &path, known) else { continue };
            names.brought.insert(name, path.clone());
            if is_public { names.passed_on.push(path) } else { names.used.push(path) }
        }
    }
    // `pub(in crate::http)` sets a visibility and imports nothing.
    let rest = rest.replace("(in crate::", "(");
    let words = rest.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').map(|word| word.trim_matches(':'));
    for word in words.filter(|word| word.contains("::")) {
        let path: Path = word.split("::").map(str::to_owned).collect();
        names.used.extend(absolute(file, &path, known));
    }
    names
}

/// Returns the tree of a line that begins a `use`, and whether others may import it from here.
fn use_statement(line: &str) -> Option<(bool, &str)> {
    let (visibility, tree) = line.strip_prefix("use ").map(|tree| ("", tree)).or_else(|| line.split_once(" use "))?;
    let is_public = visibility == "pub" || (visibility.starts_with("pub(") && visibility.ends_with(')'));
    (visibility.is_empty() || is_public).then_some((is_public, tree))
}

/// Collects the single paths of a `use` tree, each with its local name.
fn expand(tree: &str, above: &[String], leaves: &mut Vec<(Path, String)>) {
    let (path, inner) = match tree.split_once('{') {
        Some((path, inner)) => (path, inner.trim_end().strip_suffix('}')),
        None => (tree, None),
    };
    let (path, alias) = path.split_once(" as ").map_or((path, None), |(path, alias)| (path, Some(alias.trim())));
    let segments = path.split("::").map(str::trim).filter(|segment| !segment.is_empty()).map(str::to_owned);
    let mut full: Path = above.iter().cloned().chain(segments).collect();
    let Some(inner) = inner else {
        if full.len() > 1 && full.last().is_some_and(|last| last == "self") {
            full.pop();
        }
        if let Some(name) = alias.map(str::to_owned).or_else(|| full.last().cloned()) {
            leaves.push((full, name));
        }
        return;
    };
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&inner[start..at], &full, leaves);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !inner[start..].trim().is_empty() {
        expand(&inner[start..], &full, leaves);
    }
}

/// Returns the path from the root of the crate. `None` for one that leads into another crate.
fn absolute(file: &File, path: &[String], known: &BTreeSet<File>) -> Option<Path> {
    let first = path.first()?;
    let above = path.iter().take_while(|segment| *segment == "super").count();
    let is_child = || known.contains(&[file.as_slice(), std::slice::from_ref(first)].concat());
    let (base, rest): (&[String], &[String]) = match first.as_str() {
        "crate" => (&[], &path[1..]),
        "self" => (file.as_slice(), &path[1..]),
        "super" => (&file[..file.len().saturating_sub(above)], &path[above..]),
        _ if is_child() => (file.as_slice(), path),
        _ => return None,
    };
    Some([base, rest].concat())
}

#[test]
fn circles_are_found_through_names_passed_on() {
    let files = [
        ("lib", "pub mod a;\npub mod b;\npub use b::Second;"),
        (
            "a",
            "mod inner;\npub(crate) use inner::{First, other as Other};\nuse crate::b::{\n    Third,\n    c::{self, Fourth},\n};",
        ),
        ("a/inner", "// use crate::a::First;\npub struct First(super::super::b::c::Fourth);"),
        ("b", "mod c;\npub struct Second;\n#[cfg(test)]\nmod tests {\n    use crate::a::Other;\n}"),
        ("b/c", "use crate::{Second, a::First};"),
    ];
    let graph = |files: &[(&str, &str)]| {
        Graph::from_texts(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())))
    };
    let circle = ["a/inner", "b/c"].map(str::to_owned);
    assert_eq!(graph(&files).circles(), BTreeSet::from([BTreeSet::from(circle)]));
    assert_eq!(graph(&files[..4]).circles(), BTreeSet::new());
}
