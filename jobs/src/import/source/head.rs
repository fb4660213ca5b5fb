//! Finds the header line, the delimiter and the columns that psn reads.

use csv::StringRecord;

use super::super::layout::{Column as _, ColumnSet, FileKind, TrainingColumn, header_key, not_asked_for};
use super::super::mapping::Mapping;
use super::column_names;
use super::file_error::FileError;
use super::records::{LineNumbering, Records};
use crate::output::one_line::{clip, one_line};

/// The maximum number of lines to search for a header.
const DEEPEST: usize = 50;
/// The maximum number of characters of a header in a sentence.
const LONGEST_SHOWN: usize = 80;

/// A column of a wide export with the completion dates of one course.
#[derive(Debug)]
pub(super) struct WideCourseColumn {
    pub(super) place: usize,
    /// The header in the file.
    pub(super) header: String,
    /// The course's code.
    pub(super) course: String,
}

/// A header of a file.
#[derive(Debug)]
pub(in crate::import) struct Head {
    pub(super) delimiter: u8,
    /// The number of records up to and including the header.
    pub(super) skip: usize,
    /// The position of each of psn's columns.
    pub(super) places: Vec<Option<usize>>,
    /// The constant of each of psn's columns that the file lacks.
    pub(super) constants: Vec<Option<String>>,
    /// The number of cells that a row must have.
    pub(super) width: usize,
    /// Positions of the required columns that are read from cells.
    pub(super) required: Vec<usize>,
    /// The course columns of a wide export. Empty for any other file.
    pub(super) course_columns: Vec<WideCourseColumn>,
    /// The columns that the file has.
    pub(in crate::import) columns: ColumnSet,
    /// Unknown headers that are similar to one of psn's columns that the file lacks.
    pub(in crate::import) near: Vec<(String, &'static str)>,
    /// Every cell of the header, as written.
    pub(in crate::import) header: Vec<String>,
    /// Unknown headers, each on one line and shortened.
    pub(in crate::import) ignored: Vec<String>,
    /// Unknown headers of data that psn does not want.
    pub(in crate::import) not_asked_for: Vec<String>,
    /// The line of the header, if a report banner is above it.
    pub(in crate::import) below_banner: Option<u32>,
}

impl Head {
    /// Finds the line and the delimiter with the most of psn's headers.
    pub(super) fn find(
        text: &str,
        numbering: LineNumbering,
        kind: FileKind,
        mapping: &Mapping,
    ) -> Result<Self, FileError> {
        let mut best: Option<(usize, HeaderCandidate)> = None;
        let mut cut_off: Option<FileError> = None;
        for delimiter in [b',', b';', b'\t'] {
            let (candidates, refused) = candidates(text, numbering, delimiter);
            cut_off = cut_off.or(refused);
            for found in candidates {
                let wide = found.cells.iter().filter(|cell| mapping.course_of(kind, cell).is_some()).count();
                let score = wide + found.keys(kind, mapping).into_iter().filter(|key| ours(kind, key)).count();
                if score > best.as_ref().map_or(0, |(score, _)| *score) {
                    best = Some((score, found));
                }
            }
        }
        let wanted = kind.columns().iter().filter(|column| column.required);
        let wanted = wanted.map(|column| column.header).collect::<Vec<_>>().join(", ");
        let (_, found) = best.ok_or_else(|| {
            let none = || {
                FileError::whole(format!(
                    "none of its lines is a header of {}; the required columns are {wanted}",
                    kind.file_name()
                ))
            };
            // The header may be below the line that could not be read.
            cut_off.unwrap_or_else(none)
        })?;
        found.checked(kind, mapping)
    }

    /// Whether a course record without a completion date is skipped.
    pub(in crate::import) fn blank_is_no_record(&self, mapping: &Mapping) -> bool {
        let status_is_constant = self.constants[TrainingColumn::Status.at()].is_some();
        self.columns.contains(TrainingColumn::CompletedOn) && mapping.blank_means_not_done(status_is_constant)
    }

    /// Returns how many columns of the file psn reads.
    pub(super) fn known(&self) -> usize {
        self.places.iter().flatten().count() + self.course_columns.len()
    }
}

/// Returns a header of the file in a form that fits into a sentence.
fn shown(cell: &str) -> String {
    clip(&one_line(cell), LONGEST_SHOWN)
}

fn ours(kind: FileKind, key: &str) -> bool {
    kind.columns().iter().any(|column| header_key(column.header) == *key)
}

/// A record that may be the header, and the records above it.
struct HeaderCandidate {
    delimiter: u8,
    line: u32,
    cells: StringRecord,
    /// The line, and the number of cells that are not blank, of each record above.
    above: Vec<(u32, usize)>,
}

/// Returns the records that may be the header, and the error that ended the search. If there is a header above that
/// record, reading the rows reports the error.
fn candidates(text: &str, numbering: LineNumbering, delimiter: u8) -> (Vec<HeaderCandidate>, Option<FileError>) {
    let mut records = Records::new(text, numbering, delimiter);
    let (mut found, mut above, mut cells) = (Vec::new(), Vec::new(), StringRecord::new());
    while found.len() < DEEPEST {
        let line = match records.next(&mut cells) {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(refused) => return (found, Some(refused)),
        };
        let filled = cells.iter().filter(|cell| !cell.trim().is_empty()).count();
        found.push(HeaderCandidate { delimiter, line, above: above.clone(), cells: cells.clone() });
        above.push((line, filled));
    }
    (found, None)
}

impl HeaderCandidate {
    fn keys(&self, kind: FileKind, mapping: &Mapping) -> Vec<String> {
        let mut keys: Vec<_> = self.cells.iter().map(|cell| mapping.header(kind, cell)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn checked(self, kind: FileKind, mapping: &Mapping) -> Result<Head, FileError> {
        let line = self.line;
        let keys: Vec<_> = self.cells.iter().map(|cell| mapping.header(kind, cell)).collect();
        let course_columns = self.course_columns(kind, mapping)?;
        let (mut places, mut constants, mut required, mut columns) = (Vec::new(), Vec::new(), Vec::new(), 0);
        let (mut missing, mut doubled) = (Vec::new(), Vec::new());
        for (at, column) in kind.columns().iter().enumerate() {
            let key = header_key(column.header);
            let found: Vec<_> = (0..keys.len()).filter(|place| keys[*place] == key).collect();
            if found.len() > 1 {
                doubled.push((column.header, found.len()));
            }
            let place = found.first().copied();
            let constant = mapping.constant(kind, column.header).or_else(|| wide_constant(at, &course_columns));
            let constant = constant.filter(|_| place.is_none());
            if column.required && place.is_none() && constant.is_none() {
                missing.push(column.header);
            }
            columns |= u32::from(place.is_some() || constant.is_some()) << at;
            required.extend(place.filter(|_| column.required));
            places.push(place);
            constants.push(constant);
        }
        let unknown = |at: usize, cell: &str| {
            !ours(kind, &keys[at]) && !cell.trim().is_empty() && mapping.course_of(kind, cell).is_none()
        };
        let unknown: Vec<_> = self.cells.iter().enumerate().filter(|(at, cell)| unknown(*at, cell)).collect();
        let not_asked_for =
            unknown.iter().filter(|(_, cell)| not_asked_for(cell)).map(|(_, cell)| shown(cell)).collect();
        let ignored: Vec<_> = unknown.into_iter().map(|(_, cell)| shown(cell)).collect();
        if !missing.is_empty() || !doubled.is_empty() {
            let named: Vec<_> = self.cells.iter().filter(|cell| !cell.trim().is_empty()).map(shown).collect();
            let column = missing.first().copied().or(doubled.first().map(|(header, _)| *header));
            let sentence = column_names::wrong_columns(&missing, &doubled, &ignored, &named);
            return Err(FileError { column, ..FileError::at_line(line, sentence) });
        }
        // A banner is a few words above a wide table. A wider line may be data, and data is never skipped.
        let named = self.cells.iter().filter(|cell| !cell.trim().is_empty()).count();
        if let Some((above, _)) = self.above.iter().find(|(_, filled)| *filled > 2 && filled * 2 > named) {
            return Err(FileError::at_line(
                *above,
                "this line is above the header and does not look like a report banner; remove it",
            ));
        }
        let absent = kind.columns().iter().enumerate().filter(|(at, _)| columns >> at & 1 == 0);
        Ok(Head {
            delimiter: self.delimiter,
            skip: self.above.len() + 1,
            width: self
                .cells
                .iter()
                .enumerate()
                .filter(|(_, cell)| !cell.trim().is_empty())
                .last()
                .map_or(0, |(at, _)| at + 1),
            places,
            constants,
            required,
            course_columns,
            columns: ColumnSet(columns),
            near: column_names::near(&ignored, absent.map(|(_, column)| column.header)),
            not_asked_for,
            ignored,
            header: self.cells.iter().map(str::to_owned).collect(),
            below_banner: self.above.iter().any(|(_, filled)| *filled > 0).then_some(line),
        })
    }

    /// Finds the columns that the mapping names as courses. All of them must exist.
    fn course_columns(&self, kind: FileKind, mapping: &Mapping) -> Result<Vec<WideCourseColumn>, FileError> {
        let place = |(theirs, course): (&str, &str)| {
            let mut places = (0..self.cells.len()).filter(|at| header_key(&self.cells[*at]) == theirs);
            match (places.next(), places.next()) {
                (Some(place), None) => {
                    let header = shown(&self.cells[place]);
                    Ok(WideCourseColumn { place, header, course: course.to_owned() })
                }
                (found, _) => {
                    let how_often = if found.is_some() { "more than one" } else { "no" };
                    let sentence = format!(
                        "the mapping file names the column '{theirs}' as a course, but there is {how_often} such column"
                    );
                    Err(FileError::at_line(self.line, sentence))
                }
            }
        };
        mapping.courses(kind).map(place).collect()
    }
}

/// Returns the constants of a wide export: the course and the date come from the column that is read, and a date is a
/// pass.
fn wide_constant(at: usize, course_columns: &[WideCourseColumn]) -> Option<String> {
    if course_columns.is_empty() {
        return None;
    }
    if at == TrainingColumn::Status.at() {
        return Some("Completed".to_owned());
    }
    (at == TrainingColumn::Course.at() || at == TrainingColumn::CompletedOn.at()).then(String::new)
}
