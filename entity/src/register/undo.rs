//! Which changes may be undone, by which person and until when, and which later changes rest on them (REGISTER.md
//! section 1).

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::id::{ChangeId, PersonId};
use crate::value::Role;
use crate::value::command::Command;
use crate::value::register::UndoReason;

/// How long the person who gave a command may undo it.
pub const BY_ACTOR: TimeDelta = TimeDelta::hours(24);
/// How long a coordinator may undo a command.
pub const BY_COORDINATOR: TimeDelta = TimeDelta::days(31);

/// A change that a person wants to undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UndoCase {
    /// The command.
    pub command: Command,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Whether it was undone already.
    pub is_undone: bool,
    /// Whether the person gave the command themselves.
    pub is_actor: bool,
    /// Whether the person takes the steps of a coordinator.
    pub is_coordinator: bool,
    /// Whether the change is about the person.
    pub is_subject: bool,
    /// Whether the person concerned gave the command for themselves: their own wish, if it gives something up.
    pub is_by_subject: bool,
    /// Why it is undone.
    pub reason: Option<UndoReason>,
}

/// Why a change cannot be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CannotUndo {
    /// Commands of this kind cannot be undone.
    NotUndoable,
    /// It was undone already.
    AlreadyUndone,
    /// The time for it is over.
    TooLate,
    /// Another person must undo it.
    NotYourChange,
    /// It is the coordinator's own case.
    OwnCase,
    /// A coordinator must give a reason.
    ReasonMissing,
}

/// Checks that a person may undo a change at `now`, without regard to later changes.
///
/// # Errors
///
/// Why not.
pub fn may_undo(case: &UndoCase, now: DateTime<Utc>) -> Result<(), CannotUndo> {
    let UndoCase { command, recorded_at, is_undone, is_actor, is_coordinator, is_subject, is_by_subject, reason } =
        *case;
    if !is_undoable(command) {
        return Err(CannotUndo::NotUndoable);
    }
    if is_undone {
        return Err(CannotUndo::AlreadyUndone);
    }
    if is_actor && now <= recorded_at + BY_ACTOR {
        return Ok(());
    }
    if !is_coordinator {
        return Err(if is_actor { CannotUndo::TooLate } else { CannotUndo::NotYourChange });
    }
    if is_by_subject && !is_actor && may_be_own_wish(command) {
        return Err(CannotUndo::NotYourChange);
    }
    if is_subject && !is_actor {
        return Err(CannotUndo::OwnCase);
    }
    if recorded_at + BY_COORDINATOR < now {
        return Err(CannotUndo::TooLate);
    }
    if reason.is_none() { Err(CannotUndo::ReasonMissing) } else { Ok(()) }
}

/// Whether the facts of a command can be made never to have held. Those that concern everyone, or that a person confirmed or
/// disputed alone, are met by the opposite step.
const fn is_undoable(command: Command) -> bool {
    !matches!(
        command,
        Command::LinkPeople
            | Command::Undo
            | Command::CarryOver
            | Command::PublishDocument
            | Command::AcknowledgeDocument
            | Command::SignAgreement
            | Command::PublishFramework
            | Command::RecordAssessment
            | Command::DisputeRecord
            | Command::SettleRecord
    )
}

/// Whether a person can express with a command that they do not want a role, or not now. An acceptance is among them: no one
/// else takes it back for them.
const fn may_be_own_wish(command: Command) -> bool {
    matches!(
        command,
        Command::RespondToNomination
            | Command::WithdrawNomination
            | Command::Pause
            | Command::Resume
            | Command::StandDown
            | Command::ChangeAllocation
            | Command::SetDirectoryEntry
    )
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The table.
    pub table: String,
    /// Key of the row.
    pub id: i64,
}

/// A role of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonRole {
    /// The person, by the lowest of their numbers.
    pub person: PersonId,
    /// The role.
    pub role: Role,
}

/// What a change wrote, what it rests on and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// The change.
    pub id: ChangeId,
    /// The rows that it wrote.
    pub rows: BTreeSet<RowKey>,
    /// Those of them that it added.
    pub added: BTreeSet<RowKey>,
    /// The rows to which its own refer, and the allocations and nominations that it is about.
    pub refers_to: BTreeSet<RowKey>,
    /// The roles that it is about.
    pub roles: BTreeSet<PersonRole>,
    /// The people whose office, or that of whose delegate, it changed.
    pub officers: BTreeSet<PersonId>,
    /// The people by whose office it was decided.
    pub by_office_of: BTreeSet<PersonId>,
}

impl Footprint {
    /// Returns a change that touches nothing.
    #[must_use]
    pub const fn new(id: ChangeId) -> Self {
        Self {
            id,
            rows: BTreeSet::new(),
            added: BTreeSet::new(),
            refers_to: BTreeSet::new(),
            roles: BTreeSet::new(),
            officers: BTreeSet::new(),
            by_office_of: BTreeSet::new(),
        }
    }

    /// Whether `later` rests on this change: it wrote one of the same rows, refers to a row that this one added, is about the
    /// same nomination, allocation or role of a person, or was decided by an office that this one changed.
    #[must_use]
    pub fn carries(&self, later: &Self) -> bool {
        let wrote_again = !self.rows.is_disjoint(&later.rows) || !self.rows.is_disjoint(&later.refers_to);
        let is_about_same = !self.refers_to.is_disjoint(&later.refers_to) || !self.refers_to.is_disjoint(&later.rows);
        wrote_again
            || is_about_same
            || !self.roles.is_disjoint(&later.roles)
            || !self.officers.is_disjoint(&later.by_office_of)
    }
}

/// Returns the first of the later changes that rests on a change. Neither an undone change nor an undo rests on anything: the two
/// leave everything as it was.
#[must_use]
pub fn first_built_upon(change: &Footprint, later: &[Footprint]) -> Option<ChangeId> {
    let resting = later.iter().filter(|later| change.id < later.id && change.carries(later));
    resting.map(|later| later.id).min()
}

#[cfg(test)]
mod tests;
