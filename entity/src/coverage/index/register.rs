//! Lookups of the facts that only commands of the register record.

use super::Index;
use crate::coverage::roster::{Delegation, PersonIx, UnitIx};
use crate::period::Day;
use crate::register::terms::RegisterTerms;
use crate::value::register::DelegationKind;

impl Index {
    /// Returns the people who stand in for a person who is a line manager, on any day. The delegates of the person's
    /// appointments are not among them.
    pub fn delegations_of(&self, manager: PersonIx) -> impl Iterator<Item = &Delegation> {
        self.delegations_for(manager).filter(|delegation| delegation.kind == DelegationKind::Delegate)
    }

    /// Returns the acting line managers of a person whose posts name none, on any day.
    pub fn acting_managers_of(&self, person: PersonIx) -> impl Iterator<Item = &Delegation> {
        self.delegations_for(person).filter(|delegation| delegation.kind == DelegationKind::Acting)
    }

    fn delegations_for(&self, principal: PersonIx) -> impl Iterator<Item = &Delegation> {
        self.delegations.get(&principal).into_iter().flatten()
    }

    /// Returns the numbers of the register that the policy of `unit` from `from` on sets. `None` if it sets none.
    #[must_use]
    pub fn terms_filed_with(&self, unit: UnitIx, from: Day) -> Option<&RegisterTerms> {
        self.register_terms.get(&(unit, from))
    }
}
