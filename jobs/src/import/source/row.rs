//! One line of data, with its cells by psn's columns.

use csv::StringRecord;

use super::super::layout::{Column, TrainingColumn};
use super::head::{Head, WideCourseColumn};

/// One line of data.
pub(in crate::import) struct Row<'r> {
    /// Its line in the file, from 1.
    pub(in crate::import) line: u32,
    /// What is wrong with the line as a whole.
    pub(in crate::import) fault: Option<String>,
    pub(super) cells: &'r StringRecord,
    pub(super) head: &'r Head,
    /// In a wide export, the course column to which this copy of the line belongs.
    pub(super) course_column: Option<&'r WideCourseColumn>,
}

impl Row<'_> {
    /// Returns the cell as written, or the constant if the file has no such column. Empty if there is neither.
    pub(in crate::import) fn raw(&self, column: impl Column) -> &str {
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
    pub(in crate::import) fn course_column(&self) -> Option<&str> {
        self.course_column.map(|course_column| course_column.header.as_str())
    }

    /// Returns every cell in the order of the file.
    pub(in crate::import) fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter()
    }

    /// Returns the first cell that is not blank.
    pub(in crate::import) fn first(&self) -> &str {
        self.cells.iter().find(|cell| !cell.trim().is_empty()).unwrap_or_default()
    }
}
