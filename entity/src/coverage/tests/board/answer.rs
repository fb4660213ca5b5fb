//! The coverage of a small roster, by the names of its units and people.

use crate::coverage::roster::UnitIx;
use crate::coverage::{Coverage, Index, TeamRow, UnitRow};
use crate::period::Day;
use crate::value::{Reason, Status, UnknownBecause};

/// The coverage of a board on a day.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) names: Vec<String>,
    pub(crate) index: Index,
    pub(crate) coverage: Coverage,
}

impl Answer {
    fn code(&self, unit: UnitIx) -> &str {
        &self.index.roster().units[unit.at()].code
    }

    /// The team row of a unit, if it has one.
    pub(crate) fn find_team(&self, code: &str) -> Option<&TeamRow> {
        self.coverage.teams.iter().map(AsRef::as_ref).find(|row| self.code(row.unit) == code)
    }

    /// The team row of a unit.
    pub(crate) fn team(&self, code: &str) -> &TeamRow {
        self.find_team(code).expect("a team row")
    }

    /// The row of a unit with everything below it, if it has one.
    pub(crate) fn find_unit(&self, code: &str) -> Option<&UnitRow> {
        self.coverage.units.iter().find(|row| self.code(row.unit) == code)
    }

    /// The row of a unit with everything below it.
    pub(crate) fn unit(&self, code: &str) -> &UnitRow {
        self.find_unit(code).expect("a unit row")
    }

    /// A team's status.
    pub(crate) fn status(&self, code: &str) -> Status {
        self.team(code).status
    }

    /// A team's status, and why it is UNKNOWN.
    pub(crate) fn known(&self, code: &str) -> (Status, Option<UnknownBecause>) {
        (self.status(code), self.team(code).unknown_because)
    }

    /// P, A, required and gap.
    pub(crate) fn figures(&self, code: &str) -> (u32, u32, Option<u32>, Option<u32>) {
        let row = self.team(code);
        (row.supporters, row.share, row.required, row.gap)
    }

    /// Every reason why a person does not count for a unit, by their first allocation to it. Empty if active.
    pub(crate) fn reasons(&self, person: &str, code: &str) -> Vec<Reason> {
        let roster = self.index.roster();
        let standing = self.coverage.standings.iter().find(|standing| {
            let allocation = &roster.allocations[standing.allocation as usize];
            self.names[allocation.person.at()] == person && self.code(allocation.unit) == code
        });
        standing.expect("an allocation").reasons.iter().collect()
    }

    /// The first day on which a covered team is no longer covered, and its status then.
    pub(crate) fn risk(&self, code: &str) -> Option<(Day, Status)> {
        self.team(code).risk.as_ref().map(|risk| (risk.day, risk.status))
    }
}
