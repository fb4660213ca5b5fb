//! Facts that only commands of the register record, and no file.

use super::{PersonIx, UnitIx};
use crate::period::{Day, Validity};
use crate::register::terms::RegisterTerms;
use crate::value::register::DelegationKind;

/// A person who stands in for a line manager, for some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// What the delegate is.
    pub kind: DelegationKind,
    /// The line manager; for an acting line manager, the person who has none.
    pub principal: PersonIx,
    /// The person who stands in.
    pub delegate: PersonIx,
    /// The days on which they stand in.
    pub validity: Validity,
}

/// The numbers of the register that a policy sets.
#[derive(Clone, Debug)]
pub struct FiledRegisterTerms {
    /// The unit of the policy.
    pub unit: UnitIx,
    /// First day on which the policy is in force.
    pub from: Day,
    /// The numbers.
    pub terms: RegisterTerms,
}
