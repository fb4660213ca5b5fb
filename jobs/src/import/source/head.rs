//! Which line is the header, what stands between its cells, and which of its cells are ours.

use csv::StringRecord;

use super::super::layout::{Column as _, FileKind, Has, TrainingColumn, header_key, not_asked_for};
use super::super::mapping::Mapping;
use super::records::Records;
use super::{Counted, Refused, names};
use crate::one_line::{clip, one_line};

/// How far down a header is looked for.
const DEEPEST: usize = 50;
/// The most characters of a header that a sentence repeats.
const LONGEST_SHOWN: usize = 80;

/// A column of a wide export, which holds the days on which people completed one course.
#[derive(Debug)]
pub(super) struct OfCourse {
    pub(super) place: usize,
    /// Their header.
    pub(super) header: String,
    /// The course's code.
    pub(super) course: String,
}

/// A header that was found.
#[derive(Debug)]
pub(in super::super) struct Head {
    pub(super) delimiter: u8,
    /// How many records there are above and including it.
    pub(super) skip: usize,
    /// Where each of our columns is.
    pub(super) places: Vec<Option<usize>>,
    /// What each of our columns says in every row where the file lacks it.
    pub(super) constants: Vec<Option<String>>,
    /// Cells that a row must have.
    pub(super) width: usize,
    /// Places of the required columns that are read from cells.
    pub(super) required: Vec<usize>,
    /// The columns of days of a wide export; empty for any other file.
    pub(super) of_courses: Vec<OfCourse>,
    /// The columns that the file has.
    pub(in super::super) has: Has,
    /// Headers that are not ours and nearly one of ours that the file does not have.
    pub(in super::super) near: Vec<(String, &'static str)>,
    /// Every cell of the header, as written.
    pub(in super::super) header: Vec<String>,
    /// Headers that are not ours, each on one line and cut to a bounded length.
    pub(in super::super) ignored: Vec<String>,
    /// Those of them that nobody asked for.
    pub(in super::super) not_asked_for: Vec<String>,
    /// The line of the header, where lines of a report banner stand above it.
    pub(in super::super) below_banner: Option<u32>,
}

impl Head {
    /// The line, with the delimiter, under which most of our headers are found.
    pub(super) fn find(text: &str, counted: Counted, kind: FileKind, mapping: &Mapping) -> Result<Self, Refused> {
        let mut best: Option<(usize, Found)> = None;
        let mut cut_off: Option<Refused> = None;
        for delimiter in [b',', b';', b'\t'] {
            let (candidates, refused) = candidates(text, counted, delimiter);
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
                Refused::whole(format!(
                    "none of its lines is a header of {}; the required columns are {wanted}",
                    kind.file_name()
                ))
            };
            // The header may stand below what could not be read.
            cut_off.unwrap_or_else(none)
        })?;
        found.checked(kind, mapping)
    }

    /// Whether a course record without a day of completion is no record.
    pub(in super::super) fn blank_is_no_record(&self, mapping: &Mapping) -> bool {
        let status_is_constant = self.constants[TrainingColumn::Status.at()].is_some();
        self.has.column(TrainingColumn::CompletedOn) && mapping.blank_means_not_done(status_is_constant)
    }

    /// How many columns of the file are ours.
    pub(super) fn known(&self) -> usize {
        self.places.iter().flatten().count() + self.of_courses.len()
    }
}

/// A header of theirs, fit for a sentence.
fn shown(cell: &str) -> String {
    clip(&one_line(cell), LONGEST_SHOWN)
}

fn ours(kind: FileKind, key: &str) -> bool {
    kind.columns().iter().any(|column| header_key(column.header) == *key)
}

/// A record that may be the header, and what stands above it.
struct Found {
    delimiter: u8,
    line: u32,
    cells: StringRecord,
    /// The line, and the number of cells that are not blank, of each record above.
    above: Vec<(u32, usize)>,
}

/// The records among which the header is looked for, and why there are no more of them if one cannot be read. Where there is
/// a header above that one, reading the rows says so.
fn candidates(text: &str, counted: Counted, delimiter: u8) -> (Vec<Found>, Option<Refused>) {
    let mut records = Records::new(text, counted, delimiter);
    let (mut found, mut above, mut cells) = (Vec::new(), Vec::new(), StringRecord::new());
    while found.len() < DEEPEST {
        let line = match records.next(&mut cells) {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(refused) => return (found, Some(refused)),
        };
        let filled = cells.iter().filter(|cell| !cell.trim().is_empty()).count();
        found.push(Found { delimiter, line, above: above.clone(), cells: cells.clone() });
        above.push((line, filled));
    }
    (found, None)
}

impl Found {
    fn keys(&self, kind: FileKind, mapping: &Mapping) -> Vec<String> {
        let mut keys: Vec<_> = self.cells.iter().map(|cell| mapping.header(kind, cell)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn checked(self, kind: FileKind, mapping: &Mapping) -> Result<Head, Refused> {
        let line = self.line;
        let keys: Vec<_> = self.cells.iter().map(|cell| mapping.header(kind, cell)).collect();
        let of_courses = self.of_courses(kind, mapping)?;
        let (mut places, mut constants, mut required, mut has) = (Vec::new(), Vec::new(), Vec::new(), 0);
        let (mut missing, mut doubled) = (Vec::new(), Vec::new());
        for (at, column) in kind.columns().iter().enumerate() {
            let key = header_key(column.header);
            let found: Vec<_> = (0..keys.len()).filter(|place| keys[*place] == key).collect();
            if found.len() > 1 {
                doubled.push((column.header, found.len()));
            }
            let place = found.first().copied();
            let constant = mapping.constant(kind, column.header).or_else(|| wide_constant(at, &of_courses));
            let constant = constant.filter(|_| place.is_none());
            if column.required && place.is_none() && constant.is_none() {
                missing.push(column.header);
            }
            has |= u32::from(place.is_some() || constant.is_some()) << at;
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
            let sentence = names::wrong_columns(&missing, &doubled, &ignored, &named);
            return Err(Refused { column, ..Refused::at(line, sentence) });
        }
        // A banner is a few words over a wide table; anything wider may be data, and data is never skipped.
        let named = self.cells.iter().filter(|cell| !cell.trim().is_empty()).count();
        if let Some((above, _)) = self.above.iter().find(|(_, filled)| *filled > 2 && filled * 2 > named) {
            return Err(Refused::at(
                *above,
                "this line is above the header and does not look like a report banner; remove it",
            ));
        }
        let absent = kind.columns().iter().enumerate().filter(|(at, _)| has >> at & 1 == 0);
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
            of_courses,
            has: Has(has),
            near: names::near(&ignored, absent.map(|(_, column)| column.header)),
            not_asked_for,
            ignored,
            header: self.cells.iter().map(str::to_owned).collect(),
            below_banner: self.above.iter().any(|(_, filled)| *filled > 0).then_some(line),
        })
    }

    /// The columns of days that the mapping names as courses: all of them must be there.
    fn of_courses(&self, kind: FileKind, mapping: &Mapping) -> Result<Vec<OfCourse>, Refused> {
        let place = |(theirs, course): (&str, &str)| {
            let mut places = (0..self.cells.len()).filter(|at| header_key(&self.cells[*at]) == theirs);
            match (places.next(), places.next()) {
                (Some(place), None) => {
                    let header = shown(&self.cells[place]);
                    Ok(OfCourse { place, header, course: course.to_owned() })
                }
                (found, _) => {
                    let how_often = if found.is_some() { "more than one" } else { "no" };
                    let sentence = format!(
                        "the mapping file names the column '{theirs}' as a course, but there is {how_often} such column"
                    );
                    Err(Refused::at(self.line, sentence))
                }
            }
        };
        mapping.courses(kind).map(place).collect()
    }
}

/// What the columns of a course record say in every row of a wide export: the course and the day come from the column that is
/// read, and a day is a pass.
fn wide_constant(at: usize, of_courses: &[OfCourse]) -> Option<String> {
    if of_courses.is_empty() {
        return None;
    }
    if at == TrainingColumn::Status.at() {
        return Some("Completed".to_owned());
    }
    (at == TrainingColumn::Course.at() || at == TrainingColumn::CompletedOn.at()).then(String::new)
}
