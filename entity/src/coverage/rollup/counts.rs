//! Numbers of teams and units, which are added up over the tree.

use std::ops::AddAssign;

use crate::value::Status;

/// How many team rows have each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusCounts([u32; Status::ALL.len()]);

impl StatusCounts {
    pub(in crate::coverage) const fn add(&mut self, status: Status) {
        self.0[status as usize] += 1;
    }

    /// Returns the counts with `more` added and `less` subtracted.
    pub(in crate::coverage) fn changed(mut self, less: &Self, more: &Self) -> Self {
        self.0.iter_mut().zip(less.0.iter().zip(more.0)).for_each(|(own, (less, more))| *own = *own + more - less);
        self
    }

    /// Returns the number of team rows with this status.
    #[must_use]
    pub const fn count(&self, status: Status) -> u32 {
        self.0[status as usize]
    }

    /// Returns the number of all team rows.
    #[must_use]
    pub fn teams(&self) -> u32 {
        self.0.iter().sum()
    }

    /// Returns the number of covered teams, at risk or not.
    #[must_use]
    pub const fn covered(&self) -> u32 {
        self.count(Status::Covered) + self.count(Status::AtRisk)
    }

    /// Returns the number of teams that are assessed: the denominator of teamsCovered%. It includes UNKNOWN.
    #[must_use]
    pub fn assessed(&self) -> u32 {
        self.teams() - self.count(Status::NotApplicable) - self.count(Status::Exempt)
    }
}

impl AddAssign for StatusCounts {
    fn add_assign(&mut self, other: Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own += other;
        }
    }
}

/// Number of teams or units that meet a requirement, out of those that have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// Those that meet it.
    pub met: u32,
    /// All of them.
    pub asked: u32,
}

impl Met {
    /// Counts one team or unit.
    pub(in crate::coverage) fn one(is_met: bool) -> Self {
        Self { met: u32::from(is_met), asked: 1 }
    }
}

impl AddAssign for Met {
    fn add_assign(&mut self, other: Self) {
        self.met += other.met;
        self.asked += other.asked;
    }
}
