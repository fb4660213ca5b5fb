//! docs/troubleshooting.md explains messages by their text: each must exist in the sources.

use super::{Document, read};
use crate::architecture::sources;

/// Removes the line breaks of long literals, as the compiler does.
fn literals(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\\n") {
        joined += &rest[..at];
        rest = rest[at + 2..].trim_start();
    }
    joined + rest
}

#[test]
fn every_explained_message_is_in_the_sources() {
    let document = Document { path: "docs/troubleshooting.md".to_owned(), text: read("docs/troubleshooting.md") };
    let (_, messages, _) = document.section("messages");
    let texts: Vec<String> = ["src", "entity/src", "jobs/src", "migration/src"]
        .into_iter()
        .flat_map(sources)
        .map(|(_, text)| literals(&text))
        .collect();
    let rows = messages.lines().filter_map(|row| row.strip_prefix("| `")?.split_once('`'));
    let explained: Vec<_> = rows.map(|(message, _)| message).collect();
    assert!(explained.len() > 15, "{explained:?}");
    // Placeholders of a message are written as an ellipsis in the document.
    let is_written = |message: &str| {
        let parts: Vec<_> = message.split('…').map(str::trim).filter(|part| !part.is_empty()).collect();
        texts.iter().any(|text| parts.iter().all(|part| text.contains(part)))
    };
    let unknown: Vec<_> = explained.into_iter().filter(|message| !is_written(message)).collect();
    assert!(unknown.is_empty(), "docs/troubleshooting.md explains messages that psn does not write: {unknown:?}");
}
