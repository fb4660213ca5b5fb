//! Rows of courses.csv and training.csv.

use entity::interner::Symbol;
use entity::period::Day;
use entity::spelling;

use super::super::fault::Fault;
use super::super::layout::{CourseColumn, TrainingColumn as Training};
use super::super::record::Course;
use super::super::reference::PersonKey;
use super::super::vocabulary;
use super::cells::Cells;

/// A row of training.csv: the values that psn stores, and those needed to withdraw a pass. Scores are not read.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct TrainingRow {
    pub(in crate::import) person: PersonKey,
    /// The code as written in the file.
    pub(in crate::import) code: Symbol,
    /// The code without spaces, in lower case.
    pub(in crate::import) course: Symbol,
    pub(in crate::import) pass: bool,
    /// Always set for a pass.
    pub(in crate::import) completed_on: Option<Day>,
    /// The first day on which the pass is no longer valid, if the record gives one.
    pub(in crate::import) valid_to: Option<Day>,
}

pub(super) fn course(cells: &mut Cells<'_>) -> Result<Course, Fault> {
    let code = cells.required_key(CourseColumn::Code)?;
    Ok(Course {
        code,
        key: course_key(cells, code),
        title: cells.text(CourseColumn::Title)?,
        level: cells.one_of(CourseColumn::Level, vocabulary::level)?,
        platform: cells.text(CourseColumn::Platform)?,
        employer_kind: cells.text(CourseColumn::EmployerKind)?,
    })
}

/// Returns the code in the form in which it is compared, without spaces or case: "GCC 277" equals "gcc277".
fn course_key(cells: &mut Cells<'_>, code: Symbol) -> Symbol {
    let key = spelling::key(cells.words.get(code)).split_whitespace().collect::<String>();
    cells.words.intern(&key)
}

pub(super) fn about(cells: &mut Cells<'_>) -> Option<PersonKey> {
    cells.person(Training::Employer, Training::Number).ok()
}

pub(super) fn record(cells: &mut Cells<'_>) -> Result<TrainingRow, Fault> {
    let person = cells.person(Training::Employer, Training::Number)?;
    let code = cells.required_key(Training::Course)?;
    let pass = cells.one_of(Training::Status, vocabulary::is_pass)?;
    cells.day(Training::EnrolledOn)?;
    let completed_on = cells.done_day(Training::CompletedOn)?;
    if pass && completed_on.is_none() {
        return Err(cells.fault(Training::CompletedOn, "A pass needs a completion date"));
    }
    if pass && completed_on.is_some_and(|day| day > cells.options.as_at) {
        let as_at = cells.options.as_at;
        return Err(cells.fault(
            Training::CompletedOn,
            format!("A pass cannot be dated after {as_at}, the as-at day of the import"),
        ));
    }
    let valid_to = cells.validity(Training::CompletedOn, Training::ExpiresOn)?.to;
    Ok(TrainingRow { person, code, course: course_key(cells, code), pass, completed_on, valid_to })
}
