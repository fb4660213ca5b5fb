//! Roster and policy in, coverage out: COVERAGE.md in code.
//!
//! Pure: nothing here reads a clock, a file or a database, and the only names from outside are the standard library's, the
//! ids, the parsed values and the days. [`compute`] answers for one day, for every team and every unit at once, in one
//! pass over the [`Roster`]; a question about another day is the same question asked again.

pub mod approval;
pub mod breakdown;
pub mod change;
pub mod disclosure;
pub mod forecast;
pub mod governing;
pub mod level1;
pub mod lost_cover;
pub mod mix;
pub mod percent;
pub mod policy;
pub mod rollup;
pub mod roster;
pub mod standing;
pub mod suggested_actions;
pub mod team;
pub mod trainer;
pub mod tree;
pub mod wording;

mod index;
mod mix_check;

pub use breakdown::{Breakdowns, Disclosure, StandingCounts};
pub use forecast::{Cause, PublishedCause, Risk};
pub use governing::{Governing, WhatIf};
pub use index::Index;
pub use level1::Level1Band;
pub use percent::Percent;
pub use policy::{Judged, PolicyChange, PolicyNumber, PolicyTerms};
pub use rollup::UnitRow;
pub use roster::Roster;
pub use standing::{Reasons, Standing};
pub use team::TeamRow;
pub use tree::Tree;

use crate::period::Day;

/// The coverage of a whole organisation on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The day that the question was about.
    pub day: Day,
    /// One row a team, and one for every unit without counting posts to which an allocation valid that day points, by unit code.
    pub teams: Vec<TeamRow>,
    /// One row for every unit that is open or has a team row at or below it, by unit code.
    pub units: Vec<UnitRow>,
    /// Every Peer Supporter allocation on file, whatever its validity, in the roster's order.
    pub standings: Vec<Standing>,
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The day that the answer is about.
    pub day: Day,
    /// The day on which it is asked: from it the age of the staff lists is counted. If absent, their age does not matter.
    pub today: Option<Day>,
    /// Another policy to try in place of those on file.
    pub what_if: Option<&'a WhatIf>,
}

/// Computes the coverage of a day, with the policies on file or, if the question says so, with changed ones.
#[must_use]
pub fn compute(index: &Index, question: &Question<'_>) -> Coverage {
    let teams = team::assess_all(index, question);
    let units = rollup::roll_up(index, question, &teams);
    Coverage { day: question.day, teams: teams.rows, units, standings: teams.standings }
}

#[cfg(test)]
mod tests;
