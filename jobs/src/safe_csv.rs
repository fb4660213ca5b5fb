//! Cells that no spreadsheet runs: text from files is data (IMPORT.md, "Rules for every file").

use std::borrow::Cow;

/// The text as a cell that a spreadsheet shows and never runs: a leading apostrophe where it begins with `=`, `+`, `-`, `@`,
/// a tab or a carriage return.
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_that_would_run_gets_an_apostrophe_and_any_other_stays() {
        for text in ["=HYPERLINK(\"x\")", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        for text in ["", "Ward 1", "a=b", "'x", " =x"] {
            assert_eq!(cell(text), text);
        }
    }
}
