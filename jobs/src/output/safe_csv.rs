//! Makes cells harmless that a spreadsheet would run as a formula: text from files is data.

use std::borrow::Cow;
use std::io::{self, Write};

/// Returns a cell that is safe in a CSV file. A cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return
/// gets a leading apostrophe (IMPORT.md, "Rules for every file"). Control characters, which a terminal would obey,
/// become U+FFFD, which an import never accepts as data. Tabs and line breaks stay. A carriage return without a line
/// feed, which would overwrite the line in a terminal, becomes a line feed.
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text =
        if text.contains(control) { Cow::Owned(text.replace(control, REPLACEMENT)) } else { Cow::Borrowed(text) };
    let text = if text.contains('\r') { Cow::Owned(line_feeds(&text)) } else { text };
    if runs { Cow::Owned(format!("'{text}")) } else { text }
}

/// Replaces a character that cannot be shown.
pub const REPLACEMENT: &str = "\u{FFFD}";

fn line_feeds(text: &str) -> String {
    text.split("\r\n").map(|part| part.replace('\r', "\n")).collect::<Vec<_>>().join("\r\n")
}

/// The UTF-8 byte-order mark. Without it, Excel reads a CSV file as Windows-1252.
pub const BOM: &str = "\u{feff}";

/// Starts a CSV file with [`BOM`].
///
/// # Errors
///
/// If the file cannot be written.
pub fn with_bom<W: Write>(mut file: W) -> io::Result<W> {
    file.write_all(BOM.as_bytes())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unsafe_cells_are_changed() {
        for run in ["=1+1", "+44 141", "-1", "@SUM(A1)", "\tx"] {
            assert_eq!(cell(run), format!("'{run}"));
        }
        assert_eq!(cell("\rx"), "'\nx");
        assert_eq!(cell("a\r\nb\rc\r\r\nd"), "a\r\nb\nc\n\r\nd");
        assert_eq!(cell("\u{1b}[2J\u{7f}=\u{85}a\tb\nc"), "\u{FFFD}[2J\u{FFFD}=\u{FFFD}a\tb\nc");
        for safe in ["", "Ward 5", "a=b", "'=1", "0"] {
            assert_eq!(cell(safe), safe);
        }
    }
}
