//! Lookups of the facts that only commands of the register record.

use super::Index;
use crate::coverage::roster::{
    Agreement, Allocation, Delegation, Framework, PersonAssessment, PersonIx, Signature, UnitIx,
};
use crate::id::FrameworkId;
use crate::period::Day;
use crate::register::terms::RegisterTerms;
use crate::value::register::DelegationKind;

impl Index {
    /// Returns the people who stand in for a person who is a line manager, on any day. The delegates of the person's
    /// appointments are not among them.
    pub fn delegations_of(&self, manager: PersonIx) -> impl Iterator<Item = &Delegation> {
        self.delegations_for(manager).filter(|delegation| delegation.kind == DelegationKind::Delegate)
    }

    /// Returns the acting line managers of a person, on any day.
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

    /// Returns the versions of the competence framework.
    #[must_use]
    pub fn frameworks(&self) -> &[Framework] {
        &self.organisation.frameworks
    }

    /// Returns the first day after the transition from a version of the competence framework to any later one. `None` if it
    /// is the last one on file.
    #[must_use]
    pub fn transition_ends(&self, framework: FrameworkId) -> Option<Day> {
        let from = self.frameworks().iter().find(|known| known.id == framework)?.from;
        let later = self.frameworks().iter().filter(|known| from < known.from);
        later.map(|known| known.transition_until.plus_days(1)).min()
    }

    /// Returns the assessments of a person at the level of Peer Supporters, by day, then in the order in which they were
    /// recorded.
    #[must_use]
    pub fn assessments_of(&self, person: PersonIx) -> &[PersonAssessment] {
        self.assessments.get(&person).map_or(&[], Vec::as_slice)
    }

    /// Whether a sign-off of the allocation or of its person holds on `day`: one of a file, or an assessment in which every
    /// statement was met. A later assessment in which one was not ends both, and on one day a file's sign-off as well. If
    /// the policy says so (`transition_gates`), one against an earlier version of the framework ends with the transition.
    #[must_use]
    pub fn is_signed_off(&self, allocation: &Allocation, day: Day, transition_gates: bool) -> bool {
        let assessed = self.assessments_of(allocation.person);
        let known = &assessed[..assessed.partition_point(|assessed| assessed.on <= day)];
        let ended = known.iter().rposition(|assessed| !assessed.met);
        let since = &known[ended.map_or(0, |place| place + 1)..];
        let holds = |assessed: &PersonAssessment| {
            !transition_gates || self.transition_ends(assessed.framework).is_none_or(|ends| day < ends)
        };
        let ended_on = ended.map(|place| known[place].on);
        let mut filed = allocation.signed_off.iter().filter(|on| **on <= day);
        since.iter().any(holds) || filed.any(|on| ended_on.is_none_or(|ended| ended < *on))
    }

    /// Returns the numbers of the register that the policy of `unit` from `from` on sets. `None` if it sets none.
    #[must_use]
    pub fn terms_filed_with(&self, unit: UnitIx, from: Day) -> Option<&RegisterTerms> {
        self.register_terms.get(&(unit, from))
    }
}
