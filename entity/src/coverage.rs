//! Computes coverage from roster and policy: COVERAGE.md in code.
//!
//! Pure: nothing here reads a clock, a file or a database. It depends only on the standard library, the ids, the parsed
//! values and the days. [`compute`] answers for one day, for every team and every unit at once, in one pass over the
//! [`Roster`]; another day is another call.

pub mod approval;
pub mod breakdown;
pub mod champion;
pub mod change;
pub mod disclosure;
pub mod forecast;
pub mod governing;
pub mod index;
pub mod level1;
pub mod lost_cover;
pub mod mix;
pub mod percent;
pub mod policy;
pub mod risk;
pub mod rollup;
pub mod roster;
pub mod standing;
pub mod suggested_actions;
pub mod team;
pub mod trainer;
pub mod tree;
pub mod wording;

pub(crate) mod assessment;
pub(crate) mod colleagues;
pub(crate) mod mix_check;

mod affected;
mod parallel;
mod update;

pub use affected::FactChange;
pub use breakdown::{Breakdowns, Disclosure, StandingCounts};
pub use governing::{Governing, WhatIf};
pub use index::Index;
pub use level1::Level1Band;
pub use percent::Percent;
pub use policy::{Judged, PolicyChange, PolicyNumber, PolicyTerms};
pub use risk::{Cause, PublishedCause, Risk};
pub use rollup::UnitRow;
pub use roster::Roster;
pub use standing::{Reasons, Standing};
pub use team::TeamRow;
pub use tree::Tree;
pub use update::update;

use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::period::Day;

/// The coverage of a whole organisation on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The day that the figures are for.
    pub day: Day,
    /// One row per team, and one for every unit without counting posts to which an allocation valid that day points, by
    /// unit code. Versions of the coverage share the rows that are equal.
    pub teams: Vec<Arc<TeamRow>>,
    /// One row for every unit that is open or has a team row at or below it, by unit code.
    pub units: Vec<UnitRow>,
    /// Every Peer Supporter allocation on file, valid or not, in the roster's order.
    pub standings: Vec<Standing>,
}

/// The parameters of a query.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The day to compute.
    pub day: Day,
    /// The current day, from which the age of the staff lists is counted. If `None`, their age does not matter.
    pub today: Option<Day>,
    /// A policy to try instead of those on file.
    pub what_if: Option<&'a WhatIf>,
}

/// Computes the coverage of a day, with the policies on file or, if the question has a "what if", with a changed one.
/// Uses every core.
#[must_use]
pub fn compute(index: &Index, question: &Question<'_>) -> Coverage {
    compute_on(index, question, parallel::cores())
}

/// Computes the coverage of a day like [`compute`], on at most this many threads.
#[must_use]
pub fn compute_on(index: &Index, question: &Question<'_>, threads: NonZeroUsize) -> Coverage {
    let teams = team::assess_all(index, question, threads);
    let units = rollup::roll_up(index, question, &teams, threads);
    Coverage { day: question.day, teams: teams.rows, units, standings: teams.standings }
}

#[cfg(test)]
pub(crate) mod tests;
