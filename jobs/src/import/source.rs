//! Reads a file's bytes as rows below a known header, or returns one sentence that says why it cannot. The meaning of
//! cells is decided elsewhere.

mod column_names;
mod encoding;
mod file_error;
mod head;
mod records;
mod row;
mod rows;
mod workbook;
mod wrong_kind;

use std::borrow::Cow;

pub(super) use file_error::FileError;
pub(super) use head::Head;
pub(super) use row::Row;
pub(super) use rows::Tail;

use super::layout::FileKind;
use super::mapping::Mapping;
use records::LineNumbering;

/// A file as text, with its header.
pub(super) struct Table<'b> {
    text: Cow<'b, str>,
    pub(super) head: Head,
    numbering: LineNumbering,
    /// The sheet that was read, if the file is a workbook.
    pub(super) sheet: Option<String>,
    /// Whether hidden rows, columns or sheets were read.
    pub(super) hidden: bool,
}

impl<'b> Table<'b> {
    /// Detects the encoding, the delimiter and the header. Refuses a file whose header fits another kind better. In a
    /// workbook, reads the sheet named `sheet`, or the first sheet with a suitable header if there is no name.
    ///
    /// # Errors
    ///
    /// The first reason why the file cannot be read.
    pub(super) fn open(
        bytes: &'b [u8],
        kind: FileKind,
        mapping: &Mapping,
        sheet: Option<&str>,
    ) -> Result<Self, FileError> {
        let head = |text: &str, numbering: LineNumbering| {
            if text.trim().is_empty() {
                return Err(FileError::whole("it is empty; it must have at least a header line"));
            }
            wrong_kind::check_kind(Head::find(text, numbering, kind, mapping), text, numbering, kind, mapping)
        };
        if workbook::is_workbook(bytes) {
            let numbering = LineNumbering::Records;
            return workbook::first_sheet(bytes, sheet, |sheet| {
                let workbook::Sheet { name, text, hidden } = sheet;
                let head = head(&text, numbering)?;
                Ok(Self { text: Cow::Owned(text), head, numbering, sheet: Some(name), hidden })
            });
        }
        let (text, numbering) = (encoding::decode(bytes).map_err(FileError::whole)?, LineNumbering::Lines);
        let head = head(&text, numbering)?;
        Ok(Self { text, head, numbering, sheet: None, hidden: false })
    }

    /// Passes every line of data to `each`.
    ///
    /// # Errors
    ///
    /// If the file was cut short or a quotation mark is not closed, because it is unknown what else is missing.
    pub(super) fn rows(&self, each: impl FnMut(&Row<'_>)) -> Result<Tail, FileError> {
        rows::read(&self.text, self.numbering, &self.head, each)
    }
}

#[cfg(test)]
mod tests;
