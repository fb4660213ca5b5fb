//! The documents are plain English: none of the expressions that earlier texts of the project are known for.

use super::all;

/// Expressions that no reader should meet. The glossary decides what is written instead.
const BANNED: [&str; 14] = [
    "whoever",
    "whom",
    "who asks",
    "unless told",
    "is none",
    "likewise",
    "anew",
    "lest",
    "nought",
    "always so far",
    "in vain",
    "speaks against",
    "speak against",
    "told of",
];

/// Whether `line` has `expression` as words of their own, at the start of a sentence too. Other capitals are codes: "is NONE" is
/// about a status.
fn has(line: &str, expression: &str) -> bool {
    let (first, rest) = expression.split_at(1);
    let is_word = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    [expression.to_owned(), format!("{}{rest}", first.to_uppercase())].iter().any(|form| {
        line.match_indices(form.as_str()).any(|(at, found)| {
            !is_word(line[..at].chars().next_back()) && !is_word(line[at + found.len()..].chars().next())
        })
    })
}

#[test]
fn documents_use_plain_words() {
    let mut found = Vec::new();
    for document in all() {
        for line in document.lines() {
            // The glossary's last column is the words to avoid.
            let text = if document.path == "docs/glossary.md" && line.text.starts_with('|') {
                line.text.trim_end_matches(['|', ' ']).rsplit_once('|').map_or(line.text, |(kept, _)| kept)
            } else {
                line.text
            };
            let banned = BANNED.iter().filter(|expression| has(text, expression));
            found.extend(banned.map(|expression| format!("{}: '{expression}' in {}", document.path, line.text.trim())));
        }
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn banned_expressions_are_whole_words() {
    assert!(has("Whoever runs it", "whoever") && has("a day for whom.", "whom"));
    assert!(!has("the latest news", "lest") && !has("is_none", "is none") && !has("T is NONE", "is none"));
}
