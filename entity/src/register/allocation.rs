//! The rules for a role that a person holds: when a command may take effect, pauses and their end, and the lowering of
//! what was agreed (REGISTER.md sections 1, 3 and 6).

use crate::coverage::Index;
use crate::coverage::roster::{Allocation, PersonIx};
use crate::period::{Day, Validity};

/// How many days back a command may take effect.
const DAYS_BACK: i64 = 7;
/// How many days back a coordinator's command may take effect.
const COORDINATOR_DAYS_BACK: i64 = 31;
/// How many days ahead something may begin.
const DAYS_AHEAD: i64 = 365;
/// The longest time that may be agreed ahead, in days: a day long after it is a slip of the pen.
const LONGEST: i64 = 3_660;

/// Who gives a command about a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandGiver {
    /// A coordinator of the network.
    Coordinator,
    /// Anyone else.
    Other,
}

/// Returns the first day on which a command that is given on `today` may take effect.
#[must_use]
pub fn earliest(giver: CommandGiver, today: Day) -> Day {
    match giver {
        CommandGiver::Coordinator => today.plus_days(-COORDINATOR_DAYS_BACK),
        CommandGiver::Other => today.plus_days(-DAYS_BACK),
    }
}

/// Whether a command that is given on `today` may take effect on `day`.
#[must_use]
pub fn may_take_effect(day: Day, giver: CommandGiver, today: Day) -> bool {
    earliest(giver, today) <= day && day <= today.plus_days(DAYS_AHEAD)
}

/// Whether something that begins on `first` may last until and including `last`.
#[must_use]
pub fn may_last_until(first: Day, last: Day) -> bool {
    first <= last && last <= first.plus_days(LONGEST)
}

/// Returns the allocation on which a pause of a person's role is stored: the lowest that has not ended. `None` if the
/// person is no Peer Supporter. A pause on any allocation pauses the whole role (COVERAGE.md section 4).
#[must_use]
pub fn pause_carrier(index: &Index, person: PersonIx, today: Day) -> Option<&Allocation> {
    index.allocations_of(person).filter(|own| !own.registered().ended_by(today)).min_by_key(|own| own.id)
}

/// What happens to a pause when the person resumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResumedPause {
    /// It ended before.
    Unchanged,
    /// It ends: this is the first day after it.
    Ends(Day),
    /// It would only have begun then, so that it never holds.
    Never,
}

/// Returns what happens to a pause of a person who resumes on `day`: on that day and later ones it no longer holds.
#[must_use]
pub fn resume(pause: Validity, day: Day) -> ResumedPause {
    if pause.is_empty() || pause.ended_by(day) {
        return ResumedPause::Unchanged;
    }
    if pause.from.is_some_and(|from| from >= day) { ResumedPause::Never } else { ResumedPause::Ends(day) }
}

/// What was agreed for an allocation and may be lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgreedTerms {
    /// Share of the person in thousandths.
    pub share: i32,
    /// Protected hours per month in hundredths. `None` if none are recorded.
    pub protected_hours: Option<i32>,
    /// The days on which the role is held.
    pub validity: Validity,
}

/// What a command asks to lower.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lowering {
    /// The new share in thousandths. `None` to leave it.
    pub share: Option<i32>,
    /// The new protected hours per month in hundredths. `None` to leave them.
    pub protected_hours: Option<i32>,
    /// The new last day. `None` to leave it.
    pub last_day: Option<Day>,
}

/// Why something cannot be lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CannotLower {
    /// All is so already.
    Nothing,
    /// The share would be raised.
    RaisesShare,
    /// The protected hours would be raised.
    RaisesHours,
    /// The role would last longer.
    RaisesEnd,
}

impl Lowering {
    /// Returns what this changes about `agreed`: only what differs.
    ///
    /// # Errors
    ///
    /// [`CannotLower`] if anything would be raised, or nothing changes.
    pub fn of(self, agreed: &AgreedTerms) -> Result<Self, CannotLower> {
        let Self { share, protected_hours, last_day } = self;
        if share.is_some_and(|share| share > agreed.share) {
            return Err(CannotLower::RaisesShare);
        }
        // Without recorded hours any figure is more.
        if protected_hours.is_some_and(|hours| agreed.protected_hours.is_none_or(|known| hours > known)) {
            return Err(CannotLower::RaisesHours);
        }
        let known_end = agreed.validity.last();
        if last_day.zip(known_end).is_some_and(|(new, known)| new > known) {
            return Err(CannotLower::RaisesEnd);
        }
        let changed = Self {
            share: share.filter(|share| *share != agreed.share),
            protected_hours: protected_hours.filter(|hours| Some(*hours) != agreed.protected_hours),
            last_day: last_day.filter(|day| Some(*day) != known_end),
        };
        if changed == Self::default() { Err(CannotLower::Nothing) } else { Ok(changed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn through(first: &str, last: &str) -> Validity {
        let optional = |text: &str| (!text.is_empty()).then(|| day(text));
        Validity::from_last(optional(first), optional(last))
    }

    #[test]
    fn a_coordinator_may_go_further_back() {
        let today = day("2026-11-16");
        for (on, other, coordinator) in [
            ("2026-11-09", true, true),
            ("2026-11-08", false, true),
            ("2026-10-16", false, true),
            ("2026-10-15", false, false),
            ("2027-11-16", true, true),
            ("2027-11-17", false, false),
        ] {
            assert_eq!(may_take_effect(day(on), CommandGiver::Other, today), other, "{on}");
            assert_eq!(may_take_effect(day(on), CommandGiver::Coordinator, today), coordinator, "{on}");
        }
    }

    #[test]
    fn resuming_ends_every_pause_that_holds_from_then_on() {
        let on = day("2026-11-16");
        assert_eq!(resume(through("2026-11-01", "2026-11-15"), on), ResumedPause::Unchanged);
        assert_eq!(resume(through("2026-11-01", "2026-11-16"), on), ResumedPause::Ends(on));
        assert_eq!(resume(through("2026-11-01", ""), on), ResumedPause::Ends(on));
        assert_eq!(resume(through("", "2026-12-01"), on), ResumedPause::Ends(on));
        assert_eq!(resume(through("2026-11-16", ""), on), ResumedPause::Never);
        assert_eq!(resume(through("2026-12-01", "2026-12-31"), on), ResumedPause::Never);
    }

    #[test]
    fn a_resumed_person_is_not_paused_from_that_day_on() {
        let on = day("2026-11-16");
        for pause in [through("2026-11-01", ""), through("", ""), through("2026-11-20", "2026-11-30")] {
            let kept = match resume(pause, on) {
                ResumedPause::Unchanged => Some(pause),
                ResumedPause::Ends(to) => Some(Validity { to: Some(to), ..pause }),
                ResumedPause::Never => None,
            };
            for days in -30..30 {
                let at = on.plus_days(days);
                let before = pause.holds_on(at) && at < on;
                assert_eq!(kept.is_some_and(|kept| kept.holds_on(at)), before, "{pause:?} on {at}");
            }
        }
    }

    #[test]
    fn only_what_differs_is_lowered() {
        let agreed =
            AgreedTerms { share: 1000, protected_hours: Some(450), validity: through("2026-01-05", "2027-01-04") };
        let asked = Lowering { share: Some(600), protected_hours: Some(450), last_day: Some(day("2026-12-31")) };
        let changed = Lowering { protected_hours: None, ..asked };
        assert_eq!(asked.of(&agreed), Ok(changed));
        let same = Lowering { share: Some(1000), protected_hours: Some(450), last_day: agreed.validity.last() };
        assert_eq!(same.of(&agreed), Err(CannotLower::Nothing));
        assert_eq!(Lowering::default().of(&agreed), Err(CannotLower::Nothing));
    }

    #[test]
    fn nothing_is_raised() {
        let agreed = AgreedTerms { share: 500, protected_hours: None, validity: through("2026-01-05", "2027-01-04") };
        let raised = |lowering: Lowering| lowering.of(&agreed).expect_err("it raises something");
        assert_eq!(raised(Lowering { share: Some(501), ..Lowering::default() }), CannotLower::RaisesShare);
        assert_eq!(raised(Lowering { protected_hours: Some(50), ..Lowering::default() }), CannotLower::RaisesHours);
        let later = Lowering { last_day: Some(day("2027-01-05")), ..Lowering::default() };
        assert_eq!(raised(later), CannotLower::RaisesEnd);
        let open_ended = AgreedTerms { validity: through("2026-01-05", ""), ..agreed };
        assert_eq!(later.of(&open_ended), Ok(later), "an end is earlier than none");
    }
}
