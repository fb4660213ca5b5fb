//! The words of psn: plain English wherever a person reads it (docs/glossary.md), and one name for each type.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use crate::architecture::sources;

/// Expressions that no text for people contains. Each has a plain form: "the person who", "by default", "if there is none".
const BANNED: [&str; 21] = [
    "whoever",
    "whom",
    "whose asks",
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
    "is told",
    "are told",
    "nobody",
    "somebody",
    "anybody",
    "everybody",
];

/// The banned expressions of a line, as words of their own. A word in capitals is a code: "is NONE" is about a status. "If there is
/// none" is plain; "a policy that is none" is not. People may be "told apart".
pub(crate) fn banned_in(line: &str) -> Vec<&'static str> {
    let has = |expression: &&str| {
        let (first, rest) = expression.split_at(1);
        let is_letter = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        [(*expression).to_owned(), format!("{}{rest}", first.to_uppercase())].iter().any(|form| {
            line.match_indices(form.as_str()).any(|(at, found)| {
                let (before, after) = (&line[..at], &line[at + found.len()..]);
                let is_plain = (found.ends_with("is none") && before.to_lowercase().ends_with("there "))
                    || (found.ends_with("told") && after.starts_with(" apart"));
                !is_plain && !is_letter(before.chars().next_back()) && !is_letter(after.chars().next())
            })
        })
    };
    BANNED.into_iter().filter(has).collect()
}

/// The complaints about a text, one per banned expression and line.
fn complaints(place: &str, text: &str) -> Vec<String> {
    let of_line = |line: &str| {
        let banned = banned_in(line).into_iter();
        banned.map(|expression| format!("{place}: '{expression}' in: {}", line.trim())).collect::<Vec<_>>()
    };
    text.lines().flat_map(of_line).collect()
}

/// A Rust source without its module of tests.
fn without_tests(source: &str) -> &str {
    source.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default()
}

/// The sources below a folder that are no tests, with their text up to their module of tests.
fn production(folder: &str) -> Vec<(PathBuf, String)> {
    let is_test = |path: &Path| path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs");
    let sources = sources(folder).into_iter().filter(|(path, _)| !is_test(path));
    sources.map(|(path, text)| (path, without_tests(&text).to_owned())).collect()
}

/// The string literals of a Rust source, without those in comments.
fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '/' if rest.peek() == Some(&'/') => while rest.next().is_some_and(|letter| letter != '\n') {},
            // A character, so that '"' opens no string. A lifetime has no second quote.
            '\'' => {
                let ahead: Vec<char> = rest.clone().take(3).collect();
                match ahead.as_slice() {
                    ['\\', _, '\''] => drop(rest.by_ref().take(3).count()),
                    [_, '\'', ..] => drop(rest.by_ref().take(2).count()),
                    _ => {}
                }
            }
            '"' => {
                let mut text = String::new();
                while let Some(letter) = rest.next() {
                    match letter {
                        // A line break in the source is left out with the spaces after it.
                        '\\' if rest.peek() == Some(&'\n') => {
                            while rest.next_if(|letter| letter.is_whitespace()).is_some() {}
                        }
                        '\\' => text.extend(rest.next().map(|escaped| if escaped == 'n' { '\n' } else { escaped })),
                        '"' => break,
                        letter => text.push(letter),
                    }
                }
                found.push(text);
            }
            _ => {}
        }
    }
    found
}

/// The files below a folder whose names end so.
fn files(folder: &str, ends: &[&str]) -> Vec<PathBuf> {
    fn walk(folder: &Path, ends: &[&str], found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let is_ours = !entry.ends_with("node_modules") && !entry.ends_with("dist");
            if entry.is_dir() && is_ours {
                walk(&entry, ends, found);
            } else if ends.iter().any(|end| entry.to_string_lossy().ends_with(end)) {
                found.push(entry);
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), ends, &mut found);
    assert!(!found.is_empty(), "{folder} has {ends:?}");
    found
}

#[test]
fn schema_is_described_plainly() {
    let found = complaints("schema", &psn::graphql::sdl());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn command_line_help_is_plain() {
    fn of_command(command: &mut clap::Command, found: &mut Vec<String>) {
        let name = command.get_name().to_owned();
        found.extend(complaints(&name, &command.render_long_help().to_string()));
        command.get_subcommands_mut().for_each(|subcommand| of_command(subcommand, found));
    }
    let mut found = Vec::new();
    of_command(&mut psn::cli::Cli::command(), &mut found);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn mails_and_pages_are_plain() {
    let templates = files("jobs/templates", &[".txt", ".html"]).into_iter().chain(files("src", &[".html", ".jsx"]));
    let read = |path: PathBuf| complaints(&path.display().to_string(), &fs::read_to_string(&path).expect("a template"));
    let found: Vec<_> = templates.flat_map(read).collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// Messages, log lines and reasons: every string of the code.
#[test]
fn messages_are_plain() {
    let sources = ["src", "entity/src", "jobs/src", "migration/src"].into_iter().flat_map(production);
    let of_source = |(path, text): (PathBuf, String)| {
        let place = path.display().to_string();
        literals(&text).iter().flat_map(|literal| complaints(&place, literal)).collect::<Vec<_>>()
    };
    let found: Vec<_> = sources.flat_map(of_source).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn banned_expressions_are_whole_words() {
    assert_eq!(banned_in("Whoever it is, the person to whom it goes"), ["whoever", "whom"]);
    assert_eq!(banned_in("An address that is none; there is none"), ["is none"]);
    assert_eq!(banned_in("The latest news, wholly renewed; is_none, is NONE, are told apart"), [""; 0]);
}

#[test]
fn literals_are_read_without_comments() {
    let source = "// \"no\"\nlet a = \"one \\\"two\\\"\"; let q = '\"'; // it's \"no\"\nlet b: &'static str = \"three \\\n    four\";";
    assert_eq!(literals(source), ["one \"two\"", "three four"]);
}

/// A type's name is what an engineer searches for, so it exists once in a crate.
#[test]
fn type_names_are_unique_in_their_crate() {
    for folder in ["entity/src", "jobs/src", "migration/src", "src"] {
        let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (path, text) in production(folder) {
            for line in text.lines().map(str::trim_start) {
                let item = match line.strip_prefix("pub") {
                    Some(rest) if rest.starts_with('(') => rest.split_once(')').map_or(rest, |(_, item)| item),
                    Some(rest) => rest,
                    None => line,
                };
                let Some((kind, rest)) = item.trim_start().split_once(' ') else { continue };
                if ["struct", "enum", "trait", "union"].contains(&kind) {
                    let name: String =
                        rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
                    // In a macro the name is a variable.
                    if !name.is_empty() {
                        places.entry(name).or_default().push(path.display().to_string());
                    }
                }
            }
        }
        assert!(!places.is_empty(), "{folder} declares types");
        // SeaORM's derive names the row of every table and each migration so.
        let is_ours = |name: &str| !["Model", "Relation", "Migration"].contains(&name);
        let repeated: Vec<_> = places.into_iter().filter(|(name, at)| at.len() > 1 && is_ours(name)).collect();
        assert!(repeated.is_empty(), "{folder}: {repeated:#?}");
    }
}
