//! Undoing a change: its facts never held.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::id::{ChangeId, PersonId};
use entity::register::nomination::state;
use entity::register::undo::{CannotUndo, UndoCase, may_undo};
use entity::store::register::NewChange;
use entity::store::register::history::{self as store, StoredChange};
use entity::store::register::nomination::StoredNomination;
use entity::store::register::undo::{self, UndoRefusal};
use entity::value::command::{Command, ObjectKind};
use entity::value::register::{self, NominationState};
use serde_json::json;

use super::command::{Begun, RegisterCommand, show_result};
use super::refusal::{CommandRefusal, RefusalCode};
use crate::graphql::day_view::known;
use crate::graphql::error::ApiError;
use crate::graphql::history::{VisibleChange, visible};
use crate::graphql::id::NodeId;
use crate::graphql::nominations::{facts_of, terms_of};
use crate::graphql::object::change::UndoReason;
use crate::graphql::request_state::{db, today};

/// A change to undo.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UndoInput {
    /// The ID of the change, from a `history`.
    change_id: ID,
    /// Why. A coordinator must give it, unless they undo their own change within 24 hours.
    reason: Option<UndoReason>,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// The result of undoing a change.
#[derive(Debug, Default, SimpleObject)]
pub(crate) struct UndoPayload {
    /// The change that records that it was undone. Null if it was refused.
    change: Option<VisibleChange>,
    /// The ID of the later change that rests on it and must be undone first. Null unless there is one that the viewer may see.
    built_upon: Option<ID>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

#[derive(Debug, Default)]
pub(crate) struct UndoMutation;

#[Object]
impl UndoMutation {
    /// Undoes a change of the register, as if it had never been made: within 24 hours as the person who made it, within 31 days
    /// as a coordinator. Refused if a later change rests on it.
    async fn undo(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UndoInput,
    ) -> Result<UndoPayload, ApiError> {
        undo_one(ctx, input).await
    }
}

impl UndoPayload {
    fn refused(code: RefusalCode, sentence: &str) -> Self {
        Self { refusals: vec![CommandRefusal::new(code, sentence)], ..Self::default() }
    }

    /// Reads the record again, as the viewer may see it now.
    async fn done(ctx: &Context<'_>, undone: ChangeId) -> Result<Self, ApiError> {
        show_result(ctx).await?;
        let (known, scope) = known(ctx).await?;
        let undo = match store::find(db(ctx)?, undone).await?.and_then(|stored| stored.row.undone_by) {
            Some(id) => store::find(db(ctx)?, id).await?,
            None => None,
        };
        let seen = visible(db(ctx)?, known, scope, today(ctx)?, undo.into_iter().collect()).await?;
        Ok(Self { change: seen.into_iter().next(), ..Self::default() })
    }
}

async fn undo_one(ctx: &Context<'_>, input: UndoInput) -> Result<UndoPayload, ApiError> {
    let not_found = || ApiError::not_found("change", "changeId", input.change_id.as_str());
    let id = NodeId::decode_change(&input.change_id).ok_or_else(not_found)?;
    let key = input.idempotency_key.clone();
    let mut command = match RegisterCommand::begin(ctx, Command::Undo, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(_) => return UndoPayload::done(ctx, id).await,
        Begun::Refused(refusal) => return Ok(UndoPayload { refusals: vec![refusal], ..UndoPayload::default() }),
    };
    let stored = command.visible_change(id).await?.ok_or_else(not_found)?;
    let reason = input.reason.map(register::UndoReason::from);
    if let Err(cause) = may_undo(&command.undo_case(&stored, reason), command.at()) {
        return Ok(cannot_undo(cause));
    }
    let known = std::sync::Arc::clone(&command.known);
    let today = command.today;
    let has_lapsed = |stored: &StoredNomination| {
        facts_of(&known, stored).is_none_or(|facts| {
            state(&known.facts.index, &facts, &terms_of(&known, &facts), today) == NominationState::Lapsed
        })
    };
    let touched = match undo::undo(&mut command.txn, &stored, has_lapsed).await? {
        Ok(touched) => touched,
        Err(refusal) => return refused(&command, refusal).await,
    };
    let change = NewChange {
        effective_on: stored.row.effective_on,
        objects: stored.objects,
        people: touched.people,
        units: touched.units,
        private: stored.row.private,
        before: stored.row.after,
        after: Some(json!({ "undoes": id, "reason": reason })),
        undoes: Some(id),
        ..command.change()
    };
    command.finish(change).await?;
    UndoPayload::done(ctx, id).await
}

impl RegisterCommand {
    /// Reads a change record within the command. `None` if there is none, or it is hidden from the caller.
    async fn visible_change(&self, id: ChangeId) -> Result<Option<StoredChange>, ApiError> {
        let stored = store::find(self.txn.connection(), id).await?;
        let stored = stored.into_iter().collect();
        let seen = visible(self.txn.connection(), &self.known, &self.scope, self.today, stored).await?;
        Ok(seen.into_iter().next().map(|seen| seen.stored))
    }

    fn undo_case(&self, stored: &StoredChange, reason: Option<register::UndoReason>) -> UndoCase {
        let place = |id: PersonId| self.known.person_by_id(id);
        let people = stored.objects.iter().filter(|object| object.kind == ObjectKind::Person);
        let subjects: Vec<_> = people.filter_map(|object| place(PersonId(object.id))).collect();
        let actor = place(stored.row.actor_id);
        UndoCase {
            command: stored.row.command,
            recorded_at: stored.row.at,
            is_undone: stored.row.undone_by.is_some(),
            is_actor: actor == Some(self.me),
            is_coordinator: self.is_coordinator(),
            is_subject: subjects.contains(&self.me),
            is_by_subject: actor.is_some_and(|actor| subjects.contains(&actor)),
            reason,
        }
    }
}

fn cannot_undo(cause: CannotUndo) -> UndoPayload {
    let (code, sentence) = match cause {
        CannotUndo::NotUndoable => {
            (RefusalCode::NotUndoable, "This kind of change cannot be undone. Make the opposite change instead.")
        }
        CannotUndo::AlreadyUndone => (RefusalCode::AlreadyUndone, "This change was undone already."),
        CannotUndo::TooLate => (
            RefusalCode::TooLate,
            "The time to undo this change is over: 24 hours for the person who made it, 31 days for coordinators.",
        ),
        CannotUndo::NotYourChange => (
            RefusalCode::NotYourChange,
            "Only the person who made this change may undo it, or a coordinator unless it was the person's own wish.",
        ),
        CannotUndo::OwnCase => (RefusalCode::OwnCase, "This change is about you. Another coordinator must undo it."),
        CannotUndo::ReasonMissing => {
            let sentence = "Give a `reason` to undo it as a coordinator.";
            let refusal = CommandRefusal::about(RefusalCode::Missing, "reason", sentence);
            return UndoPayload { refusals: vec![refusal], ..UndoPayload::default() };
        }
    };
    UndoPayload::refused(code, sentence)
}

async fn refused(command: &RegisterCommand, refusal: UndoRefusal) -> Result<UndoPayload, ApiError> {
    let (code, sentence) = match refusal {
        UndoRefusal::BuiltUpon(None) => (
            RefusalCode::BuiltUpon,
            "A later import rests on this change, or changed the same. Correct it by a new step.",
        ),
        UndoRefusal::BuiltUpon(Some(later)) => {
            let sentence = "A later change rests on this one. Undo that one first, or correct it by a new step.";
            let built_upon = command.visible_change(later).await?.map(|_| NodeId::Change(later).encode());
            return Ok(UndoPayload { built_upon, ..UndoPayload::refused(RefusalCode::BuiltUpon, sentence) });
        }
        UndoRefusal::TextGone => (
            RefusalCode::NotUndoable,
            "This change removed a text that is no longer on file. Enter the text again instead.",
        ),
        UndoRefusal::SharesTooLarge => (
            RefusalCode::SharesTooLarge,
            "The shares of the person would add up to more than 100 percent. Lower another share first.",
        ),
        UndoRefusal::AlreadyOpen => (
            RefusalCode::AlreadyDone,
            "Another nomination for the same person, role and unit is open. Withdraw that one first.",
        ),
        UndoRefusal::BothApprovals => (
            RefusalCode::BothApprovals,
            "The same person would stand on both approvals. Another manager must approve first.",
        ),
    };
    Ok(UndoPayload::refused(code, sentence))
}
