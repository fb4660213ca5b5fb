//! The files against each other and against what is on file: what is new, changed, ended or unchanged, which rows are wrong,
//! and whether the change as a whole must be refused. Pure: the [`Board`] goes in, a [`Plan`] comes out.

mod addresses;
mod allocations;
mod employers;
mod facts;
mod guard;
mod links;
mod look_alike;
mod not_read;
mod placements;
mod posts;
mod settle;
mod shares;
mod training;
mod units;

use entity::interner::Symbol;
use std::borrow::Cow;

use entity::period::Day;

use super::board::{Board, PersonIx, Plan, UnitIx};
use super::findings::{Fault, FileCount, Findings};
use super::layout::Column;
use super::limits::{self, Allowances};
use super::parse::{Files, PersonKey};
use shares::Shares;

/// What an import is checked under.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    /// The day that the files describe.
    pub(super) as_at: Day,
    /// What it may do beyond the limits.
    pub(super) allow: Allowances,
}

/// Works out what `files` make of `board` when all posts of the employers `ends` end, and gives the counts of each file in the
/// order of the import.
pub(super) fn check(
    files: Files,
    board: &mut Board,
    ends: &[String],
    terms: Terms,
    findings: &mut Findings,
) -> (Plan, Vec<FileCount>) {
    let Files { units, staff, courses, training, supporters, unavailability, managers, policies, exemptions, links } =
        files;
    let staff_name = staff.as_ref().map(|file| file.count.file.clone());
    let supporters_name = supporters.as_ref().map(|file| file.count.file.clone());
    if let Some(file) = &units {
        limits::not_empty(&file.count, !board.units.on_file.is_empty(), terms.allow, findings);
    }
    if let Some(file) = &staff {
        limits::not_empty(&file.count, !board.posts.is_empty(), terms.allow, findings);
    }
    let mut plan = Plan::default();
    let mut counts = Vec::new();
    let closing = units.map(|file| {
        let (count, closing) = units::check(file, board, terms, &mut plan, findings);
        counts.push(count);
        closing
    });
    if staff.is_some() || closing.is_some() || !ends.is_empty() {
        let closing = closing.unwrap_or_default();
        counts.extend(posts::check(staff, board, &closing, ends, terms, &mut plan, findings));
    }
    let mut shares = Shares::default();
    counts.extend(links.map(|file| links::links(file, board, &mut plan, &mut shares, findings)));
    counts.extend(courses.map(|file| training::courses(file, board, &mut plan, findings)));
    counts.extend(training.map(|file| training::records(file, board, &mut plan, findings)));
    counts.extend(
        supporters.map(|file| allocations::allocations(file, board, terms.as_at, &mut plan, &mut shares, findings)),
    );
    shares.check(board, &plan, findings);
    // A staff list moves people too, out of the teams that they support.
    if let Some(file) = supporters_name.as_ref().or(staff_name.as_ref()) {
        allocations::tell_outside_teams(board, terms.as_at, &plan, file, findings);
    }
    counts.extend(unavailability.map(|file| facts::unavailability(file, board, &mut plan, findings)));
    counts.extend(managers.map(|file| facts::appointments(file, board, &mut plan, findings)));
    counts.extend(policies.map(|file| facts::policies(file, board, &mut plan, findings)));
    counts.extend(exemptions.map(|file| facts::exemptions(file, board, &mut plan, findings)));
    // Last, because every file may be the one that refers to a person.
    posts::people(board, staff_name.as_deref(), &mut plan, findings);
    if let Some(staff) = &staff_name {
        addresses::tell_missing(board, &plan, staff, findings);
    }
    limits::rejected(&counts, terms.allow, findings);
    (plan, counts)
}

impl Board {
    fn fault(&self, column: impl Column, value: Symbol, sentence: impl Into<Cow<'static, str>>) -> Fault {
        Fault { column: column.header(), value: self.words.get(value).to_owned(), sentence: sentence.into() }
    }

    /// The unit that a row names.
    fn unit(&self, code: Symbol, column: impl Column) -> Result<UnitIx, Fault> {
        self.units.find(code).ok_or_else(|| self.fault(column, code, "This unit code is not in units.csv or on file"))
    }

    /// The person that a row is about.
    fn person(&self, key: PersonKey, column: impl Column) -> Result<PersonIx, Fault> {
        self.people.find(key).ok_or_else(|| {
            let employer = self.words.get(key.0);
            let sentence = format!("No one at {employer} has this number in staff.csv or on file");
            self.fault(column, key.1, sentence)
        })
    }

    /// A person whom a row refers to as `Employer/Employee Number`.
    fn other(&self, key: Option<PersonKey>, column: impl Column) -> Result<Option<PersonIx>, Fault> {
        let Some(key) = key else { return Ok(None) };
        match self.people.find(key) {
            Some(person) => Ok(Some(person)),
            None => {
                let value = format!("{}/{}", self.words.get(key.0), self.words.get(key.1));
                let sentence = "This person is not in staff.csv or on file".into();
                Err(Fault { column: column.header(), value, sentence })
            }
        }
    }

    fn want(&mut self, people: impl IntoIterator<Item = PersonIx>) {
        for person in people {
            self.people.state[person.at()].wanted = true;
        }
    }
}
