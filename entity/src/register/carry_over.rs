//! Which people and roles are carried over when the posts of a unit move to another (REGISTER.md section 3).

use std::collections::BTreeSet;

use crate::coverage::Index;
use crate::coverage::roster::{PersonIx, UnitIx};
use crate::period::{Day, Validity};

/// For how many days before it moved, a post is still taken for the one that moved.
const DAYS_BETWEEN: i64 = 31;
/// Within how many days the managers of the new unit confirm.
pub const DAYS_TO_CONFIRM: i64 = 60;

/// The posts of one unit move to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reorganisation {
    /// The unit before.
    pub from: UnitIx,
    /// The unit since.
    pub to: UnitIx,
    /// First day with the new unit.
    pub day: Day,
}

/// Why nothing is carried over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CarryOverRefusal {
    /// Both are the same unit.
    SameUnit,
    /// The new unit is not open on the day.
    NotOpen,
    /// No one has a post in the new unit on the day who had one in the unit before.
    NoOneMoved,
}

impl Reorganisation {
    /// Returns the people who moved: they have a counting post in the new unit on the day, and had a post in the unit before
    /// within the month up to that day.
    ///
    /// # Errors
    ///
    /// Why nothing is carried over.
    pub fn people(self, index: &Index) -> Result<BTreeSet<PersonIx>, CarryOverRefusal> {
        let Self { from, to, day } = self;
        if from == to {
            return Err(CarryOverRefusal::SameUnit);
        }
        if !index.roster().units[to.at()].validity.holds_on(day) {
            return Err(CarryOverRefusal::NotOpen);
        }
        let recent = Validity { from: Some(day.plus_days(-DAYS_BETWEEN)), to: Some(day.plus_days(1)) };
        let was_there = |person: PersonIx| {
            index.posts_of(person).any(|post| !post.bank && post.unit == from && post.validity.overlaps(recent))
        };
        let people: BTreeSet<_> =
            index.counting_posts_in(to, day).map(|post| post.person).filter(|person| was_there(*person)).collect();
        if people.is_empty() { Err(CarryOverRefusal::NoOneMoved) } else { Ok(people) }
    }
}

/// Returns the last day on which the managers of the new unit may confirm.
#[must_use]
pub fn confirm_by(day: Day, today: Day) -> Day {
    day.max(today).plus_days(DAYS_TO_CONFIRM)
}

/// Returns the first day without a role that is not confirmed: it never holds for longer than it would if it were.
#[must_use]
pub fn ends_unconfirmed(valid_to: Option<Day>, confirm_by: Day) -> Day {
    let unconfirmed = confirm_by.plus_days(1);
    valid_to.map_or(unconfirmed, |to| to.min(unconfirmed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn the_managers_have_sixty_days_from_today_at_least() {
        assert_eq!(confirm_by(day("2026-11-01"), day("2026-11-16")), day("2027-01-15"));
        assert_eq!(confirm_by(day("2026-12-01"), day("2026-11-16")), day("2027-01-30"));
    }

    #[test]
    fn a_role_that_is_not_confirmed_lasts_no_longer_than_it_would() {
        let by = day("2027-01-15");
        assert_eq!(ends_unconfirmed(None, by), day("2027-01-16"));
        assert_eq!(ends_unconfirmed(Some(day("2027-01-01")), by), day("2027-01-01"));
        assert_eq!(ends_unconfirmed(Some(day("2028-01-01")), by), day("2027-01-16"));
    }
}
