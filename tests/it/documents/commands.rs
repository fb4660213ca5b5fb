//! Every `psn` command in the documents is accepted by the command line, including its values.

use clap::Parser as _;
use psn::cli::Cli;

use super::all;

/// Replacements for `$(date …)` and similar, so that the values parse.
const SUBSTITUTED: [(&str, &str); 3] = [
    ("$(date +%G-W%V)", "2026-W48"),
    ("$(date +%F)", "2026-11-23"),
    ("$(cat audit-end.txt)", "12:5f705f705f705f705f705f705f705f705f705f705f705f705f705f705f705f70"),
];

/// Splits a command into words like a shell; comments, pipes and redirections end it.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), letter) => word.get_or_insert_default().push(letter),
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, '|' | '>' | '<' | '&' | ';') => break,
            (None, '#') if word.is_none() => break,
            (None, letter) => word.get_or_insert_default().push(letter),
        }
    }
    assert_eq!(quote, None, "a quotation mark is not closed: {line}");
    words.extend(word);
    words
}

/// Returns the arguments of psn in a line of a `sh` block, its name first. `None` if it runs another program.
fn psn_arguments(line: &str) -> Option<Vec<String>> {
    let line = SUBSTITUTED.iter().fold(line.trim().to_owned(), |line, (from, to)| line.replace(from, to));
    let mut words = words(&line);
    while words
        .first()
        .is_some_and(|word| word == "sudo" || word.split_once('=').is_some_and(|(name, _)| is_name(name)))
    {
        let taken = if words[0] == "sudo" && words.get(1).is_some_and(|word| word == "-u") { 3 } else { 1 };
        words.drain(..taken.min(words.len()));
    }
    match words.first()?.as_str() {
        "psn" => Some(words),
        "cargo" if words.get(1).is_some_and(|word| word == "run") => {
            let at = words.iter().position(|word| word == "--")?;
            words.drain(..at);
            "psn".clone_into(&mut words[0]);
            Some(words)
        }
        _ => None,
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_')
}

#[test]
fn every_psn_command_is_accepted() {
    let (mut seen, mut refused) = (0, Vec::new());
    for document in all() {
        for block in document.blocks("sh") {
            for line in block.replace("\\\n", " ").lines() {
                let Some(words) = psn_arguments(line) else { continue };
                seen += 1;
                if let Err(error) = Cli::try_parse_from(&words) {
                    refused.push(format!("{}: {line}\n{error}", document.path));
                }
            }
        }
    }
    assert!(seen > 40, "only {seen} commands were found");
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn readme_shows_its_two_commands() {
    let readme = all().into_iter().find(|document| document.path == "README.md").expect("README.md");
    let blocks = readme.blocks("sh");
    let commands: Vec<_> = blocks.iter().flat_map(|block| block.lines()).map(|line| words(line).join(" ")).collect();
    assert_eq!(commands, ["cargo run -- demo", "cargo test --workspace"]);
}

#[test]
fn commands_are_split_as_a_shell_does() {
    let arguments = |line: &str| psn_arguments(line).unwrap_or_default().join("/");
    assert_eq!(
        arguments("psn run gap-report --week $(date +%G-W%V) # a comment"),
        "psn/run/gap-report/--week/2026-W48"
    );
    assert_eq!(arguments("SMTP_URL= psn token make --name \"Ward 7\" | head"), "psn/token/make/--name/Ward 7");
    assert_eq!(arguments("sudo -u psn psn check"), "psn/check");
    assert_eq!(arguments("cargo run --release -- schema --check"), "psn/schema/--check");
    assert_eq!(arguments("sqlite3 psn.db"), "");
}
