//! Every link within the repository leads to an existing file, and every anchor to a heading.

use std::path::{Component, Path, PathBuf};

use super::{Document, all, root};

/// Returns the targets of a line's links and pictures; text in backticks is not a link.
fn targets(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    // Even parts are outside backticks. The target itself never has any.
    for part in line.split('`').step_by(2) {
        let mut rest = part;
        while let Some(at) = rest.find("](") {
            rest = &rest[at + 2..];
            let Some(end) = rest.find(')') else { break };
            found.push(&rest[..end]);
            rest = &rest[end..];
        }
    }
    found
}

/// Returns the anchors of a document's headings, as GitHub writes them: lower case, without punctuation, hyphens for spaces.
fn anchors(document: &Document) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in document.lines().iter().filter(|line| line.language.is_none()) {
        let heading = line.text.trim_start_matches('#');
        if heading.len() == line.text.len() || !heading.starts_with(' ') {
            continue;
        }
        let kept = |letter: char| letter.is_alphanumeric() || " -_".contains(letter);
        let slug: String = heading.trim().to_lowercase().chars().filter(|letter| kept(*letter)).collect();
        let slug = slug.replace(' ', "-");
        let earlier = found.iter().filter(|anchor| **anchor == slug).count();
        found.push(if earlier == 0 { slug } else { format!("{slug}-{earlier}") });
    }
    found
}

/// Resolves `target` in the document at `from` to a path from the root of the repository.
fn resolved(from: &str, target: &str) -> PathBuf {
    let folder = Path::new(from).parent().expect("a document is in a folder");
    let mut path = PathBuf::new();
    for part in folder.join(target).components() {
        match part {
            Component::ParentDir => assert!(path.pop(), "{from}: {target} leaves the repository"),
            other => path.push(other),
        }
    }
    path
}

#[test]
fn every_relative_link_leads_somewhere() {
    let documents = all();
    let mut seen = 0;
    let mut dead = Vec::new();
    for document in &documents {
        for line in document.lines().iter().filter(|line| line.language.is_none()) {
            for target in targets(line.text).into_iter().filter(|target| !target.contains("://")) {
                seen += 1;
                let (file, anchor) = target.split_once('#').map_or((target, None), |(file, at)| (file, Some(at)));
                let path = if file.is_empty() { PathBuf::from(&document.path) } else { resolved(&document.path, file) };
                let named = documents.iter().find(|other| Path::new(&other.path) == path);
                let is_there = match (anchor, named) {
                    (None, _) => root().join(&path).exists(),
                    (Some(anchor), Some(named)) => anchors(named).iter().any(|heading| heading == anchor),
                    (Some(_), None) => false,
                };
                if !is_there {
                    dead.push(format!("{}: {target}", document.path));
                }
            }
        }
    }
    assert!(seen > 40, "only {seen} links were found");
    assert_eq!(dead, [""; 0]);
}

#[test]
fn anchors_are_those_of_github() {
    let text = "# A `psn` page: *what* it's\n\n## Two words\n\n```sh\n# no heading\n```\n\n## Two words\n".to_owned();
    let document = Document { path: "docs/x.md".to_owned(), text };
    assert_eq!(anchors(&document), ["a-psn-page-what-its", "two-words", "two-words-1"]);
    assert_eq!(targets("see [a](b.md#c), `[d](e)` and ![f](g.png)"), ["b.md#c", "g.png"]);
}
