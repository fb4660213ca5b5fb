//! What is on file about one nomination, as plain data, and what follows from it alone.

use crate::coverage::roster::{PersonIx, UnitIx};
use crate::period::Day;
use crate::value::register::{DecisionKind, NominationEnd};
use crate::value::{ApproverCapacity, Role};

/// A nomination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NominationFacts {
    /// The nominee.
    pub person: PersonIx,
    /// The role.
    pub role: Role,
    /// The unit that the role would be for.
    pub unit: UnitIx,
    /// Share of the nominee in thousandths. It matters for Peer Supporters only.
    pub share: u32,
    /// Whether the nominee would cover the team from outside.
    pub outside_team: bool,
    /// The person who nominated; the nominee, if they put themselves forward.
    pub nominator: PersonIx,
    /// The day on which it was opened.
    pub opened_on: Day,
    /// The day from which its age counts: the day on which it was opened, or recorded if it was opened on paper.
    pub counted_from: Day,
    /// The day on which the nominee accepted. For people who put themselves forward, the day on which they did.
    pub accepted_on: Option<Day>,
    /// The day from which the nominee wishes to have the role.
    pub wished_start: Option<Day>,
    /// Its end. `None` while it is open.
    pub ended: Option<EndedNomination>,
    /// Whether it was opened on paper and the person who is said to have done so disputes it. It cannot go on then.
    pub in_dispute: bool,
    /// The decisions of its approvers, in the order in which they were recorded. Disputed ones are left out.
    pub decisions: Vec<DecisionFacts>,
}

/// How and when a nomination ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedNomination {
    /// How.
    pub how: NominationEnd,
    /// The first day on which it is no longer open.
    pub on: Day,
}

/// A decision of an approver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionFacts {
    /// Line manager or senior manager.
    pub capacity: ApproverCapacity,
    /// What was decided.
    pub kind: DecisionKind,
    /// The day of the decision.
    pub on: Day,
    /// The person who decided.
    pub decider: PersonIx,
    /// The approver in whose place they decided: the decider, or the person whose delegate the decider is.
    pub principal: PersonIx,
    /// The coordinator who recorded it from paper. `None` if the decider gave it here.
    pub recorder: Option<PersonIx>,
    /// Protected hours per month in hundredths. `None` unless accepted.
    pub protected_hours: Option<i32>,
    /// Whether the question was answered. It matters for questions only.
    pub answered: bool,
}

impl DecisionFacts {
    /// The people who take part in it: the decider, the principal, and the coordinator who recorded it.
    pub fn parties(&self) -> impl Iterator<Item = PersonIx> + use<> {
        [Some(self.decider), Some(self.principal), self.recorder].into_iter().flatten()
    }

    /// Whether a person takes part in it.
    #[must_use]
    pub fn is_party(&self, person: PersonIx) -> bool {
        self.parties().any(|party| party == person)
    }
}

/// Returns the capacities in which a nomination for `role` must be approved. A Champion needs no senior manager.
#[must_use]
pub const fn capacities(role: Role) -> &'static [ApproverCapacity] {
    match role {
        Role::PeerSupporter | Role::Trainer => &[ApproverCapacity::Line, ApproverCapacity::Senior],
        Role::Champion => &[ApproverCapacity::Line],
    }
}

impl NominationFacts {
    /// Returns the last decision in a capacity.
    #[must_use]
    pub fn last_decision(&self, capacity: ApproverCapacity) -> Option<&DecisionFacts> {
        self.decisions.iter().rfind(|decision| decision.capacity == capacity)
    }

    /// Returns the approvals in a capacity, oldest first.
    pub fn accepts(&self, capacity: ApproverCapacity) -> impl DoubleEndedIterator<Item = &DecisionFacts> {
        let is_accept =
            move |decision: &&DecisionFacts| decision.capacity == capacity && decision.kind == DecisionKind::Accept;
        self.decisions.iter().filter(is_accept)
    }

    /// Whether the last decision in a capacity is an approval that a link did not make void.
    #[must_use]
    pub fn is_accepted(&self, capacity: ApproverCapacity) -> bool {
        let last = self.last_decision(capacity);
        last.is_some_and(|decision| decision.kind == DecisionKind::Accept && !self.is_void(decision))
    }

    /// Whether an approval counts no more because a link showed two people to be one: the approver is the nominee, or a
    /// senior manager's approval is by a person who takes part in a line manager's.
    fn is_void(&self, approval: &DecisionFacts) -> bool {
        let is_both = |line: &DecisionFacts| line.parties().any(|person| approval.is_party(person));
        approval.is_party(self.person)
            || approval.capacity == ApproverCapacity::Senior && self.accepts(ApproverCapacity::Line).any(is_both)
    }

    /// Returns the same nomination as it was on `day`: without later decisions, acceptance and end. An answer has no day
    /// of its own, so a question counts as it does now.
    #[must_use]
    pub fn as_of(&self, day: Day) -> Self {
        let mut then = self.clone();
        then.accepted_on = then.accepted_on.filter(|on| *on <= day);
        then.ended = then.ended.filter(|ended| ended.on <= day);
        then.decisions.retain(|decision| decision.on <= day);
        then
    }
}

/// Whether the nominee has accepted and the last decision in every capacity of the role is an approval.
#[must_use]
pub fn is_complete(facts: &NominationFacts) -> bool {
    let is_accepted = facts.accepted_on.is_some() && !facts.in_dispute;
    is_accepted && capacities(facts.role).iter().all(|capacity| facts.is_accepted(*capacity))
}

/// Returns the first day of the role: the latest of the acceptance, the approvals and the wished start. `None` unless the
/// nomination is complete.
#[must_use]
pub fn first_day(facts: &NominationFacts) -> Option<Day> {
    let decided = capacities(facts.role).iter().filter_map(|capacity| facts.last_decision(*capacity));
    let days = decided.map(|decision| decision.on).chain(facts.accepted_on).chain(facts.wished_start);
    days.max().filter(|_| is_complete(facts))
}

/// Returns the agreed protected hours per month in hundredths: the smaller of the last figures of each capacity. `None`
/// if a capacity of the role has agreed to no figure.
#[must_use]
pub fn agreed_hours(facts: &NominationFacts) -> Option<i32> {
    let last = |capacity: &ApproverCapacity| facts.accepts(*capacity).rev().find_map(|accept| accept.protected_hours);
    let figures: Option<Vec<i32>> = capacities(facts.role).iter().map(last).collect();
    figures?.into_iter().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> Day {
        Day::new(2026, 11, 16).unwrap()
    }

    fn accepted(capacity: ApproverCapacity, decider: u32, principal: u32) -> DecisionFacts {
        DecisionFacts {
            capacity,
            kind: DecisionKind::Accept,
            on: day(),
            decider: PersonIx(decider),
            principal: PersonIx(principal),
            recorder: None,
            protected_hours: Some(400),
            answered: true,
        }
    }

    fn nomination(decisions: Vec<DecisionFacts>) -> NominationFacts {
        NominationFacts {
            person: PersonIx(0),
            role: Role::PeerSupporter,
            unit: UnitIx(0),
            share: 1000,
            outside_team: false,
            nominator: PersonIx(0),
            opened_on: day(),
            counted_from: day(),
            accepted_on: Some(day()),
            wished_start: None,
            ended: None,
            in_dispute: false,
            decisions,
        }
    }

    #[test]
    fn two_approvals_by_one_person_are_one() {
        let (line, senior) = (ApproverCapacity::Line, ApproverCapacity::Senior);
        assert!(is_complete(&nomination(vec![accepted(line, 1, 1), accepted(senior, 2, 2)])));
        // A link can show any two of the four to be one person.
        for (decider, principal) in [(1, 1), (1, 4), (2, 1), (2, 3)] {
            let reopened = nomination(vec![accepted(line, 1, 3), accepted(senior, decider, principal)]);
            assert!(reopened.is_accepted(line) && !reopened.is_accepted(senior), "{decider} {principal}");
        }
        let decided_again = vec![accepted(senior, 1, 1), accepted(line, 1, 1), accepted(senior, 2, 2)];
        assert!(is_complete(&nomination(decided_again)));
    }

    #[test]
    fn two_approvals_that_one_coordinator_recorded_are_one() {
        let by = |capacity, decider, recorder| DecisionFacts {
            recorder: Some(PersonIx(recorder)),
            ..accepted(capacity, decider, decider)
        };
        let (line, senior) = (ApproverCapacity::Line, ApproverCapacity::Senior);
        assert!(is_complete(&nomination(vec![by(line, 1, 3), by(senior, 2, 4)])));
        assert!(!is_complete(&nomination(vec![by(line, 1, 3), by(senior, 2, 3)])));
        assert!(
            !is_complete(&nomination(vec![by(line, 1, 2), accepted(senior, 2, 2)])),
            "the recorder approves herself"
        );
    }

    #[test]
    fn a_disputed_nomination_is_not_complete() {
        let decisions = vec![accepted(ApproverCapacity::Line, 1, 1), accepted(ApproverCapacity::Senior, 2, 2)];
        assert!(!is_complete(&NominationFacts { in_dispute: true, ..nomination(decisions) }));
    }

    #[test]
    fn an_approval_by_the_nominee_is_none() {
        for capacity in [ApproverCapacity::Line, ApproverCapacity::Senior] {
            assert!(!nomination(vec![accepted(capacity, 0, 1)]).is_accepted(capacity));
            assert!(!nomination(vec![accepted(capacity, 1, 0)]).is_accepted(capacity));
        }
    }
}
