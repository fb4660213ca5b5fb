//! Text from files is data: a cell that a spreadsheet would run as a formula is made harmless.

use std::borrow::Cow;
use std::io::{self, Write};

/// The cell as it may be written into a CSV file: one that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets a
/// leading apostrophe (IMPORT.md, "Rules for every file").
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The UTF-8 byte-order mark: without it, Excel takes a CSV file for Windows-1252.
pub const MARK: &str = "\u{feff}";

/// Begins a CSV file with [`MARK`].
///
/// # Errors
///
/// What the operating system said.
pub fn marked<W: Write>(mut file: W) -> io::Result<W> {
    file.write_all(MARK.as_bytes())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_cells_that_a_spreadsheet_would_run_are_changed() {
        for run in ["=1+1", "+44 141", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(cell(run), format!("'{run}"));
        }
        for safe in ["", "Ward 5", "a=b", "'=1", "0"] {
            assert_eq!(cell(safe), safe);
        }
    }
}
