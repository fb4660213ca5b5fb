//! Whether coverage would count an approval. This guards against any difference between who may decide and whose approval
//! counts.

use crate::coverage::Index;
use crate::coverage::approval::{Approved, approvals};
use crate::coverage::assessment::judging_policy;
use crate::coverage::roster::{Allocation, Approval, PersonIx};
use crate::id::AllocationId;
use crate::period::{Day, Validity};
use crate::register::facts::NominationFacts;
use crate::value::{ApproverCapacity, Role};

/// Whether an approval by `decider` on `day` would hold and be proven, for an allocation made from the nomination. An
/// unproven one is refused under any policy: the team's next policy may require the office.
pub(super) fn would_count(
    index: &Index,
    capacity: ApproverCapacity,
    facts: &NominationFacts,
    decider: PersonIx,
    day: Day,
) -> bool {
    let decision = Approval { on: day, by: Some(decider), withdrawn_on: None };
    let of = |capacity: ApproverCapacity| {
        facts.accepts(capacity).map(|accept| Approval { on: accept.on, by: Some(accept.decider), withdrawn_on: None })
    };
    // Coverage bars every line approver of the allocation, so those of allocations on file are included.
    let on_file = index
        .allocations_of(facts.person)
        .filter(|allocation| facts.role == Role::PeerSupporter && allocation.unit == facts.unit)
        .flat_map(|allocation| allocation.line.iter().copied());
    let line: Vec<Approval> = on_file.chain(of(ApproverCapacity::Line)).collect();
    // Decisions may be recorded for earlier days, in any order.
    let latest = of(ApproverCapacity::Line).chain(of(ApproverCapacity::Senior)).map(|accept| accept.on);
    let judged_on = latest.chain([day]).max().unwrap_or(day);
    let judge = |line: Vec<Approval>, senior: Vec<Approval>, on: Day| {
        let (line, senior) =
            approvals(index, &allocation(index, facts, line, senior), on, &judging_policy(index, facts.unit, on));
        (line.approved, senior.approved)
    };
    match capacity {
        ApproverCapacity::Line => {
            let (alone, _) = judge(vec![decision], Vec::new(), day);
            let given = of(ApproverCapacity::Senior).next_back();
            let (_, kept) = judge(line.into_iter().chain([decision]).collect(), given.into_iter().collect(), judged_on);
            alone == Approved::Proven && (given.is_none() || kept != Approved::No)
        }
        ApproverCapacity::Senior => judge(line, vec![decision], judged_on).1 == Approved::Proven,
    }
}

/// Returns the nomination as an allocation with these approvals.
fn allocation(index: &Index, facts: &NominationFacts, line: Vec<Approval>, senior: Vec<Approval>) -> Allocation {
    Allocation {
        id: AllocationId(0),
        person: facts.person,
        filed_for: index.roster().people[facts.person.at()].id,
        unit: facts.unit,
        share: facts.share,
        validity: Validity::ALWAYS,
        line,
        senior,
        terms: Vec::new(),
        signed_off: Vec::new(),
        pauses: Vec::new(),
        disputed: None,
    }
}
