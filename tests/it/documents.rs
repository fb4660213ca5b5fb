//! README.md and docs/: the parts that the binary writes are current, links lead somewhere, and examples work.

mod commands;
mod examples;
mod links;
mod messages;
mod threats;
mod words;

use std::path::PathBuf;

/// The most bytes of README.md: about two screens, which a newcomer reads whole.
const README_LIMIT: usize = 9_216;

/// A Markdown file of the repository's own documents.
pub(crate) struct Document {
    /// From the root of the repository, as `docs/access.md`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A line of a document that stands in a fenced block or outside all of them.
pub(crate) struct Line<'a> {
    /// The language of the block. None outside all blocks.
    pub(crate) language: Option<&'a str>,
    pub(crate) text: &'a str,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository, read whole.
pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// README.md and every Markdown file in docs/, by name.
pub(crate) fn all() -> Vec<Document> {
    let files = std::fs::read_dir(root().join("docs")).expect("docs/").map(|file| file.expect("a file").file_name());
    let names = files.map(|name| name.into_string().expect("a name in UTF-8")).filter(|name| name.ends_with(".md"));
    let mut paths: Vec<_> = names.map(|name| format!("docs/{name}")).collect();
    paths.push("README.md".to_owned());
    paths.sort();
    paths.into_iter().map(|path| Document { text: read(&path), path }).collect()
}

impl Document {
    /// Every line but the fences.
    pub(crate) fn lines(&self) -> Vec<Line<'_>> {
        let mut language = None;
        let mut lines = Vec::new();
        for text in self.text.lines() {
            match text.trim_start().strip_prefix("```") {
                Some(begun) => language = if language.is_none() { Some(begun.trim()) } else { None },
                None => lines.push(Line { language, text }),
            }
        }
        assert_eq!(language, None, "{} has a block that does not end", self.path);
        lines
    }

    /// The fenced blocks in `wanted`, each as one text.
    pub(crate) fn blocks(&self, wanted: &str) -> Vec<String> {
        let mut blocks = Vec::new();
        let mut open: Option<String> = None;
        for line in self.text.lines() {
            match (line.trim_start().strip_prefix("```"), &mut open) {
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(language), None) if language.trim() == wanted => open = Some(String::new()),
                (None, Some(block)) => *block += &format!("{line}\n"),
                (Some(_) | None, None) => {}
            }
        }
        blocks
    }

    /// The text between `<!-- section -->` and `<!-- /section -->`, and what is before and after it with the marks.
    fn section(&self, section: &str) -> (&str, &str, &str) {
        let (begin, end) = (format!("<!-- {section} -->\n"), format!("<!-- /{section} -->"));
        let from = self.text.find(&begin).map(|at| at + begin.len());
        let from = from.unwrap_or_else(|| panic!("{} has no {begin}", self.path));
        let to = self.text[from..].find(&end).unwrap_or_else(|| panic!("{} has no {end}", self.path)) + from;
        (&self.text[..from], &self.text[from..to], &self.text[to..])
    }
}

/// Asserts that `file` has `now` between `<!-- section -->` and `<!-- /section -->`; with UPDATE_DOCS set, it is written there.
/// `test` is a part of the calling test's name by which `cargo test` finds it.
pub(crate) fn holds(file: &str, section: &str, now: &str, test: &str) {
    let document = Document { path: file.to_owned(), text: read(file) };
    let (before, kept, after) = document.section(section);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(root().join(file), format!("{before}{now}{after}")).expect("the document is written");
        return;
    }
    assert_eq!(kept, now, "run `UPDATE_DOCS=1 cargo test --test it {test}` and commit {file}");
}

#[test]
fn readme_stays_short() {
    let length = read("README.md").len();
    assert!(length <= README_LIMIT, "README.md has {length} bytes, at most {README_LIMIT}: move a part to docs/");
}

#[test]
fn jobs_table_is_current() {
    let rows =
        jobs::schedule::TABLE.map(|entry| format!("| `{}` | `{}` | {} |\n", entry.name, entry.cron, entry.meaning));
    let table = format!("| job | schedule | what it does |\n|---|---|---|\n{}", rows.concat());
    holds("docs/operations.md", "jobs", &table, "jobs_table_is_current");
}

#[test]
fn audit_document_names_every_action() {
    let (schema, document) = (read("src/graphql/schema.graphql"), read("docs/audit.md"));
    let (_, actions) = schema.split_once("enum AuditAction {").expect("the schema has the actions");
    let (actions, _) = actions.split_once("\n}").expect("the enum ends");
    let is_word =
        |line: &&str| !line.is_empty() && line.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
    let actions: Vec<_> = actions.lines().map(str::trim).filter(is_word).collect();
    assert!(actions.len() > 20, "{actions:?}");
    let absent: Vec<_> = actions.into_iter().filter(|action| !document.contains(&format!("`{action}`"))).collect();
    assert_eq!(absent, [""; 0], "docs/audit.md names every action");
}

#[test]
fn architecture_names_every_table() {
    let document = read("docs/architecture.md");
    let files = std::fs::read_dir(root().join("entity/src/table")).expect("entity/src/table");
    let names =
        files.map(|file| file.expect("a file").path().file_stem().expect("a name").to_string_lossy().into_owned());
    let absent: Vec<_> = names.filter(|name| !document.contains(&format!("`{name}`"))).collect();
    assert_eq!(absent, [""; 0], "docs/architecture.md names every table");
}

#[test]
fn index_names_every_document() {
    let index = read("docs/README.md");
    let absent: Vec<_> = all()
        .into_iter()
        .filter_map(|document| document.path.strip_prefix("docs/").map(str::to_owned))
        .filter(|name| name != "README.md" && !index.contains(&format!("]({name})")))
        .collect();
    assert_eq!(absent, [""; 0], "docs/README.md leads to every document");
}
