//! Typed ids: a unit's id cannot be passed in place of a person's.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType, Serialize, Deserialize)]
        #[sea_orm(try_from_u64)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// The parent of a unit from a day on.
    UnitParentId,
    /// Two numbers of one person.
    PersonLinkId,
    /// A manager's approval of an allocation.
    ApprovalId,
    /// A sign-off of an allocation.
    SignOffId,
    /// A pause of an allocation.
    PauseId,
    /// Terms of an allocation from a day on.
    AllocationTermsId,
    /// An applied staff list of one employer.
    StaffListId,
    /// Rejected rows of a staff list that named a unit.
    RowsNotReadId,
    /// A node of the organisation's one tree.
    UnitId,
    /// One human being.
    PersonId,
    /// An assignment of a person to a unit.
    PostId,
    /// A training module.
    CourseId,
    /// A pass of a training module.
    CompletionId,
    /// One allocation of a peer-support role to a unit.
    AllocationId,
    /// A period of absence.
    UnavailabilityId,
    /// A dated appointment of a person who is responsible for a unit.
    AppointmentId,
    /// A coverage policy.
    PolicyId,
    /// A person who stands in for a line manager without an appointment.
    DelegationId,
    /// The carry-over of one unit's roles to another.
    CarryOverId,
    /// A role that was carried over.
    CarriedRoleId,
    /// A dated exemption.
    ExemptionId,
    /// One import of files.
    ImportBatchId,
    /// One rejected cell of an import.
    ImportRejectId,
    /// One day's stored coverage.
    SnapshotId,
    /// One run of a job for one period.
    JobRunId,
    /// One week's gap report.
    ReportId,
    /// One mail to one recipient.
    DeliveryId,
    /// One API token.
    ApiTokenId,
    /// One event of the audit log: 1, 2, 3 without a gap.
    AuditEventId,
    /// One role granted to a person.
    AccessGrantId,
    /// One browser's session.
    SessionId,
    /// One link that signs in once.
    SignInLinkId,
    /// One nomination of a person for a role.
    NominationId,
    /// One decision about a nomination.
    DecisionId,
    /// One free text of the register, such as a statement.
    RegisterTextId,
    /// One change record of the register.
    ChangeId,
    /// A mail of the register to one person.
    MailingId,
    /// A step that the reader of a mail of the register may take by its link.
    MailingStepId,
    /// A link in a mail of the register.
    ActionLinkId,
    /// A nomination that a mail of the register was about.
    NoticeId,
    /// An approval due for renewal that a mail of the register was about.
    RenewalNoticeId,
    /// One role that is kept in the register.
    RegisterRoleId,
    /// One difference between a file and the register.
    FileDifferenceId,
    /// One appointment, policy or exemption that is kept in the register.
    RegisterKeptId,
    /// One client's key of a command.
    IdempotencyKeyId,
    /// One object of a change record.
    ChangeObjectId,
    /// What one Peer Supporter says in the directory.
    DirectoryEntryId,
    /// One version of the information pack or of the agreement.
    DocumentId,
    /// One person's confirmation of a document.
    DocumentConfirmationId,
    /// One version of the competence framework.
    FrameworkId,
    /// One statement of a version of the competence framework.
    FrameworkStatementId,
    /// One assessment of a person against a level of the competence framework.
    AssessmentId,
    /// The result of one statement of an assessment.
    AssessmentResultId,
    /// One step that a coordinator recorded from paper.
    PaperRecordId,
    /// One thing that a step recorded from paper has brought about.
    PaperEffectId,
}
