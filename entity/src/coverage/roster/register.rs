//! Facts that only commands of the register record, and no file.

use super::{PersonIx, UnitIx};
use crate::id::{AssessmentId, DocumentId, FrameworkId};
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

/// A version of the agreement, in force until the next one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Its id in the tables.
    pub id: DocumentId,
    /// First day in force. No two versions have the same.
    pub from: Day,
    /// The last day on which a signature that served for the version before still serves.
    pub sign_by: Day,
}

/// A person's signature of a version of the agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The person.
    pub person: PersonIx,
    /// The version.
    pub agreement: DocumentId,
    /// The day on which they signed.
    pub on: Day,
}

/// A version of the competence framework, in force until the next one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framework {
    /// Its id in the tables.
    pub id: FrameworkId,
    /// First day in force. No two versions have the same.
    pub from: Day,
    /// Last day of the transition from earlier versions to this one.
    pub transition_until: Day,
}

/// An assessment of a person at the level of Peer Supporters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonAssessment {
    /// Its id in the tables. Of two assessments of one day the higher one is the later one.
    pub id: AssessmentId,
    /// The person.
    pub person: PersonIx,
    /// The version of the framework.
    pub framework: FrameworkId,
    /// The day of the assessment.
    pub on: Day,
    /// Whether every statement is met, so that the person is signed off. Otherwise it ends what signed them off.
    pub met: bool,
}
