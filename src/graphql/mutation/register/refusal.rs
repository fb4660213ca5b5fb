//! Refusals of commands: values in the payload with a stable code, and a sentence that says what to do.

use async_graphql::{Enum, SimpleObject};

/// Why a command was refused. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
pub(crate) enum RefusalCode {
    /// The idempotency key was used with another input.
    IdempotencyKeyReused,
    /// The object has a newer version than `expectedVersion`.
    ChangedMeanwhile,
    /// It is the caller's own case, or that of a person linked to them: another person must take this step.
    OwnCase,
    /// The caller may not take this step.
    NotYourStep,
    /// The unit is unknown, closed or not one that the caller may name.
    UnitUnknown,
    /// The share is not between 1 and 1000 thousandths.
    ShareOutOfRange,
    /// The day is too far back, too far ahead, or not a day on which this is possible.
    DayOutOfRange,
    /// The text is too long.
    TextTooLong,
    /// This person cannot be nominated for this team just now.
    CannotBeNominated,
    /// The caller has too many nominations that wait for their nominees.
    TooManyWaiting,
    /// An item of the checklist that must be met is not met.
    ChecklistNotMet,
    /// An item of the checklist is not met and was not acknowledged.
    NotAcknowledged,
    /// The nomination has ended, or has lapsed.
    NominationEnded,
    /// The nominee has not accepted yet.
    NotAccepted,
    /// The nominee must read the information pack that is in force first.
    InformationNotRead,
    /// This step has been taken already.
    AlreadyDone,
    /// An open question must be answered first.
    QuestionOpen,
    /// The caller may not decide in this capacity.
    NotApprover,
    /// The same person, or one linked to them, would stand on both approvals.
    BothApprovals,
    /// Coverage would not count this decision.
    WouldNotCount,
    /// Protected time is missing or not between 0.5 and 40 hours per month.
    HoursOutOfRange,
    /// Something that this step needs was not given.
    Missing,
    /// Approval cannot be renewed yet, or no longer.
    NotRenewable,
    /// There is nothing to change.
    NothingToChange,
    /// The person holds no such role then.
    NoSuchRole,
    /// The change would raise what may only be lowered here.
    WouldRaise,
    /// A later change rests on this one.
    BuiltUpon,
    /// The time in which this was possible is over.
    TooLate,
    /// Changes of this kind cannot be undone.
    NotUndoable,
    /// The change was undone already.
    AlreadyUndone,
    /// Another person must undo this change.
    NotYourChange,
    /// The shares of a person would add up to more than 100 percent on some day.
    SharesTooLarge,
    /// No person on file is meant, or several could be.
    PersonUnknown,
    /// The appointment cannot be replaced: it is for another unit or role, or does not hold on the day before.
    NotReplaceable,
    /// The address is not one that begins with https://, or is too long.
    AddressInvalid,
    /// The document is of another kind than the command is for.
    WrongDocument,
    /// A later version of the document or of the competence framework is in force.
    DocumentReplaced,
    /// The competence framework has no such version, level or statement, or a statement was given twice.
    StatementUnknown,
    /// The same coordinator would record both approvals of a nomination, or record one and give the other.
    OneRecorder,
    /// An acceptance is only recorded from the nominee's signed form.
    FormNotSigned,
    /// What is given about the paper is not possible.
    PaperInvalid,
    /// The nomination was recorded from paper and is disputed.
    InDispute,
    /// The person declined, paused or gave up the role after the day of the paper.
    OwnWish,
    /// The person has no office on these days that could be delegated.
    NoOffice,
    /// An acting line manager is not needed: no approval waits, or a line manager is there to give it.
    NotNeeded,
}

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(name = "Refusal")]
pub(crate) struct CommandRefusal {
    /// The stable code, for programs.
    pub(crate) code: RefusalCode,
    /// What is wrong and what to do, in a sentence for people.
    pub(crate) message: String,
    /// The input field that it is about, from `input` down. Empty if it is about the command as a whole.
    pub(crate) path: Vec<String>,
}

impl CommandRefusal {
    /// A refusal of the command as a whole.
    pub(crate) fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), path: Vec::new() }
    }

    /// A refusal because of one input field.
    pub(crate) fn about(code: RefusalCode, field: &str, message: impl Into<String>) -> Self {
        Self { path: vec!["input".to_owned(), field.to_owned()], ..Self::new(code, message) }
    }
}
