//! Who may approve a nomination, as line manager or as senior manager (REGISTER.md section 3).

use super::facts::NominationFacts;
use crate::coverage::Index;
use crate::coverage::roster::{PersonIx, UnitIx};
use crate::period::Day;
use crate::value::ApproverCapacity;
pub use crate::value::register::CannotDecide;

/// A person who may decide on a nomination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approver {
    /// The person who decides.
    pub decider: PersonIx,
    /// The person for whom they decide: the same, or the one whose delegate they are.
    pub principal: PersonIx,
    /// Why.
    pub why: ApproverBecause,
}

/// Why a person may decide on a nomination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApproverBecause {
    /// The line manager named on a post of the nominee.
    LineManager,
    /// The delegate of that line manager.
    LineManagerDelegate,
    /// The Senior Manager appointed for this unit.
    SeniorManager(UnitIx),
    /// The delegate of that Senior Manager.
    SeniorManagerDelegate(UnitIx),
}

/// Returns the people who may decide on a nomination in a capacity on `day`: principals first, each followed by their
/// delegates.
#[must_use]
pub fn approvers(index: &Index, capacity: ApproverCapacity, facts: &NominationFacts, day: Day) -> Vec<Approver> {
    let _ = (index, capacity, facts, day);
    Vec::new()
}

/// Checks that `decider` may decide on a nomination in a capacity on `day`, for `principal` if that is given.
///
/// # Errors
///
/// Why not.
pub fn may_decide(
    index: &Index,
    capacity: ApproverCapacity,
    facts: &NominationFacts,
    decider: PersonIx,
    principal: Option<PersonIx>,
    day: Day,
) -> Result<Approver, CannotDecide> {
    let _ = (index, capacity, facts, decider, principal, day);
    Err(CannotDecide::NotApprover)
}
