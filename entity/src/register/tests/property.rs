//! Properties of approvals on any roster.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::coverage::Index;
use crate::coverage::approval::{Approved, approvals};
use crate::coverage::assessment::judging_policy;
use crate::coverage::roster::{Allocation, Approval, PersonIx, UnitIx};
use crate::coverage::tests::random::{CASES, any_day, any_roster, any_unit};
use crate::id::{AllocationId, PersonId};
use crate::period::{Day, Validity};
use crate::register::approvers::{Approver, approvers, may_decide};
use crate::register::facts::{DecisionFacts, NominationFacts};
use crate::value::register::DecisionKind;
use crate::value::{ApproverCapacity, Role};

fn nomination(person: PersonIx, unit: UnitIx, outside_team: bool, opened_on: Day) -> NominationFacts {
    NominationFacts {
        person,
        role: Role::PeerSupporter,
        unit,
        share: 500,
        outside_team,
        nominator: person,
        opened_on,
        counted_from: opened_on,
        accepted_on: Some(opened_on),
        wished_start: None,
        ended: None,
        in_dispute: false,
        decisions: Vec::new(),
    }
}

fn accept(capacity: ApproverCapacity, approver: Approver, on: Day) -> DecisionFacts {
    let Approver { decider, principal, why: _ } = approver;
    let (kind, protected_hours) = (DecisionKind::Accept, Some(400));
    DecisionFacts { capacity, kind, on, decider, principal, recorder: None, protected_hours, answered: false }
}

/// Whether coverage counts both approvals of a nomination, together with the line approvals that the nominee's
/// allocation to the unit already has.
fn both_count(index: &Index, facts: &NominationFacts, on: Day) -> bool {
    let of = |capacity: ApproverCapacity| -> Vec<Approval> {
        facts
            .accepts(capacity)
            .map(|accept| Approval { on: accept.on, by: Some(accept.decider), withdrawn_on: None })
            .collect()
    };
    let own = index.allocations_of(facts.person).filter(|allocation| allocation.unit == facts.unit);
    let mut line: Vec<Approval> = own.flat_map(|allocation| allocation.line.clone()).collect();
    line.extend(of(ApproverCapacity::Line));
    let allocation = Allocation {
        id: AllocationId(1_000),
        person: facts.person,
        filed_for: PersonId(0),
        unit: facts.unit,
        share: facts.share,
        validity: Validity::ALWAYS,
        line,
        senior: of(ApproverCapacity::Senior),
        terms: Vec::new(),
        signed_off: Vec::new(),
        pauses: Vec::new(),
        disputed: None,
    };
    let (line, senior) = approvals(index, &allocation, on, &judging_policy(index, facts.unit, on));
    line.approved == Approved::Proven && senior.approved == Approved::Proven
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn no_one_gives_both_approvals(
        roster in any_roster(),
        (unit, outside_team) in (any_unit(), any::<bool>()),
        days in (any_day(), 0i64..60),
        line_first in any::<bool>(),
    ) {
        let people = (0..u32::try_from(roster.people.len()).unwrap()).map(PersonIx);
        let index = Index::new(roster);
        let (first_day, second_day) = (days.0, days.0.plus_days(days.1));
        let (first, second) = match line_first {
            true => (ApproverCapacity::Line, ApproverCapacity::Senior),
            false => (ApproverCapacity::Senior, ApproverCapacity::Line),
        };
        for person in people.clone() {
            let opened = nomination(person, unit, outside_team, first_day);
            for one in approvers(&index, first, &opened, first_day) {
                if may_decide(&index, first, &opened, one.decider, Some(one.principal), first_day) != Ok(one) {
                    continue;
                }
                let mut half = opened.clone();
                half.decisions.push(accept(first, one, first_day));
                for decider in people.clone() {
                    for principal in people.clone().map(Some).chain([None]) {
                        let Ok(other) = may_decide(&index, second, &half, decider, principal, second_day) else {
                            continue;
                        };
                        let parties: BTreeSet<_> = [one.decider, one.principal].into();
                        let others: BTreeSet<_> = [other.decider, other.principal].into();
                        prop_assert!(parties.is_disjoint(&others), "{:?} and {:?}", one, other);
                        prop_assert!(!parties.contains(&person) && !others.contains(&person));
                        let mut whole = half.clone();
                        whole.decisions.push(accept(second, other, second_day));
                        prop_assert!(both_count(&index, &whole, second_day), "{:?} and {:?}", one, other);
                    }
                }
            }
        }
    }

    /// So coverage is only a second lock: what the rules of the register allow, it counts.
    #[test]
    fn everyone_on_the_list_of_approvers_may_decide(
        roster in any_roster(),
        (unit, outside_team) in (any_unit(), any::<bool>()),
        day in any_day(),
    ) {
        let people = (0..u32::try_from(roster.people.len()).unwrap()).map(PersonIx);
        let index = Index::new(roster);
        for person in people {
            let facts = nomination(person, unit, outside_team, day);
            for capacity in ApproverCapacity::ALL {
                for approver in approvers(&index, *capacity, &facts, day) {
                    let Approver { decider, principal, why: _ } = approver;
                    let answer = may_decide(&index, *capacity, &facts, decider, Some(principal), day);
                    prop_assert_eq!(answer, Ok(approver));
                }
            }
        }
    }
}
