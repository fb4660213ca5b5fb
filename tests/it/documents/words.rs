//! The documents are plain English; `language` has the list of banned expressions.

use super::all;
use crate::language::banned_in;

#[test]
fn documents_use_plain_words() {
    let mut found = Vec::new();
    for document in all() {
        for line in document.lines() {
            // The glossary's last column has the words to avoid.
            let text = if document.path == "docs/glossary.md" && line.text.starts_with('|') {
                line.text.trim_end_matches(['|', ' ']).rsplit_once('|').map_or(line.text, |(kept, _)| kept)
            } else {
                line.text
            };
            let banned = banned_in(text).into_iter();
            found.extend(banned.map(|expression| format!("{}: '{expression}' in {}", document.path, line.text.trim())));
        }
    }
    assert_eq!(found, [""; 0]);
}
