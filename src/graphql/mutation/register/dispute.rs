//! Disputes about steps that were recorded from paper. While one is open the step does not count.

mod settle;

use std::collections::BTreeSet;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::id::{AllocationId, PaperRecordId};
use entity::register::paper::last_day_to_dispute;
use entity::store::register::change::Object as ChangedObject;
use entity::store::register::nomination::{self as nominations, StoredNomination};
use entity::store::register::{NewChange, paper};
use entity::table::{allocation, nomination, nomination_decision, paper_record};
use entity::value::command::Command;
use entity::value::register::{DecisionKind, NominationEnd, PaperStep};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

use super::command::{Begun, RegisterCommand, show_result};
use super::refusal::{CommandRefusal, RefusalCode};
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::nominations::viewer_of;
use crate::graphql::object::paper_record::{PaperOutcome, PaperRecord};

/// A step recorded from paper to dispute.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct DisputeRecordInput {
    /// The record's ID.
    record_id: ID,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// A disputed step recorded from paper to settle.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SettleRecordInput {
    /// The record's ID.
    record_id: ID,
    /// Whether the step stands.
    outcome: PaperOutcome,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// The result of a command about a step recorded from paper.
#[derive(Debug, SimpleObject)]
pub(crate) struct PaperRecordPayload {
    /// The record now. Null if it was refused.
    record: Option<PaperRecord>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

impl PaperRecordPayload {
    async fn done(ctx: &Context<'_>, id: PaperRecordId) -> Result<Self, ApiError> {
        show_result(ctx).await?;
        Ok(Self { record: PaperRecord::find(ctx, id).await?, refusals: Vec::new() })
    }

    fn refused(refusal: CommandRefusal) -> Self {
        Self { record: None, refusals: vec![refusal] }
    }
}

#[derive(Debug, Default)]
pub(crate) struct PaperMutation;

#[Object]
impl PaperMutation {
    /// Disputes a step that a coordinator recorded from paper, as the person who is said to have taken it: until 30 days after
    /// it was recorded. The step then does not count until another coordinator has settled it.
    async fn dispute_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The record.")] input: DisputeRecordInput,
    ) -> Result<PaperRecordPayload, ApiError> {
        dispute(ctx, input).await
    }

    /// Settles a dispute about a step recorded from paper, as a coordinator who did not record it: it counts again, or never
    /// counts.
    async fn settle_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The record and the outcome.")] input: SettleRecordInput,
    ) -> Result<PaperRecordPayload, ApiError> {
        settle::settle(ctx, input).await
    }
}

/// A command about a record that the caller may see, or its result.
enum OpenedRecord {
    Command(Box<RegisterCommand>, paper_record::Model),
    Ended(Box<PaperRecordPayload>),
}

async fn open(
    ctx: &Context<'_>,
    command: Command,
    record_id: &ID,
    key: Option<String>,
    input: &(impl std::fmt::Debug + Sync),
) -> Result<OpenedRecord, ApiError> {
    let not_found = || ApiError::not_found("record", "recordId", record_id.as_str());
    let id = NodeId::decode_paper_record(record_id).ok_or_else(not_found)?;
    let command = match RegisterCommand::begin(ctx, command, key, input).await? {
        Begun::New(command) => command,
        Begun::Repeated(_) => return Ok(OpenedRecord::Ended(Box::new(PaperRecordPayload::done(ctx, id).await?))),
        Begun::Refused(refusal) => return Ok(OpenedRecord::Ended(Box::new(PaperRecordPayload::refused(refusal)))),
    };
    let record = paper::find(command.txn.connection(), id).await?;
    let viewer = viewer_of(&command.scope);
    let sees = |record: &paper_record::Model| {
        viewer.is_some_and(|viewer| PaperRecord::is_visible(&command.known, record, viewer))
    };
    let record = record.filter(sees).ok_or_else(not_found)?;
    Ok(OpenedRecord::Command(command, record))
}

async fn dispute(ctx: &Context<'_>, input: DisputeRecordInput) -> Result<PaperRecordPayload, ApiError> {
    let DisputeRecordInput { record_id, idempotency_key } = input.clone();
    let (mut command, record) = match open(ctx, Command::DisputeRecord, &record_id, idempotency_key, &input).await? {
        OpenedRecord::Command(command, record) => (command, record),
        OpenedRecord::Ended(payload) => return Ok(*payload),
    };
    if let Err(refusal) = check_dispute(&command, &record) {
        return Ok(PaperRecordPayload::refused(refusal));
    }
    let today = command.today;
    let after = paper_record::Model { disputed_on: Some(today), ..record.clone() };
    command.txn.update::<paper_record::Entity, paper_record::ActiveModel>(&record, after).await?;
    let mut change = about(&command, &record).await?;
    change.after = Some(json!({ "record": record.id, "disputedOn": today }));
    if let Some(stored) = nomination_of(&command, &record).await? {
        let row = &stored.row;
        let mut after = row.clone();
        match record.step {
            PaperStep::Acceptance if row.accepted_on == Some(record.day) => after.accepted_on = None,
            PaperStep::Decline if row.ended_as == Some(NominationEnd::DeclinedByNominee) => reopen(&mut after),
            PaperStep::Decision
                if row.ended_as == Some(NominationEnd::DeclinedByApprover) && declines(&command, &record).await? =>
            {
                reopen(&mut after);
            }
            PaperStep::Acceptance
            | PaperStep::Decline
            | PaperStep::Decision
            | PaperStep::Nomination
            | PaperStep::Renewal => {}
        }
        command.write(row, after).await?;
    }
    let id = record.id;
    command.finish(change).await?;
    PaperRecordPayload::done(ctx, id).await
}

fn check_dispute(command: &RegisterCommand, record: &paper_record::Model) -> Result<(), CommandRefusal> {
    if !command.numbers_of(command.me).contains(&record.person_id) {
        let sentence = "Only the person who is said to have taken the step may dispute it.";
        return Err(CommandRefusal::new(RefusalCode::NotYourStep, sentence));
    }
    if record.disputed_on.is_some() {
        let sentence = "This record has been disputed already.";
        return Err(CommandRefusal::new(RefusalCode::AlreadyDone, sentence));
    }
    let last = last_day_to_dispute(record.recorded_on);
    if last < command.today {
        let sentence = format!("This record could be disputed until {last}. Speak to a coordinator of the network.");
        return Err(CommandRefusal::new(RefusalCode::TooLate, sentence));
    }
    Ok(())
}

/// A change record about a record, with the people whose roles rest on it.
async fn about(command: &RegisterCommand, record: &paper_record::Model) -> Result<NewChange, ApiError> {
    let db = command.txn.connection();
    let mut change = command.change();
    change.objects.insert(ChangedObject::person(record.person_id));
    if let Some(stored) = nomination_of(command, record).await? {
        change.objects.insert(ChangedObject::person(stored.row.person_id));
        change.objects.insert(ChangedObject::nomination(stored.row.id));
        change.people.insert(stored.row.person_id);
    }
    let effects = paper::effects_of(db, record.id).await?;
    let roles: BTreeSet<AllocationId> = effects.iter().map(|effect| effect.allocation_id).collect();
    let rows = allocation::Entity::find().filter(allocation::Column::Id.is_in(roles)).all(db).await?;
    for row in rows {
        change.objects.insert(ChangedObject::allocation(row.id));
        change.objects.insert(ChangedObject::person(row.person_id));
        change.people.insert(row.person_id);
    }
    Ok(change)
}

async fn nomination_of(
    command: &RegisterCommand,
    record: &paper_record::Model,
) -> Result<Option<StoredNomination>, ApiError> {
    match record.nomination_id {
        Some(id) => Ok(nominations::find(command.txn.connection(), id).await?),
        None => Ok(None),
    }
}

/// Whether the decision of a record is a decline.
async fn declines(command: &RegisterCommand, record: &paper_record::Model) -> Result<bool, ApiError> {
    let Some(id) = record.decision_id else { return Ok(false) };
    let row = nomination_decision::Entity::find_by_id(id).one(command.txn.connection()).await?;
    Ok(row.is_some_and(|row| row.kind == DecisionKind::Decline))
}

fn reopen(row: &mut nomination::Model) {
    row.ended_as = None;
    row.ended_on = None;
}
