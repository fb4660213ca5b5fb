//! A file's bytes as rows below a known header, or one sentence why not. What a cell means is not decided here.

mod encoding;
mod head;
mod misnamed;
mod names;
mod records;
mod rows;
mod workbook;

use std::borrow::Cow;

use csv::StringRecord;

use super::layout::{Column, FileKind, TrainingColumn};
use super::mapping::Mapping;
pub(super) use head::Head;
use head::OfCourse;
pub(super) use rows::Tail;

/// Why a file cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) line: Option<u32>,
    pub(super) column: Option<&'static str>,
    pub(super) value: Option<String>,
    pub(super) sentence: String,
}

impl Refused {
    fn whole(sentence: impl Into<String>) -> Self {
        Self { line: None, column: None, value: None, sentence: sentence.into() }
    }

    fn at(line: u32, sentence: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::whole(sentence) }
    }
}

/// A file as text, with its header found.
pub(super) struct Table<'b> {
    text: Cow<'b, str>,
    pub(super) head: Head,
    counted: Counted,
    /// The sheet that was read, of a workbook.
    pub(super) sheet: Option<String>,
    /// Whether hidden rows, columns or sheets were read.
    pub(super) hidden: bool,
}

/// What a line's number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
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
    /// Of a wide export, the column of days that this reading of the line is about.
    of_course: Option<&'r OfCourse>,
}

impl Row<'_> {
    /// The cell as written, or the constant where the file has no such column; empty where there is neither.
    pub(super) fn raw(&self, column: impl Column) -> &str {
        if let Some(OfCourse { place, course, .. }) = self.of_course {
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

    /// Their header of the column that a wide export has for the course that this reading of the line is about.
    pub(super) fn of_course(&self) -> Option<&str> {
        self.of_course.map(|of_course| of_course.header.as_str())
    }

    /// Every cell, in the order of the file.
    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter()
    }

    /// The first cell that is not blank.
    pub(super) fn first(&self) -> &str {
        self.cells.iter().find(|cell| !cell.trim().is_empty()).unwrap_or_default()
    }
}

impl<'b> Table<'b> {
    /// Finds out the encoding, the delimiter and the header. A file whose header fits another kind better is refused. Of a
    /// workbook, the sheet called `sheet` is read; the first with a header that fits if it is none.
    ///
    /// # Errors
    ///
    /// The first thing that keeps the file from being read.
    pub(super) fn open(
        bytes: &'b [u8],
        kind: FileKind,
        mapping: &Mapping,
        sheet: Option<&str>,
    ) -> Result<Self, Refused> {
        let head = |text: &str, counted: Counted| {
            if text.trim().is_empty() {
                return Err(Refused::whole("it is empty; it must have at least a header line"));
            }
            misnamed::checked(Head::find(text, counted, kind, mapping), text, counted, kind, mapping)
        };
        if workbook::is_one(bytes) {
            let counted = Counted::Records;
            return workbook::first(bytes, sheet, |sheet| {
                let workbook::Sheet { name, text, hidden } = sheet;
                let head = head(&text, counted)?;
                Ok(Self { text: Cow::Owned(text), head, counted, sheet: Some(name), hidden })
            });
        }
        let (text, counted) = (encoding::decode(bytes).map_err(Refused::whole)?, Counted::Lines);
        let head = head(&text, counted)?;
        Ok(Self { text, head, counted, sheet: None, hidden: false })
    }

    /// Hands every line of data to `each`.
    ///
    /// # Errors
    ///
    /// That the file was cut short, or a quotation mark is not closed: what else is lost cannot be told.
    pub(super) fn rows(&self, each: impl FnMut(&Row<'_>)) -> Result<Tail, Refused> {
        rows::read(&self.text, self.counted, &self.head, each)
    }
}

#[cfg(test)]
mod tests;
