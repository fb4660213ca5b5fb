//! The changes of an import, on the screen and as CSV.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use jobs::import::{Change, ChangedCell, ImportSummary};
use jobs::output::owner_only::Replacement;
use jobs::output::safe_csv;

use super::summary::printable;

/// The maximum number of changes that are printed; `--changes` saves all.
pub(super) const SHOWN: usize = 100;

/// The columns of the file that `--changes` saves.
const HEADER: [&str; 6] = ["Change", "What", "Which", "Column", "From", "To"];

/// Whether this is the first line of such a file.
pub(super) fn is_header(line: &str) -> bool {
    line == HEADER.join(",")
}

/// Returns the list as it is printed; empty if there are no changes.
pub(super) fn render_changes(outcome: &ImportSummary, file: Option<&Path>) -> String {
    let ImportSummary { change_list, rows_changed, .. } = outcome;
    let mut text = String::new();
    if change_list.is_empty() {
        return text;
    }
    let _ = writeln!(text, "\nChanges ({rows_changed}):");
    for change in change_list.iter().take(SHOWN) {
        let _ = writeln!(text, "  {}", printable(&line(change)));
    }
    if *rows_changed > SHOWN && file.is_none() {
        let _ = writeln!(text, "  … and {} more; save them all with --changes FILE.csv", rows_changed - SHOWN);
    }
    if let Some(path) = file {
        let _ = writeln!(text, "  All of them are in {}.", path.display());
    }
    text
}

/// `changed post X/0001 in T1: WTE 1.00 -> 0.80; Band (blank) -> 6`.
fn line(change: &Change) -> String {
    let Change { kind, what, which, cells } = change;
    let cell = |ChangedCell { column, before, after }: &ChangedCell| match (before.as_str(), after.as_str()) {
        ("", after) if kind.as_str() != "changed" => format!("{column} {after}"),
        (before, "") if kind.as_str() != "changed" => format!("{column} {before}"),
        (before, after) => format!("{column} {} -> {}", shown(before), shown(after)),
    };
    let cells: Vec<_> = cells.iter().map(cell).collect();
    let separator = if cells.is_empty() { "" } else { ": " };
    format!("{} {what} {which}{separator}{}", kind.as_str(), cells.join("; "))
}

fn shown(cell: &str) -> &str {
    if cell.is_empty() { "(blank)" } else { cell }
}

/// Writes the list as CSV without cells that a spreadsheet would run as formulas, one row per changed column.
///
/// # Errors
///
/// An error of the operating system.
pub(super) fn save(changes: &[Change], file: Replacement) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(safe_csv::with_bom(file)?);
    writer.write_record(HEADER)?;
    for Change { kind, what, which, cells } in changes {
        let blank = ChangedCell { column: "", before: String::new(), after: String::new() };
        let none = cells.is_empty().then_some(&blank);
        for ChangedCell { column, before, after } in cells.iter().chain(none) {
            let cells = [kind.as_str(), what, which, column, before, after].map(safe_csv::cell);
            writer.write_record(cells.iter().map(|cell| cell.as_bytes()))?;
        }
    }
    writer.into_inner().map_err(|error| error.into_error())?.put_in_place()
}
