//! The enums of coverage: statuses, reasons, training and policies.

use async_graphql::Enum;
use entity::coverage::change::Change;
use entity::coverage::mix::Verdict;
use entity::value;

/// The status of a team. The first that applies, in this order, is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Status")]
pub(crate) enum TeamStatus {
    /// The unit has no staff (headcount 0), and a Peer Supporter is allocated to it.
    NotApplicable,
    /// A dated exemption of this team applies; for a cover group, of every member.
    Exempt,
    /// It is not known whether the team is covered; `unknownBecause` says why. It counts as not covered.
    Unknown,
    /// No active Peer Supporter.
    None,
    /// Some active Peer Supporters, but too few people or too little of their share.
    Partial,
    /// Enough Peer Supporters, but a MUST rule about their mix is not met.
    MixGap,
    /// Covered today, but not on some later day within the policy's horizon unless action is taken.
    AtRisk,
    /// Covered today and on every day within the policy's horizon.
    Covered,
}

/// Why a team's status is UNKNOWN. If several reasons apply, the first in this order is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::UnknownBecause")]
pub(crate) enum UnknownBecause {
    /// No policy is in force.
    NoPolicy,
    /// Rows of a staff list that name the team were rejected, and with the people in them the team might not be covered.
    RowsNotRead,
    /// A staff list that the status is based on is older than the policy allows.
    DataStale,
}

/// How approvals count if the approver did not hold the office on the day of the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::ApproverOffice")]
pub(crate) enum ApproverOffice {
    /// They count, and the team shows how many of its people depend on one.
    Shown,
    /// They do not count.
    Required,
}

/// Why an allocation does not count. Several reasons can apply; the headline is the first in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Reason")]
pub(crate) enum StandingReason {
    /// The person has no counting post: they left, have not begun, or are Bank only.
    Left,
    /// The person works in another team, and cover from outside the team is not on file.
    NotInTeam,
    /// The role has ended.
    StoodDown,
    /// The role is paused; a pause on one allocation pauses all of the person's allocations.
    Paused,
    /// The day is in an absence that is longer than the policy allows.
    Away,
    /// No Level 1 completion on or before the day.
    #[graphql(name = "LEVEL1_MISSING")]
    Level1Missing,
    /// No Level 2 pass on or before the day.
    #[graphql(name = "LEVEL2_MISSING")]
    Level2Missing,
    /// The last Level 2 pass or refresher has expired.
    CertificateExpired,
    /// No sign-off against the competence framework on or before the day.
    NotSignedOff,
    /// There is no valid line manager's approval by someone other than the supporter.
    LineApprovalMissing,
    /// There is no valid senior manager's approval by someone other than the supporter and the line approver.
    SeniorApprovalMissing,
    /// The person has not signed the agreement in force, and the policy requires it.
    AgreementMissing,
    /// Protected hours per month are zero or not recorded.
    NoProtectedTime,
    /// The supporter is the named line manager of more than half of the team.
    LineManager,
    /// The role has not begun.
    NotStarted,
    /// The supporter is the only member of the team, and no one is their own peer.
    SoleMember,
}

/// The level of a training module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Level")]
pub(crate) enum TrainingLevel {
    /// For every member of staff.
    #[graphql(name = "LEVEL1")]
    One,
    /// A pass qualifies a Peer Supporter.
    #[graphql(name = "LEVEL2")]
    Two,
    /// Refreshes a Level 2 certificate.
    #[graphql(name = "LEVEL2_REFRESHER")]
    TwoRefresher,
    /// A pass qualifies a Trainer.
    #[graphql(name = "LEVEL3")]
    Three,
    /// Refreshes a Level 3 certificate.
    #[graphql(name = "LEVEL3_REFRESHER")]
    ThreeRefresher,
}

/// The percentage of people who have completed Level 1, in four bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::coverage::Level1Band")]
pub(crate) enum Level1Band {
    /// Less than 50 %.
    #[graphql(name = "BELOW_50")]
    Below50,
    /// 50 % or more, less than 80 %.
    #[graphql(name = "FROM_50_TO_79")]
    From50To79,
    /// 80 % or more, less than 90 %.
    #[graphql(name = "FROM_80_TO_89")]
    From80To89,
    /// 90 % or more.
    #[graphql(name = "FROM_90")]
    From90,
}

/// Why an allocation does not count, in groups. If several reasons apply, the first in `StandingReason` order is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::StandingGroup")]
pub(crate) enum StandingGroup {
    /// No reason: it counts.
    Counts,
    /// The person has a long absence, or the role is paused.
    NotAvailable,
    /// Level 1 or Level 2 is missing, or the certificate has expired.
    Training,
    /// The sign-off, an approval or the signed agreement is missing, or has expired.
    Approval,
    /// No protected time is recorded.
    ProtectedTime,
    /// The person has left, works in another team, has stood down or not started, or cannot count in this team as its line
    /// manager or only member.
    Other,
}

/// The result of a rule about the mix of supporters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Verdict")]
pub(crate) enum MixState {
    /// The active Peer Supporters meet it.
    Met,
    /// The active Peer Supporters do not meet it.
    Unmet,
    /// The team's own people could not meet it, so it does not apply.
    NotApplicable,
}

/// How a team's gap has changed, or would change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Change")]
pub(crate) enum GapChange {
    /// A gap that did not exist before.
    New,
    /// A gap that has grown, or whose status is worse.
    Worse,
    /// An unchanged gap.
    Same,
    /// A gap that has shrunk, or whose status is better.
    Better,
    /// The gap no longer exists.
    Closed,
}
