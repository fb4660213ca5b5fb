//! The enums of the API, with the meaning of each value.

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
    /// The sign-off or an approval is missing, or has expired.
    Approval,
    /// No protected time is recorded.
    ProtectedTime,
    /// The person has left, works in another team, has stood down or not started, or cannot count in this team as its line
    /// manager or only member.
    Other,
}

/// A role in this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::AccessRole")]
pub(crate) enum AccessRole {
    /// Runs the service: data, access, erasure. Granted.
    Admin,
    /// Coordinates the whole network. Appointed, or granted.
    Coordinator,
    /// Holds a Trainer's role.
    Trainer,
    /// Is responsible for units, or is the deputy of the person who is. Appointed.
    SeniorManager,
    /// The named line manager of posts.
    LineManager,
    /// Holds an allocation as a Peer Supporter.
    Supporter,
    /// A person on file.
    Staff,
    /// A front end with an API token.
    Dashboard,
    /// Reads everything, and the audit log. Granted.
    Auditor,
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

/// How a person is responsible for a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::AppointmentRole")]
pub(crate) enum AppointmentRole {
    /// Is responsible for the unit and receives its weekly report.
    SeniorManager,
    /// Coordinates the network, and receives reports that have no other recipient.
    Coordinator,
}

/// A role in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Role")]
pub(crate) enum NetworkRole {
    /// A Peer Supporter.
    PeerSupporter,
    /// A Trainer.
    Trainer,
    /// A Wellbeing Champion.
    #[graphql(name = "WELLBEING_CHAMPION")]
    Champion,
}

/// How an import ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::ImportState")]
pub(crate) enum ImportState {
    /// Every accepted row was written.
    Applied,
    /// Nothing was written.
    Refused,
    /// Every accepted row was written, and the import was undone later.
    Undone,
}

/// The state of a job's run for a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::RunState")]
pub(crate) enum RunState {
    /// Requested; the worker has not begun.
    Requested,
    /// A worker is running it.
    Running,
    /// It failed and will be tried again.
    Retrying,
    /// It is done.
    Done,
    /// It failed permanently.
    Failed,
}

/// The gap reports of a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::ReportKind")]
pub(crate) enum ReportKind {
    /// The report of the week's Monday, mailed to everyone who is responsible for a unit.
    Weekly,
    /// What became worse since Monday, as of the week's Thursday, mailed to recipients who chose to get it.
    Midweek,
}

/// The kinds of mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::DeliveryKind")]
pub(crate) enum DeliveryKind {
    /// The report itself, to a person who is responsible for its units.
    Report,
    /// A copy of a report, to a colleague named by its recipient. Visible to users who may read the report.
    Copy,
    /// A summary of the run, to a coordinator. Visible to users who may read every mail.
    RunSummary,
}

/// A part of the weekly report that its reader can leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::ReportSection")]
pub(crate) enum ReportSection {
    /// Gaps that became smaller since the last report.
    Better,
    /// Gaps that closed since the last report.
    Closed,
    /// The largest of the other gaps. Always shown in a person's first report.
    OtherGaps,
    /// One line per unit.
    ByUnit,
    /// Wellbeing Champions, Level 1 and Trainers.
    Layers,
    /// Further facts.
    Facts,
}

/// The state of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::DeliveryState")]
pub(crate) enum DeliveryState {
    /// It is waiting for its first attempt.
    Pending,
    /// An attempt failed; another will follow.
    Retrying,
    /// The mail server has accepted it.
    Sent,
    /// The mail server refused it permanently, or every attempt failed.
    Refused,
    /// It has no recipient.
    Unaddressed,
}

/// The actions in the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Action")]
pub(crate) enum AuditAction {
    /// A user signed in.
    SignIn,
    /// A sign-in was refused.
    SignInRefused,
    /// A user signed out.
    SignOut,
    /// A session was ended by someone other than its holder.
    SessionRevoked,
    /// An API token was made.
    TokenMade,
    /// An API token was revoked.
    TokenRevoked,
    /// A role was granted.
    RoleGranted,
    /// A granted role was withdrawn.
    RoleWithdrawn,
    /// A run of a job was requested.
    RunRequested,
    /// Another attempt to send a refused mail was requested.
    ResendRequested,
    /// An import of files was written.
    ImportApplied,
    /// An import of files was refused, and nothing was written.
    ImportRefused,
    /// The last import was undone.
    ImportUndone,
    /// `psn demo` imported its data, and from then on the database belongs to a demonstration.
    DemonstrationMade,
    /// A day's coverage was exported.
    CoverageExported,
    /// All data held on a person was exported.
    SubjectExported,
    /// Two numbers were recorded as one person.
    PeopleLinked,
    /// The link between two numbers was removed.
    PeopleUnlinked,
    /// A person's name and contact details were erased.
    PersonErased,
    /// Data that was held beyond its retention period was removed.
    RetentionRun,
    /// Mails of a gap report were read.
    ReportRead,
    /// The settings of a person's weekly report were changed.
    ReportPreferencesSet,
    /// A mail of a gap report was accepted by the mail server.
    ReportSent,
}

/// A job whose run can be requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum Job {
    /// Computes and stores the coverage of one day. Its period is that day: 2026-11-16.
    Coverage,
    /// Builds and mails the gap report of one week. Its period is that week: 2026-W48.
    GapReport,
    /// Mails what became worse since the gap report of one week to recipients who chose to get it, from the week's Thursday on.
    /// Its period is that week: 2026-W48.
    MidweekReport,
    /// Removes data that is held beyond its retention period on one day. Its period is that day: 2026-11-16.
    Retention,
}

#[cfg(test)]
mod tests {
    use async_graphql::resolver_utils::EnumType;

    use super::*;

    fn words<T: EnumType>() -> Vec<&'static str> {
        T::items().iter().map(|item| item.name).collect()
    }

    fn stored<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<&'static str> {
        all.iter().map(|value| word(*value)).collect()
    }

    #[test]
    fn api_codes_match_files_and_tables() {
        assert_eq!(words::<TeamStatus>(), stored(value::Status::ALL, value::Status::as_str));
        assert_eq!(words::<UnknownBecause>(), stored(value::UnknownBecause::ALL, value::UnknownBecause::as_str));
        assert_eq!(words::<ApproverOffice>(), stored(value::ApproverOffice::ALL, value::ApproverOffice::as_str));
        assert_eq!(words::<StandingReason>(), stored(value::Reason::ALL, value::Reason::as_str));
        assert_eq!(words::<AppointmentRole>(), stored(value::AppointmentRole::ALL, value::AppointmentRole::as_str));
        assert_eq!(words::<NetworkRole>(), stored(value::Role::ALL, value::Role::as_str));
        assert_eq!(words::<ImportState>(), stored(value::ImportState::ALL, value::ImportState::as_str));
        assert_eq!(words::<RunState>(), stored(value::RunState::ALL, value::RunState::as_str));
        assert_eq!(words::<AuditAction>(), stored(value::Action::ALL, value::Action::as_str));
        assert_eq!(words::<DeliveryKind>(), stored(value::DeliveryKind::ALL, value::DeliveryKind::as_str));
        assert_eq!(words::<ReportKind>(), stored(value::ReportKind::ALL, value::ReportKind::as_str));
        assert_eq!(words::<ReportSection>(), stored(value::ReportSection::ALL, value::ReportSection::as_str));
        assert_eq!(words::<DeliveryState>(), stored(value::DeliveryState::ALL, value::DeliveryState::as_str));
    }
}
