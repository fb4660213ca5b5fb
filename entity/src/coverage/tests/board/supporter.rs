//! Peer Supporters of a small roster, their approvals and their training.

use super::{Board, day, terms};
use crate::coverage::roster::{
    Agreement, Allocation, Approval, Certificate, Framework, Pass, PersonAssessment, Signature,
};
use crate::id::{AllocationId, AssessmentId, DocumentId, FrameworkId, PersonId};
use crate::period::Validity;

impl Board {
    /// A trained, signed-off and approved Peer Supporter with protected time, allocated to a unit with a full share.
    pub(crate) fn supporter(self, person: &str, unit: &str) -> Self {
        self.supporter_with(person, unit, |_| {})
    }

    /// A Peer Supporter with this share.
    pub(crate) fn share(self, person: &str, unit: &str, share: u32) -> Self {
        self.supporter_with(person, unit, |allocation| allocation.share = share)
    }

    /// A Peer Supporter who covers a unit from outside it, as agreed.
    pub(crate) fn outside_supporter(self, person: &str, unit: &str) -> Self {
        self.supporter_with(person, unit, |allocation| allocation.terms = vec![terms(None, true, true)])
    }

    /// A Peer Supporter whose allocation is changed.
    pub(crate) fn supporter_with(mut self, person: &str, unit: &str, change: impl FnOnce(&mut Allocation)) -> Self {
        if !self.is_trained(person) {
            self = self.level1(person, "2025-09-01").pass(person, Certificate::Level2, "2025-10-01");
        }
        let mut allocation = Allocation {
            id: AllocationId(i64::try_from(self.roster.allocations.len()).unwrap()),
            person: self.person(person),
            filed_for: PersonId(i64::from(self.person(person).0)),
            unit: self.place(unit),
            share: 1000,
            validity: Validity::ALWAYS,
            line: vec![self.approval("a line manager", "2025-11-30")],
            senior: vec![self.approval("a senior manager", "2025-12-10")],
            terms: vec![terms(None, true, false)],
            signed_off: vec![day("2025-12-20")],
            pauses: Vec::new(),
            disputed: None,
        };
        change(&mut allocation);
        self.roster.allocations.push(allocation.into());
        self
    }

    /// An approval by a person on a day.
    pub(crate) fn approval(&mut self, by: &str, on: &str) -> Approval {
        Approval { on: day(on), by: Some(self.person(by)), withdrawn_on: None }
    }

    /// A version of the agreement, in force from a day on, with the last day on which earlier signatures serve.
    pub(crate) fn agreement(mut self, id: i64, from: &str, sign_by: &str) -> Self {
        let agreement = Agreement { id: DocumentId(id), from: day(from), sign_by: day(sign_by) };
        self.roster.agreements.push(agreement);
        self
    }

    /// A person's signature of a version of the agreement.
    pub(crate) fn signed(mut self, person: &str, id: i64, on: &str) -> Self {
        let person = self.person(person);
        self.roster.signatures.push(Signature { person, agreement: DocumentId(id), on: day(on) });
        self
    }

    /// A version of the competence framework, with the last day of the transition to it.
    pub(crate) fn framework(mut self, id: i64, from: &str, transition_until: &str) -> Self {
        let framework = Framework { id: FrameworkId(id), from: day(from), transition_until: day(transition_until) };
        self.roster.frameworks.push(framework);
        self
    }

    /// An assessment of a person against a version of the competence framework.
    pub(crate) fn assessed(mut self, person: &str, framework: i64, on: &str, met: bool) -> Self {
        let (person, id) = (self.person(person), AssessmentId(i64::try_from(self.roster.assessments.len()).unwrap()));
        let framework = FrameworkId(framework);
        self.roster.assessments.push(PersonAssessment { id, person, framework, on: day(on), met });
        self
    }

    fn is_trained(&mut self, person: &str) -> bool {
        let person = self.person(person);
        self.roster.people[person.at()].level1_on.is_some()
            || self.roster.passes.iter().any(|pass| pass.person == person)
    }

    /// A Level 1 completion. If it comes before a supporter's first allocation, it replaces all their training.
    pub(crate) fn level1(mut self, person: &str, on: &str) -> Self {
        let person = self.person(person);
        self.roster.people[person.at()].level1_on = Some(day(on));
        self
    }

    /// A pass. If it comes before a supporter's first allocation, it replaces all their training.
    pub(crate) fn pass(mut self, person: &str, certificate: Certificate, on: &str) -> Self {
        let person = self.person(person);
        self.roster.passes.push(Pass { person, certificate, on: day(on), expires: None });
        self
    }

    /// A pass whose record gives its last valid day.
    pub(crate) fn pass_through(mut self, person: &str, certificate: Certificate, on: &str, last: &str) -> Self {
        self = self.pass(person, certificate, on);
        let pass = self.roster.passes.last_mut().expect("the pass");
        pass.expires = Some(day(last).plus_days(1));
        self
    }
}
