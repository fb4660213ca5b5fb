//! What a person may see of a nomination (docs/register.md, section 2). Coordinators and nominees see everything.
//! Approvers see it once the nominee has accepted. Until then only nominee, nominator and coordinators know of it.

use super::approvers::approvers;
use super::facts::{NominationFacts, capacities};
use super::nomination::state;
use super::terms::RegisterTerms;
use crate::coverage::Index;
use crate::coverage::roster::PersonIx;
use crate::period::Day;
use crate::value::register::{NominationEnd, NominationState};

/// What a viewer may see of a nomination. Each includes the ones before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NominationSight {
    /// Nothing: it does not exist for them.
    Hidden,
    /// That they made it, and whether it is open, approved, or did not go ahead.
    Outcome,
    /// The statement, the checklist, the decisions and questions.
    Content,
    /// Also why an approver declined, and that the nominee declined or did not answer.
    Reasons,
}

/// The viewer of a nomination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NominationViewer {
    /// The person.
    pub person: PersonIx,
    /// Whether they act as a coordinator of the network today.
    pub is_coordinator: bool,
}

/// Returns what the viewer may see of a nomination on the day `today`.
#[must_use]
pub fn sight(
    index: &Index,
    facts: &NominationFacts,
    terms: &RegisterTerms,
    viewer: NominationViewer,
    today: Day,
) -> NominationSight {
    if viewer.is_coordinator || viewer.person == facts.person {
        return NominationSight::Reasons;
    }
    let is_nominator = viewer.person == facts.nominator;
    if facts.accepted_on.is_none() {
        return if is_nominator { NominationSight::Outcome } else { NominationSight::Hidden };
    }
    let has_decided =
        facts.decisions.iter().any(|decision| [decision.decider, decision.principal].contains(&viewer.person));
    let is_open = facts.ended.is_none() && state(index, facts, terms, today) != NominationState::Lapsed;
    let may_decide = || {
        let all = capacities(facts.role).iter().flat_map(|capacity| approvers(index, *capacity, facts, today));
        all.into_iter().any(|approver| approver.decider == viewer.person)
    };
    if has_decided || is_open && may_decide() {
        return NominationSight::Content;
    }
    if is_nominator { NominationSight::Outcome } else { NominationSight::Hidden }
}

/// Whether viewers with less than [`NominationSight::Reasons`] are only told that it did not go ahead: the nominee
/// declined or did not answer, and no one else is told which.
#[must_use]
pub fn did_not_go_ahead(facts: &NominationFacts, state: NominationState) -> bool {
    match state {
        NominationState::Lapsed => facts.accepted_on.is_none(),
        NominationState::Declined => facts.ended.is_some_and(|ended| ended.how == NominationEnd::DeclinedByNominee),
        NominationState::Withdrawn => true,
        NominationState::AwaitingNominee
        | NominationState::AwaitingApproval
        | NominationState::Question
        | NominationState::Blocked
        | NominationState::NoApprover
        | NominationState::Approved => false,
    }
}
