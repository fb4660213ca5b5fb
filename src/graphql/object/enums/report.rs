//! The enums of reports and mails.

use async_graphql::Enum;
use entity::value;

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
    /// A mail of the register. Reports have none, and no viewer sees one.
    Register,
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
