//! A command about one nomination that the caller may see: opens it, checks that it can go on, and writes it.

use std::collections::BTreeSet;
use std::fmt::Debug;

use async_graphql::{Context, ID, SimpleObject};
use entity::id::NominationId;
use entity::period::Day;
use entity::register::checklist::{Nominee, hard_failures};
use entity::register::nomination::state;
use entity::store::register::change::Object;
use entity::store::register::nomination as store;
use entity::table::nomination;
use entity::value::command::Command;
use entity::value::register::NominationState;

use super::command::{Begun, RegisterCommand, show_result};
use super::items::{ItemResult, repeated};
use super::refusal::{CommandRefusal, RefusalCode};
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::nominations::{VisibleNomination, viewer_of};

/// The result of a command about one nomination.
#[derive(Debug, SimpleObject)]
pub(crate) struct NominationPayload {
    /// The nomination now. Null if it was refused, except because of `expectedVersion`: then it is the present version.
    nomination: Option<VisibleNomination>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

impl NominationPayload {
    /// Reads the nomination again, as the viewer may see it now.
    pub(super) async fn done(ctx: &Context<'_>, id: NominationId) -> Result<Self, ApiError> {
        show_result(ctx).await?;
        Ok(Self { nomination: VisibleNomination::find(ctx, id).await?, refusals: Vec::new() })
    }

    /// The payload as the result of one item of several.
    pub(super) fn into_item(self) -> ItemResult {
        let Self { nomination, refusals } = self;
        if refusals.is_empty() { Ok(nomination.map(|seen| seen.stored.row.id)) } else { Err(refusals) }
    }

    pub(super) fn refused(refusal: CommandRefusal) -> Self {
        Self { nomination: None, refusals: vec![refusal] }
    }
}

/// A command about one nomination that holds its locks, or its result.
pub(super) enum Opened {
    /// It can go on.
    Command(Box<RegisterCommand>, Box<VisibleNomination>),
    /// It was done before or is refused.
    Ended(Box<NominationPayload>),
}

/// Begins a command about a nomination that the caller may see.
///
/// # Errors
///
/// [`Code::NotFound`](crate::graphql::error::Code::NotFound) if there is none, or it is hidden from the caller; otherwise as
/// [`RegisterCommand::begin`].
pub(super) async fn open(
    ctx: &Context<'_>,
    command: Command,
    nomination_id: &ID,
    expected_version: Option<i32>,
    key: Option<String>,
    input: &(impl Debug + Sync),
) -> Result<Opened, ApiError> {
    let not_found = || ApiError::not_found("nomination", "nominationId", nomination_id.as_str());
    let id = NodeId::decode_nomination(nomination_id).ok_or_else(not_found)?;
    let command = match RegisterCommand::begin(ctx, command, key, input).await? {
        Begun::New(command) => command,
        Begun::Repeated(objects) => {
            let id = repeated(&objects).unwrap_or(id);
            return Ok(Opened::Ended(Box::new(NominationPayload::done(ctx, id).await?)));
        }
        Begun::Refused(refusal) => return Ok(Opened::Ended(Box::new(NominationPayload::refused(refusal)))),
    };
    let visible = command.nomination(id).await?.ok_or_else(not_found)?;
    if expected_version.is_some_and(|version| version != visible.stored.row.version) {
        let sentence = "The nomination was changed meanwhile. Look at its present state and decide again.";
        let refusal = CommandRefusal::about(RefusalCode::ChangedMeanwhile, "expectedVersion", sentence);
        drop(command);
        return Ok(Opened::Ended(Box::new(NominationPayload { nomination: Some(visible), refusals: vec![refusal] })));
    }
    Ok(Opened::Command(command, Box::new(visible)))
}

impl RegisterCommand {
    /// Reads a nomination within the command. `None` if there is none, or it is hidden from the caller.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub(super) async fn nomination(&self, id: NominationId) -> Result<Option<VisibleNomination>, ApiError> {
        let Some(viewer) = viewer_of(&self.scope) else { return Ok(None) };
        let stored = store::find(self.txn.connection(), id).await?;
        Ok(stored.and_then(|stored| VisibleNomination::seen(&self.known, stored, viewer, self.today)))
    }

    /// The state of a nomination today.
    pub(super) fn state_of(&self, nomination: &VisibleNomination) -> NominationState {
        state(self.index(), &nomination.facts, &nomination.terms, self.today)
    }

    /// Refuses a nomination that has ended or has lapsed.
    pub(super) fn check_open(&self, nomination: &VisibleNomination) -> Result<(), CommandRefusal> {
        match self.state_of(nomination) {
            NominationState::Approved
            | NominationState::Declined
            | NominationState::Withdrawn
            | NominationState::Lapsed => Err(CommandRefusal::new(
                RefusalCode::NominationEnded,
                "This nomination has ended. Make a new one if it is still wanted.",
            )),
            NominationState::AwaitingNominee
            | NominationState::AwaitingApproval
            | NominationState::Question
            | NominationState::Blocked
            | NominationState::NoApprover => Ok(()),
        }
    }

    /// Refuses a nomination of which an item that must be met is not met, on the nominee's day or later.
    pub(super) fn check_hard_items(
        &self,
        nomination: &VisibleNomination,
        nominee: &Nominee,
    ) -> Result<(), CommandRefusal> {
        match hard_failures(self.index(), nominee, &nomination.terms).first() {
            None => Ok(()),
            Some(failure) => Err(CommandRefusal::new(RefusalCode::ChecklistNotMet, failure.item.sentence.clone())),
        }
    }

    /// Writes a nomination with its version incremented.
    pub(super) async fn write(
        &mut self,
        before: &nomination::Model,
        after: nomination::Model,
    ) -> Result<nomination::Model, ApiError> {
        let after = nomination::Model { version: before.version + 1, ..after };
        Ok(self.txn.update::<nomination::Entity, nomination::ActiveModel>(before, after).await?)
    }
}

impl VisibleNomination {
    /// Refuses a nomination that was recorded from paper and is disputed.
    pub(super) fn check_undisputed(&self) -> Result<(), CommandRefusal> {
        if !self.facts.in_dispute {
            return Ok(());
        }
        let sentence =
            "This nomination was recorded from paper and is disputed. Wait until a coordinator has settled it.";
        Err(CommandRefusal::new(RefusalCode::InDispute, sentence))
    }

    /// The nominee, as the checklist asks about them from `day`, or a later wished start, on.
    pub(super) fn nominee_from(&self, day: Day) -> Nominee {
        Nominee { day: self.facts.wished_start.map_or(day, |start| start.max(day)), ..self.nominee() }
    }
}

/// The objects in whose history a change of a nomination appears.
pub(super) fn objects(row: &nomination::Model) -> BTreeSet<Object> {
    [Object::person(row.person_id), Object::nomination(row.id)].into()
}
