//! Steps that a coordinator records from paper for the people who took them (docs/register.md, "Backlog and paper").

use crate::coverage::Index;
use crate::coverage::roster::{PersonIx, UnitIx};
use crate::period::Day;
use crate::value::{AppointmentRole, Role};

/// How many months back the day of a paper may be.
const MONTHS_BACK: u32 = 60;
/// How many days after a step was recorded the person may still dispute it.
const DISPUTE_DAYS: i64 = 30;
/// The largest number of characters of the code of a paper.
const LONGEST_REFERENCE: usize = 40;

/// Whether the day of a paper that is recorded on `today` is possible: at most five years back, and not ahead.
#[must_use]
pub fn is_possible_day(day: Day, today: Day) -> bool {
    day <= today && today <= day.plus_months(MONTHS_BACK)
}

/// Whether a text is the code of a paper: 1 to 40 letters, digits, hyphens, slashes, full stops and spaces.
#[must_use]
pub fn is_reference(text: &str) -> bool {
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || "-/. ".contains(letter);
    text == text.trim() && (1..=LONGEST_REFERENCE).contains(&text.len()) && text.chars().all(is_allowed)
}

/// Returns the last day on which a step that was recorded on `recorded_on` may be disputed.
#[must_use]
pub fn last_day_to_dispute(recorded_on: Day) -> Day {
    recorded_on.plus_days(DISPUTE_DAYS)
}

/// Whether a person could nominate `nominee` for a role on `day`: themselves, or for a team in which they worked, that they
/// managed or coordinated; as Trainer for Champions where their role served.
#[must_use]
pub fn could_nominate(
    index: &Index,
    nominator: PersonIx,
    nominee: Option<PersonIx>,
    role: Role,
    unit: UnitIx,
    day: Day,
) -> bool {
    let works_there = || index.counting_posts_of(nominator, day).any(|post| post.unit == unit);
    let manages_there = || index.counting_posts_in(unit, day).any(|post| post.line_manager == Some(nominator));
    let tree = index.tree(day);
    let is_appointed = || {
        tree.ancestors(unit).flat_map(|above| index.appointments_for(above)).any(|appointment| match appointment.role {
            AppointmentRole::SeniorManager | AppointmentRole::Coordinator => appointment.is_held_by(nominator, day),
        })
    };
    let serves_as_trainer = || {
        let mut roles = index.roster().trainers.iter();
        role == Role::Champion
            && roles
                .any(|own| own.person == nominator && own.validity.holds_on(day) && tree.is_at_or_below(unit, own.unit))
    };
    nominee == Some(nominator) || works_there() || manages_there() || is_appointed() || serves_as_trainer()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn a_paper_is_at_most_five_years_old() {
        let today = day("2026-11-16");
        for (on, possible) in [("2021-11-15", false), ("2021-11-16", true), ("2026-11-16", true), ("2026-11-17", false)]
        {
            assert_eq!(is_possible_day(day(on), today), possible, "{on}");
        }
    }

    #[test]
    fn a_reference_is_a_short_code() {
        for code in ["A", "PSN-2024/17.b", "Box 3 Form 12", &"9".repeat(40)] {
            assert!(is_reference(code), "{code}");
        }
        for text in ["", " ", " A", "A ", "Form #7", "Mòrag", "a\nb", &"9".repeat(41)] {
            assert!(!is_reference(text), "{text:?}");
        }
    }

    #[test]
    fn a_step_is_disputed_within_thirty_days() {
        assert_eq!(last_day_to_dispute(day("2026-11-16")), day("2026-12-16"));
    }
}
