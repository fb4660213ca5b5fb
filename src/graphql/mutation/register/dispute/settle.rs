//! Settling a dispute: the step counts again, or never counts.

use async_graphql::Context;
use entity::id::PersonId;
use entity::store::register::{NewChange, paper};
use entity::table::{allocation, approval, nomination_decision, paper_record, paper_record_effect};
use entity::value::command::Command;
use entity::value::register::{DecisionKind, NominationEnd, PaperOutcome as Outcome, PaperStep};
use sea_orm::EntityTrait as _;
use serde_json::json;

use super::super::begin::complete;
use super::super::command::RegisterCommand;
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::{OpenedRecord, PaperRecordPayload, SettleRecordInput, about, nomination_of, open};
use crate::graphql::error::ApiError;

pub(super) async fn settle(ctx: &Context<'_>, input: SettleRecordInput) -> Result<PaperRecordPayload, ApiError> {
    let SettleRecordInput { record_id, outcome, idempotency_key } = input.clone();
    let (mut command, record) = match open(ctx, Command::SettleRecord, &record_id, idempotency_key, &input).await? {
        OpenedRecord::Command(command, record) => (command, record),
        OpenedRecord::Ended(payload) => return Ok(*payload),
    };
    let effects = paper::effects_of(command.txn.connection(), record.id).await?;
    let mut change = about(&command, &record).await?;
    if let Err(refusal) = check_settlement(&command, &record, &change) {
        return Ok(PaperRecordPayload::refused(refusal));
    }
    let (today, outcome): (_, Outcome) = (command.today, outcome.into());
    let after = paper_record::Model {
        settled_on: Some(today),
        settled_as: Some(outcome),
        settled_by: Some(command.actor()),
        ..record.clone()
    };
    command.txn.update::<paper_record::Entity, paper_record::ActiveModel>(&record, after).await?;
    change.after = Some(json!({ "record": record.id, "settledAs": outcome }));
    match outcome {
        Outcome::Stands => {
            if let Some(refusal) = reinstate(&mut command, &record, &mut change).await? {
                return Ok(PaperRecordPayload::refused(refusal));
            }
        }
        Outcome::Wrong => revoke(&mut command, &record, &effects).await?,
    }
    let id = record.id;
    command.finish(change).await?;
    PaperRecordPayload::done(ctx, id).await
}

fn check_settlement(
    command: &RegisterCommand,
    record: &paper_record::Model,
    change: &NewChange,
) -> Result<(), CommandRefusal> {
    if !command.is_coordinator() {
        let sentence = "Only coordinators may settle a dispute.";
        return Err(CommandRefusal::new(RefusalCode::NotYourStep, sentence));
    }
    let numbers = command.numbers_of(command.me);
    let is_mine = |id: PersonId| numbers.contains(&id);
    if [record.person_id, record.recorder_id].into_iter().any(is_mine) || change.people.iter().copied().any(is_mine) {
        let sentence = "You recorded this, or it is about yourself. Another coordinator must settle it.";
        return Err(CommandRefusal::new(RefusalCode::OwnCase, sentence));
    }
    if record.disputed_on.is_none() {
        let sentence = "This record is not disputed.";
        return Err(CommandRefusal::new(RefusalCode::NothingToChange, sentence));
    }
    if record.settled_on.is_some() {
        let sentence = "This dispute has been settled already.";
        return Err(CommandRefusal::new(RefusalCode::AlreadyDone, sentence));
    }
    Ok(())
}

/// Lets a step count again, unless another one has taken its place meanwhile. The nomination may be complete by it.
async fn reinstate(
    command: &mut RegisterCommand,
    record: &paper_record::Model,
    change: &mut NewChange,
) -> Result<Option<CommandRefusal>, ApiError> {
    let Some(id) = record.nomination_id else { return Ok(None) };
    let Some(visible) = command.nomination(id).await? else { return Ok(None) };
    let mut stored = visible.stored.clone();
    let row = &mut stored.row;
    let is_open = row.ended_as.is_none();
    match record.step {
        PaperStep::Acceptance if row.accepted_on.is_none() => row.accepted_on = Some(record.day),
        PaperStep::Decline if is_open && row.accepted_on.is_none_or(|accepted| accepted <= record.day) => {
            row.ended_as = Some(NominationEnd::DeclinedByNominee);
            row.ended_on = Some(record.day);
        }
        PaperStep::Decision if is_open && is_last_decline(&stored.decisions, record) => {
            row.ended_as = Some(NominationEnd::DeclinedByApprover);
            row.ended_on = Some(record.day);
        }
        PaperStep::Acceptance
        | PaperStep::Decline
        | PaperStep::Decision
        | PaperStep::Nomination
        | PaperStep::Renewal => {}
    }
    match complete(command, &stored, change).await? {
        Ok(after) => {
            command.write(&visible.stored.row, after).await?;
            Ok(None)
        }
        Err(refusal) => Ok(Some(refusal)),
    }
}

/// Whether the record is of a decline after which its manager's office has decided no more.
fn is_last_decline(decisions: &[nomination_decision::Model], record: &paper_record::Model) -> bool {
    let last = decisions.iter().rfind(|decision| Some(decision.capacity) == record.capacity);
    last.is_some_and(|last| Some(last.id) == record.decision_id && last.kind == DecisionKind::Decline)
}

/// Makes what rests on a step that was never taken end on its own first day: approvals, and roles as a whole.
async fn revoke(
    command: &mut RegisterCommand,
    record: &paper_record::Model,
    effects: &[paper_record_effect::Model],
) -> Result<(), ApiError> {
    for effect in effects {
        match effect.approval_id {
            Some(id) => {
                if let Some(row) = approval::Entity::find_by_id(id).one(command.txn.connection()).await? {
                    let gone = approval::Model { withdrawn_on: Some(row.decided_on), ..row.clone() };
                    command.txn.update::<approval::Entity, approval::ActiveModel>(&row, gone).await?;
                }
            }
            None => {
                let found = allocation::Entity::find_by_id(effect.allocation_id);
                if let Some(row) = found.one(command.txn.connection()).await? {
                    let gone = allocation::Model { valid_to: row.valid_from, ..row.clone() };
                    command.txn.update::<allocation::Entity, allocation::ActiveModel>(&row, gone).await?;
                }
            }
        }
    }
    let Some(stored) = nomination_of(command, record).await? else { return Ok(()) };
    let row = &stored.row;
    let was_approved = row.ended_as == Some(NominationEnd::Approved);
    let never_made = record.step == PaperStep::Nomination && row.ended_as.is_none();
    let lost_its_ground = matches!(record.step, PaperStep::Nomination | PaperStep::Acceptance) && was_approved;
    let mut after = row.clone();
    if never_made || lost_its_ground {
        after.ended_as = Some(NominationEnd::Withdrawn);
        after.ended_on = Some(command.today);
    }
    command.write(row, after).await?;
    Ok(())
}
