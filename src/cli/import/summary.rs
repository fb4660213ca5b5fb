//! The summary of an import on the screen.

use std::collections::HashMap;
use std::fmt::Write as _;

use jobs::import::{ImportSummary, Reject};
use jobs::output::one_line::clip;
use jobs::report::wording;

use super::{ImportArgs, changes};

/// The maximum number of groups of faults that are printed; `--rejects` saves all.
const SHOWN: usize = 20;

/// Returns the whole summary, which ends with the next step.
pub(super) fn render_summary(
    outcome: &ImportSummary,
    passed_over: &[String],
    proposed: &[String],
    args: &ImportArgs,
) -> String {
    let ImportSummary { batch, files, rejects, kept, notices, refusal, changes, change_list: _, rows_changed: _ } =
        outcome;
    let mut text = String::new();
    let mut line = |words: String| {
        text.push_str(&words);
        text.push('\n');
    };
    if !files.is_empty() {
        line(format!(
            "{:<24}{:>9}{:>9}{:>9}{:>9}{:>11}{:>6}{:>10}",
            "file", "rows", "added", "changed", "ended", "unchanged", "kept", "rejected"
        ));
        for file in files.iter().map(|file| &file.imported) {
            line(format!(
                "{:<24}{:>9}{:>9}{:>9}{:>9}{:>11}{:>6}{:>10}",
                printable(&file.file),
                file.rows,
                file.added,
                file.changed,
                file.ended,
                file.unchanged,
                file.kept,
                file.rejected
            ));
        }
    }
    if !rejects.is_empty() {
        line(format!("\nRejected ({}):", thousands(rejects.len())));
        let more = render_groups(rejects, &mut line);
        match &args.rejects {
            Some(path) => line(format!("  All of them are in {}.", path.display())),
            None if more > 0 => {
                line(format!("  … and {} more; save them all with --rejects FILE.csv", thousands(more)));
            }
            None => {}
        }
    }
    if !kept.is_empty() {
        line(format!("\nKept with a notice, the cell left blank ({}):", thousands(kept.len())));
        let more = render_groups(kept, &mut line);
        if more > 0 {
            line(format!("  … and {} more", thousands(more)));
        }
    }
    if !notices.is_empty() {
        line("\nNotices:".to_owned());
        for notice in notices {
            let place = notice.line.map(|line| format!(" line {line}")).unwrap_or_default();
            line(format!("  {}{place}: {}", printable(&notice.file), printable(&notice.sentence)));
        }
    }
    for file in files.iter().map(|file| &file.imported).filter(|file| !file.ignored_columns.is_empty()) {
        line(format!(
            "\nIgnored columns of {}: {}",
            printable(&file.file),
            printable(&file.ignored_columns.join(", "))
        ));
        if !file.not_asked_for.is_empty() {
            let columns = printable(&file.not_asked_for.join(", "));
            line(format!("  Not needed, and better left out of the file: {columns}"));
        }
    }
    if !passed_over.is_empty() {
        line(format!("\nIgnored files in the folder: {}", printable(&passed_over.join(", "))));
    }
    for proposed in proposed {
        line(format!("\n{}", printable(proposed)));
    }
    text.push_str(&changes::render_changes(outcome, args.changes.as_deref()));
    let end = match (batch, refusal, changes) {
        (_, Some(_), _) => return text,
        (None, None, true) => "\nNothing was written. Run again with --apply.".to_owned(),
        (None, None, false) => "\nNothing was written, and nothing would change.".to_owned(),
        (Some(batch), None, true) => format!("\nApplied as import {batch}."),
        (Some(batch), None, false) => format!("\nRecorded as import {batch}; nothing has changed."),
    };
    text.push_str(&end);
    text.push('\n');
    text
}

/// Writes the first groups of faults, one line each. Returns the number of rejects in the other groups.
fn render_groups(rejects: &[Reject], mut line: impl FnMut(String)) -> usize {
    let groups = grouped(rejects);
    for group in groups.iter().take(SHOWN) {
        line(format!("  {}", render_group(group)));
    }
    groups.iter().skip(SHOWN).map(Vec::len).sum()
}

/// Groups rejects by file, column and fault, in the order of the first reject of each group.
fn grouped(rejects: &[Reject]) -> Vec<Vec<&Reject>> {
    let mut groups: Vec<Vec<&Reject>> = Vec::new();
    let mut places = HashMap::new();
    for reject in rejects {
        let Reject { file, line, column, sentence, .. } = reject;
        // A fault of the whole file is a separate group.
        let place = *places.entry((file, line.is_some(), column, sentence)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(reject),
            None => groups.push(vec![reject]),
        }
    }
    groups
}

/// `staff.csv, 8,049 lines: Start Date: This is not a day, e.g. line 2 'soon'`.
fn render_group(group: &[&Reject]) -> String {
    let first = match group {
        [] => return String::new(),
        [only] => return render_reject(only),
        [first, ..] => *first,
    };
    let Reject { file, line, column, value, sentence, .. } = first;
    let mut text = format!("{}, {} lines: ", printable(file), thousands(group.len()));
    if let Some(column) = column {
        let _ = write!(text, "{column}: ");
    }
    let _ = write!(text, "{}", printable(sentence));
    if let Some(line) = line {
        let _ = write!(text, ", e.g. line {line}");
    }
    if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
        let _ = write!(text, " '{}'", printable(value));
    }
    text
}

/// Formats 8049 as `8,049`.
fn thousands(number: usize) -> String {
    wording::grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

fn render_reject(reject: &Reject) -> String {
    let Reject { file, line, column, value, sentence, .. } = reject;
    let mut text = printable(file);
    if let Some(line) = line {
        let _ = write!(text, " line {line}");
    }
    if let Some(column) = column {
        let _ = write!(text, ", {column}");
    }
    if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
        let _ = write!(text, " '{}'", printable(value));
    }
    let _ = write!(text, ": {}", printable(sentence));
    text
}

/// The maximum number of characters of a text from a file that are printed.
const LONGEST_PRINTED: usize = 2_000;

/// Returns a text from a file for one line of a terminal: without control characters, which a terminal would obey, and
/// shortened.
pub(super) fn printable(text: &str) -> String {
    let line: String = text.chars().take(LONGEST_PRINTED + 1).map(|c| if c.is_control() { ' ' } else { c }).collect();
    clip(&line, LONGEST_PRINTED)
}

#[cfg(test)]
mod tests;
