//! The state of a nomination on a day, and the day on which it lapses. Both are derived, never stored.

use super::approvers::approvers;
use super::checklist::{Nominee, hard_failures};
pub use super::facts::{
    DecisionFacts, EndedNomination, NominationFacts, agreed_hours, capacities, first_day, is_complete,
};
use super::terms::RegisterTerms;
use crate::coverage::Index;
use crate::coverage::roster::PersonIx;
use crate::period::Day;
pub use crate::value::register::NominationState;
use crate::value::register::{DecisionKind, NominationEnd};

/// Returns the state of a nomination on the day `today`. Of several that would fit an open nomination, the first in this
/// order: LAPSED, BLOCKED, AWAITING_NOMINEE, NO_APPROVER, QUESTION, AWAITING_APPROVAL.
///
/// BLOCKED means that a hard item fails on some day from today, or from a later wished start, on, or that the nomination
/// itself is disputed. It says something about
/// the nominee: until the nominee accepts, a nominator is shown AWAITING_NOMINEE instead.
#[must_use]
pub fn state(index: &Index, facts: &NominationFacts, terms: &RegisterTerms, today: Day) -> NominationState {
    let facts = &facts.as_of(today);
    if let Some(ended) = facts.ended {
        return match ended.how {
            NominationEnd::Approved => NominationState::Approved,
            NominationEnd::DeclinedByNominee | NominationEnd::DeclinedByApprover => NominationState::Declined,
            NominationEnd::Withdrawn => NominationState::Withdrawn,
        };
    }
    let is_question = || {
        let last = capacities(facts.role).iter().filter_map(|capacity| facts.last_decision(*capacity));
        last.into_iter().any(|decision| decision.kind == DecisionKind::Ask && !decision.answered)
    };
    if lost_its_ground_on(index, facts, today).is_some() || lapses_on(index, facts, terms, today) <= today {
        NominationState::Lapsed
    } else if facts.in_dispute || is_blocked(index, facts, terms, today) {
        NominationState::Blocked
    } else if facts.accepted_on.is_none() {
        NominationState::AwaitingNominee
    } else if has_no_approver(index, facts, today) {
        NominationState::NoApprover
    } else if is_question() {
        NominationState::Question
    } else {
        NominationState::AwaitingApproval
    }
}

/// Returns the day on which an open nomination lapses by its age, as known on the day `today`: the day opened, or recorded
/// if it was opened on paper, plus the days of the policy. Days up to today on which the nominee had accepted and no person could give a missing approval do
/// not count.
#[must_use]
pub fn lapses_on(index: &Index, facts: &NominationFacts, terms: &RegisterTerms, today: Day) -> Day {
    let stands_still = |day: Day| {
        let has_accepted = facts.accepted_on.is_some_and(|on| on <= day);
        has_accepted && day <= today && has_no_approver(index, &facts.as_of(day), day)
    };
    let (mut day, mut counted) = (facts.counted_from, 0);
    while counted < terms.nomination_days {
        counted += u32::from(!stands_still(day));
        day = day.plus_days(1);
    }
    day
}

/// Returns the first day on which `nominator` may nominate the same person again after this nomination. `None` if it does
/// not prevent it, or is open.
///
/// After an approver declined, the same nomination waits for everyone. After the nominee declined or did not answer, only
/// other people wait, and for the role in any unit.
#[must_use]
pub fn may_come_again_on(
    index: &Index,
    facts: &NominationFacts,
    terms: &RegisterTerms,
    nominator: PersonIx,
    today: Day,
) -> Option<Day> {
    let after_silence = |on: Day| {
        let is_other = facts.nominator != facts.person && nominator != facts.person;
        is_other.then(|| on.plus_days(i64::from(terms.silence_days)))
    };
    let first = match facts.ended.map(|ended| (ended.how, ended.on)) {
        Some((NominationEnd::DeclinedByApprover, on)) => Some(on.plus_days(i64::from(terms.again_days))),
        Some((NominationEnd::DeclinedByNominee, on)) => after_silence(on),
        Some((NominationEnd::Approved | NominationEnd::Withdrawn, _)) => None,
        None if facts.accepted_on.is_some() => None,
        None => {
            let on = lapses_on(index, facts, terms, today);
            // Without a post the nominee could not have answered.
            let is_silence = lost_its_ground_on(index, facts, today).is_none_or(|lost| on <= lost);
            Some(on).filter(|on| *on <= today && is_silence).and_then(after_silence)
        }
    };
    first.filter(|first| *first > today)
}

/// Returns the first day since it was opened on which the unit was closed or the nominee had no counting post. Derived
/// for every day and not for today alone, so that a lapsed nomination does not come back.
fn lost_its_ground_on(index: &Index, facts: &NominationFacts, today: Day) -> Option<Day> {
    let units = &index.roster().units;
    let unit = units[facts.unit.at()].validity;
    let posts = index.posts_of(facts.person);
    let ends = posts.flat_map(|post| [post.validity.to, units[post.unit.at()].validity.to]).flatten();
    let days = ends.chain(unit.to).filter(|day| facts.opened_on <= *day && *day <= today).chain([today]);
    let is_lost = |day: &Day| !unit.holds_on(*day) || index.counting_posts_of(facts.person, *day).next().is_none();
    days.filter(is_lost).min()
}

/// Returns the first day on which a nomination was no longer open, by its stored end or because it lapsed. `None` if it is open on
/// the day `today`.
#[must_use]
pub fn ended_on(index: &Index, facts: &NominationFacts, terms: &RegisterTerms, today: Day) -> Option<Day> {
    let facts = &facts.as_of(today);
    if let Some(ended) = facts.ended {
        return Some(ended.on);
    }
    let lapsed = Some(lapses_on(index, facts, terms, today)).filter(|on| *on <= today);
    lost_its_ground_on(index, facts, today).into_iter().chain(lapsed).min()
}

fn is_blocked(index: &Index, facts: &NominationFacts, terms: &RegisterTerms, today: Day) -> bool {
    let NominationFacts { person, role, unit, share, outside_team, wished_start, .. } = *facts;
    let day = wished_start.max(Some(today)).unwrap_or(today);
    !hard_failures(index, &Nominee { person, role, unit, share, outside_team, day }, terms).is_empty()
}

/// Whether an approval is missing that no person may give on `day`.
fn has_no_approver(index: &Index, facts: &NominationFacts, day: Day) -> bool {
    let missing = capacities(facts.role).iter().filter(|capacity| !facts.is_accepted(**capacity));
    missing.into_iter().any(|capacity| approvers(index, *capacity, facts, day).is_empty())
}

/// Whether a nomination in this state may be decided on.
#[must_use]
pub const fn waits_for_decision(state: NominationState) -> bool {
    match state {
        NominationState::AwaitingApproval | NominationState::Question | NominationState::NoApprover => true,
        NominationState::AwaitingNominee
        | NominationState::Blocked
        | NominationState::Approved
        | NominationState::Declined
        | NominationState::Withdrawn
        | NominationState::Lapsed => false,
    }
}

#[cfg(test)]
mod tests;
