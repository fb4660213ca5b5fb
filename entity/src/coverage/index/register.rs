//! Lookups of the facts that only commands of the register record.

use super::Index;
use crate::coverage::roster::{Agreement, Delegation, PersonIx, Signature, UnitIx};
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

    /// Returns the versions of the agreement, by first day in force.
    #[must_use]
    pub fn agreements(&self) -> &[Agreement] {
        &self.organisation.agreements
    }

    /// Returns the signatures of a person.
    #[must_use]
    pub fn signatures_of(&self, person: PersonIx) -> &[Signature] {
        self.signatures.get(&person).map_or(&[], Vec::as_slice)
    }

    /// Whether a person lacks a signature of the agreement on `day`: they have not signed the version in force by then, and
    /// no earlier version whose signature still serves. Without a version in force there is nothing to sign.
    #[must_use]
    pub fn lacks_signature(&self, person: PersonIx, day: Day) -> bool {
        let signed = |agreement: &Agreement| {
            self.signatures_of(person).iter().any(|own| own.agreement == agreement.id && own.on <= day)
        };
        let mut begun = self.agreements().iter().rev().filter(|agreement| agreement.from <= day).peekable();
        if begun.peek().is_none() {
            return false;
        }
        for agreement in begun {
            if signed(agreement) {
                return false;
            }
            if agreement.sign_by < day {
                return true;
            }
        }
        true
    }

    /// Returns the numbers of the register that the policy of `unit` from `from` on sets. `None` if it sets none.
    #[must_use]
    pub fn terms_filed_with(&self, unit: UnitIx, from: Day) -> Option<&RegisterTerms> {
        self.register_terms.get(&(unit, from))
    }
}
