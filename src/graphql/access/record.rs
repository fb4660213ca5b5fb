//! The days for which the record of a Peer Supporter's allocation shows a viewer the state of the person.
//!
//! A record is visible because of its unit, and the person may support another unit before and after. So it shows its own days
//! and nothing that begins after its end: no later pause, approval, sign-off or absence.

use entity::coverage::roster::Allocation;
use entity::period::{Day, Validity};

use super::Scope;
use crate::access::{Reach, Right};

/// The days that a record shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VisibleDays(Validity);

impl Scope {
    /// Returns the days that the record of an allocation, which the viewer may see, shows to them: every day if it is their
    /// own, or that of a person they manage, or if they may see all records. Otherwise the days on which the allocation is
    /// valid; before it begins also today and later, because what is still missing must be put right by then.
    pub(crate) fn visible_days(&self, allocation: &Allocation) -> VisibleDays {
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
        VisibleDays::new(allocation.validity, self.today, sees_every_day)
    }
}

impl VisibleDays {
    fn new(own: Validity, today: Day, sees_every_day: bool) -> Self {
        match own.from {
            _ if sees_every_day => Self(Validity::ALWAYS),
            Some(from) if today < from => Self(Validity { from: Some(today), ..own }),
            _ => Self(own),
        }
    }

    /// Whether the record shows the state of the person on a day.
    pub(crate) fn has(self, day: Day) -> bool {
        self.0.holds_on(day)
    }

    /// The day that it shows in place of a later one: its last.
    pub(crate) fn latest(self, day: Day) -> Day {
        self.0.last().map_or(day, |last| last.min(day))
    }

    /// Whether it shows a decision of a day: one before the record ends.
    pub(crate) fn knows(self, decided_on: Day) -> bool {
        !self.0.ended_by(decided_on)
    }

    /// The part of a period that it shows. `None` if the two share no day; without an end if that comes after its own last day.
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

    fn visible(own: Validity) -> VisibleDays {
        VisibleDays::new(own, day("2026-11-16"), false)
    }

    #[test]
    fn a_record_shows_its_own_days() {
        let visible = visible(span("2026-01-05", "2026-06-01"));
        for (on, has) in [
            ("2026-01-04", false),
            ("2026-01-05", true),
            ("2026-05-31", true),
            ("2026-06-01", false),
            ("2026-11-16", false),
        ] {
            assert_eq!(visible.has(day(on)), has, "{on}");
        }
        assert_eq!(visible.latest(day("2026-11-16")), day("2026-05-31"));
        assert_eq!(visible.latest(day("2026-03-02")), day("2026-03-02"));
        assert!(visible.knows(day("2026-05-31")) && !visible.knows(day("2026-06-01")));
    }

    #[test]
    fn a_future_record_shows_today_and_no_day_before() {
        let visible = visible(span("2027-01-01", ""));
        assert!(!visible.has(day("2026-11-15")) && visible.has(day("2026-11-16")) && visible.has(day("2030-01-01")));
    }

    #[test]
    fn viewers_of_the_person_see_every_day() {
        let visible = VisibleDays::new(span("2026-01-05", "2026-06-01"), day("2026-11-16"), true);
        assert!(visible.has(day("2025-01-01")) && visible.has(day("2027-01-01")) && visible.knows(day("2027-01-01")));
    }

    #[test]
    fn a_period_is_shown_as_far_as_it_overlaps() {
        let visible = visible(span("2026-01-05", "2026-06-01"));
        for (spell, part) in [
            (span("2026-02-01", "2026-03-01"), Some(span("2026-02-01", "2026-03-01"))),
            (span("2026-02-01", "2026-06-01"), Some(span("2026-02-01", "2026-06-01"))),
            (span("2026-05-31", "2026-08-01"), Some(span("2026-05-31", ""))),
            (span("2025-12-01", ""), Some(span("2025-12-01", ""))),
            (span("2026-06-01", "2026-08-01"), None),
            (span("2026-08-01", ""), None),
            (span("2025-12-01", "2026-01-05"), None),
        ] {
            assert_eq!(visible.part_of(spell), part, "{spell:?}");
        }
    }
}
