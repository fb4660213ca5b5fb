//! The words of a nomination: its state, its checklist, its decisions, and who may decide.

use async_graphql::Enum;
use entity::value::{self, register};

/// The state of a nomination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub(crate) enum NominationState {
    /// The nominee has not accepted yet.
    AwaitingNominee,
    /// At least one manager has not decided yet.
    AwaitingApproval,
    /// A manager has asked a question that is not answered.
    Question,
    /// An item of the checklist that must be met is not met, or the nomination was recorded from paper and is disputed.
    Blocked,
    /// An approval is missing, and there is no manager who may give it.
    NoApprover,
    /// Approved: the role begins.
    Approved,
    /// Declined by the nominee or by a manager.
    Declined,
    /// Taken back.
    Withdrawn,
    /// It was open for too long.
    Lapsed,
    /// It ended before the nominee accepted. Only the nominee and coordinators see how.
    DidNotGoAhead,
}

/// A line or senior manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
#[graphql(remote = "value::ApproverCapacity")]
pub(crate) enum ApproverCapacity {
    /// As line manager.
    Line,
    /// As senior manager.
    Senior,
}

/// A manager's decision about a nomination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "register::DecisionKind")]
pub(crate) enum DecisionKind {
    /// Accept it.
    Accept,
    /// Decline it, with a reason.
    Decline,
    /// Ask a question, which the nominee answers first.
    Ask,
}

/// Why a manager declined. Seen by the nominee and coordinators only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "register::DeclineReason")]
pub(crate) enum DeclineReason {
    /// The team cannot spare the time now.
    Time,
    /// The grade does not fit the role.
    Grade,
    /// More experience is needed first.
    Experience,
    /// The team needs something else now.
    TeamNeeds,
    /// The nominee's job is changing.
    RoleChanged,
    /// The manager would like to talk to the nominee.
    TalkToMe,
}

/// An item of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
#[graphql(remote = "register::ChecklistCode")]
pub(crate) enum ChecklistCode {
    /// In post in the team, or cover from outside the team is agreed.
    InPost,
    /// Not the line manager of more than half of the team.
    NotLineManagerOfMost,
    /// Does not have this role for the team already.
    NotAllocated,
    /// Shares add up to at most 100 percent on every day.
    Shares,
    /// Level 1 is completed.
    #[graphql(name = "LEVEL_1")]
    Level1,
    /// Long enough in post.
    MonthsInPost,
    /// Not of the highest band in the team, unless at least a quarter of the team have it.
    Grade,
    /// Counts as Peer Supporter today.
    ActivePeerSupporter,
    /// Has counted as Peer Supporter for long enough.
    MonthsActive,
    /// Has supervised or trained others.
    HasTaught,
}

/// The result of an item of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "register::ChecklistResult")]
pub(crate) enum ChecklistResult {
    /// Met.
    Met,
    /// Not met.
    NotMet,
    /// The facts on file do not say.
    NotKnown,
}

/// Why a person may decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum DeciderBecause {
    /// The line manager that a post of the nominee names.
    LineManager,
    /// The delegate of that line manager.
    LineManagerDelegate,
    /// The acting line manager of the nominee, while no line manager is there to decide.
    ActingLineManager,
    /// The senior manager of the unit, or of the nearest unit above that has one.
    SeniorManager,
    /// The delegate of that senior manager.
    SeniorManagerDelegate,
}
