//! Of which days the record of a Peer Supporter's allocation tells a viewer how the person is.
//!
//! A record is read because of the unit that it is for, and the person may support another unit before and after. So it tells
//! of its own days and of nothing that begins when it is over: no later pause, approval, sign-off or absence.

use entity::coverage::roster::Allocation;
use entity::period::{Day, Validity};

use super::Scope;
use crate::access::{Reach, Right};

/// The days of which a record tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ToldDays(Validity);

impl Scope {
    /// The days of which the record of an allocation, which the viewer sees, tells them. It tells of every day if it is their
    /// own, or that of a person they manage, or if they see all records. To others it tells of the days on which it holds;
    /// before it begins of today and later too, for what is still missing must be put right by then.
    pub(crate) fn told_days(&self, allocation: &Allocation) -> ToldDays {
        let sees_every_day = self.reaches(Right::SupporterRecords).any(|reach| match reach {
            Reach::Everything => true,
            Reach::Themselves => self.me == Some(allocation.person),
            Reach::TheirPeople => self.managed.contains(&allocation.person),
            Reach::Nothing
            | Reach::UnitsOfTheirPeople
            | Reach::TheirTeams
            | Reach::TheirUnits
            | Reach::GivenUnits
            | Reach::GivenUnitsIfNamed
            | Reach::IfExploring => false,
        });
        ToldDays::new(allocation.validity, self.today, sees_every_day)
    }
}

impl ToldDays {
    fn new(own: Validity, today: Day, sees_every_day: bool) -> Self {
        match own.from {
            _ if sees_every_day => Self(Validity::ALWAYS),
            Some(from) if today < from => Self(Validity { from: Some(today), ..own }),
            _ => Self(own),
        }
    }

    /// Whether the record tells how the person is on a day.
    pub(crate) fn has(self, day: Day) -> bool {
        self.0.holds_on(day)
    }

    /// The day of which it tells in place of a later one: its last.
    pub(crate) fn latest(self, day: Day) -> Day {
        self.0.last().map_or(day, |last| last.min(day))
    }

    /// Whether it tells of something that was decided on a day: before the record is over.
    pub(crate) fn knows(self, decided_on: Day) -> bool {
        !self.0.ended_by(decided_on)
    }

    /// What it tells of a spell: nothing if the two share no day; no end that comes after its own last day.
    pub(crate) fn part_of(self, spell: Validity) -> Option<Validity> {
        let to = spell.to.filter(|to| self.0.to.is_none_or(|end| *to <= end));
        self.0.overlaps(spell).then_some(Validity { to, ..spell })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn span(from: &str, to: &str) -> Validity {
        let day = |text: &str| (!text.is_empty()).then(|| day(text));
        Validity { from: day(from), to: day(to) }
    }

    fn told(own: Validity) -> ToldDays {
        ToldDays::new(own, day("2026-11-16"), false)
    }

    #[test]
    fn a_record_tells_of_its_own_days() {
        let told = told(span("2026-01-05", "2026-06-01"));
        for (on, has) in [
            ("2026-01-04", false),
            ("2026-01-05", true),
            ("2026-05-31", true),
            ("2026-06-01", false),
            ("2026-11-16", false),
        ] {
            assert_eq!(told.has(day(on)), has, "{on}");
        }
        assert_eq!(told.latest(day("2026-11-16")), day("2026-05-31"));
        assert_eq!(told.latest(day("2026-03-02")), day("2026-03-02"));
        assert!(told.knows(day("2026-05-31")) && !told.knows(day("2026-06-01")));
    }

    #[test]
    fn a_record_to_come_tells_of_today_and_no_day_before() {
        let told = told(span("2027-01-01", ""));
        assert!(!told.has(day("2026-11-15")) && told.has(day("2026-11-16")) && told.has(day("2030-01-01")));
    }

    #[test]
    fn every_day_is_told_to_those_who_see_the_person_as_such() {
        let told = ToldDays::new(span("2026-01-05", "2026-06-01"), day("2026-11-16"), true);
        assert!(told.has(day("2025-01-01")) && told.has(day("2027-01-01")) && told.knows(day("2027-01-01")));
    }

    #[test]
    fn of_a_spell_the_part_is_told_that_shares_a_day_with_the_record() {
        let told = told(span("2026-01-05", "2026-06-01"));
        for (spell, part) in [
            (span("2026-02-01", "2026-03-01"), Some(span("2026-02-01", "2026-03-01"))),
            (span("2026-02-01", "2026-06-01"), Some(span("2026-02-01", "2026-06-01"))),
            (span("2026-05-31", "2026-08-01"), Some(span("2026-05-31", ""))),
            (span("2025-12-01", ""), Some(span("2025-12-01", ""))),
            (span("2026-06-01", "2026-08-01"), None),
            (span("2026-08-01", ""), None),
            (span("2025-12-01", "2026-01-05"), None),
        ] {
            assert_eq!(told.part_of(spell), part, "{spell:?}");
        }
    }
}
