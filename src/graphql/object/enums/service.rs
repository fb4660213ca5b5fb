//! The enums of the running service: imports, jobs and the audit log.

use async_graphql::Enum;
use entity::value;

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
    /// A command of the register was carried out.
    RegisterChanged,
    /// A mail of a gap report was accepted by the mail server.
    ReportSent,
    /// A mail of the register was accepted by the mail server.
    RegisterMailSent,
}
