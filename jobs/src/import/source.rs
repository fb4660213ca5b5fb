//! Reads a file's bytes as rows below a known header, or returns one sentence that says why it cannot. The meaning of
//! cells is decided elsewhere.

mod column_names;
mod encoding;
mod head;
mod records;
mod rows;
mod workbook;
mod wrong_kind;

use std::borrow::Cow;

use csv::StringRecord;

use super::layout::{Column, FileKind, TrainingColumn};
use super::mapping::Mapping;
pub(super) use head::Head;
use head::WideCourseColumn;
pub(super) use rows::Tail;

/// Why a file cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FileError {
    pub(super) line: Option<u32>,
    pub(super) column: Option<&'static str>,
    pub(super) value: Option<String>,
    pub(super) sentence: String,
}

impl FileError {
    fn whole(sentence: impl Into<String>) -> Self {
        Self { line: None, column: None, value: None, sentence: sentence.into() }
    }

    fn at_line(line: u32, sentence: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::whole(sentence) }
    }
}

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

/// What line numbers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineNumbering {
    /// Lines as an editor counts them.
    Lines,
    /// Records: the rows of a sheet.
    Records,
}

/// One line of data.
pub(super) struct Row<'r> {
    /// Its line in the file, from 1.
    pub(super) line: u32,
    /// What is wrong with the line as a whole.
    pub(super) fault: Option<String>,
    cells: &'r StringRecord,
    head: &'r Head,
    /// In a wide export, the course column to which this copy of the line belongs.
    course_column: Option<&'r WideCourseColumn>,
}

impl Row<'_> {
    /// Returns the cell as written, or the constant if the file has no such column. Empty if there is neither.
    pub(super) fn raw(&self, column: impl Column) -> &str {
        if let Some(WideCourseColumn { place, course, .. }) = self.course_column {
            if column.at() == TrainingColumn::Course.at() {
                return course;
            }
            if column.at() == TrainingColumn::CompletedOn.at() {
                return self.cells.get(*place).unwrap_or_default();
            }
        }
        match self.head.places[column.at()] {
            Some(place) => self.cells.get(place).unwrap_or_default(),
            None => self.head.constants[column.at()].as_deref().unwrap_or_default(),
        }
    }

    /// Returns the header of the course column to which this copy of the line belongs, in a wide export.
    pub(super) fn course_column(&self) -> Option<&str> {
        self.course_column.map(|course_column| course_column.header.as_str())
    }

    /// Returns every cell in the order of the file.
    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter()
    }

    /// Returns the first cell that is not blank.
    pub(super) fn first(&self) -> &str {
        self.cells.iter().find(|cell| !cell.trim().is_empty()).unwrap_or_default()
    }
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
