//! What nominees and nominators do with a nomination: accept it, decline it, take it back, answer a manager's question.

use async_graphql::{Context, Enum, ID, InputObject};
use entity::store::register::change::Object;
use entity::store::register::kept::{self, Wish};
use entity::store::register::text::{self, NewText};
use entity::table::{nomination, nomination_decision};
use entity::value::command::Command;
use entity::value::register::{DecisionKind, NominationEnd, PaperStep};
use serde_json::json;

use super::begin::complete;
use super::command::RegisterCommand;
use super::opened::{NominationPayload, Opened, objects, open};
use super::paper::{Paper, PaperInput, RecordedStep, day_too_early};
use super::refusal::{CommandRefusal, RefusalCode};
use super::text::check_given;
use crate::graphql::error::ApiError;
use crate::graphql::nominations::VisibleNomination;

/// A nominee's answer to a nomination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum NomineeResponse {
    /// The nominee would like to take the role.
    Accept,
    /// The nominee would not. No reason is asked, and only the nominee and coordinators see it.
    Decline,
}

/// A nominee's answer.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct RespondToNominationInput {
    /// The nomination's ID.
    nomination_id: ID,
    /// The answer.
    response: NomineeResponse,
    /// The ID of the information pack in force, if the nominee has read it and has not confirmed that yet. It is confirmed with
    /// the acceptance.
    information_pack_id: Option<ID>,
    /// The paper, if a coordinator records the answer for the nominee.
    paper: Option<PaperInput>,
    /// The version that the caller has seen. Refused if there is a newer one.
    expected_version: Option<i32>,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// A nomination to take back.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct WithdrawNominationInput {
    /// The nomination's ID.
    nomination_id: ID,
    /// The version that the caller has seen. Refused if there is a newer one.
    expected_version: Option<i32>,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// The answer to a manager's question.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AnswerNominationInput {
    /// The nomination's ID.
    nomination_id: ID,
    /// The answer, at most 500 characters.
    answer: String,
    /// The version that the caller has seen. Refused if there is a newer one.
    expected_version: Option<i32>,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

pub(super) async fn respond(ctx: &Context<'_>, input: RespondToNominationInput) -> Result<NominationPayload, ApiError> {
    let RespondToNominationInput {
        nomination_id,
        response,
        information_pack_id,
        paper,
        expected_version,
        idempotency_key,
    } = input.clone();
    let opened =
        open(ctx, Command::RespondToNomination, &nomination_id, expected_version, idempotency_key, &input).await?;
    let (mut command, nomination) = match opened {
        Opened::Command(command, nomination) => (command, nomination),
        Opened::Ended(payload) => return Ok(*payload),
    };
    let paper = match command.paper(paper.as_ref()) {
        Ok(paper) => paper,
        Err(refusal) => return Ok(NominationPayload::refused(refusal)),
    };
    let step = command.step(paper.as_ref());
    if let Err(refusal) = check_response(&command, &nomination, response, paper.as_ref()) {
        return Ok(NominationPayload::refused(refusal));
    }
    let pack = match response {
        // Of a paper, the signed form says it.
        NomineeResponse::Accept if paper.is_none() => {
            match command.confirm_information_pack(information_pack_id.as_ref()).await? {
                Ok(pack) => pack,
                Err(refusal) => return Ok(NominationPayload::refused(refusal)),
            }
        }
        NomineeResponse::Accept | NomineeResponse::Decline => None,
    };
    let row = &nomination.stored.row;
    if response == NomineeResponse::Accept
        && paper.is_some()
        && let Some(refusal) = command.check_own_wish(step.by, row.role, step.on).await?
    {
        return Ok(NominationPayload::refused(refusal));
    }
    let mut stored = nomination.stored.clone();
    match response {
        NomineeResponse::Accept => stored.row.accepted_on = Some(step.on),
        NomineeResponse::Decline => {
            stored.row.ended_as = Some(NominationEnd::DeclinedByNominee);
            stored.row.ended_on = Some(step.on);
        }
    }
    let mut change = command.change();
    change.before = Some(json!({ "acceptedOn": row.accepted_on }));
    change.after =
        Some(json!({ "acceptedOn": stored.row.accepted_on, "endedAs": stored.row.ended_as, "informationPack": pack }));
    change.objects = objects(row);
    change.objects.extend(pack.map(Object::document));
    if let Some(paper) = &paper {
        let step = match response {
            NomineeResponse::Accept => PaperStep::Acceptance,
            NomineeResponse::Decline => PaperStep::Decline,
        };
        let of = RecordedStep { step, capacity: None, nomination: Some(row.id), decision: None };
        stored.records.push(command.record(paper, of, &mut change).await?);
    }
    // Both approvals may be there already if an earlier acceptance from paper was disputed.
    let after = match complete(&mut command, &stored, &mut change).await? {
        Ok(after) => after,
        Err(refusal) => return Ok(NominationPayload::refused(refusal)),
    };
    command.write(row, after).await?;
    if response == NomineeResponse::Decline {
        kept::keep(&mut command.txn, row.person_id, row.role, Wish::Own, command.today).await?;
    }
    let id = row.id;
    command.finish(change).await?;
    NominationPayload::done(ctx, id).await
}

fn check_response(
    command: &RegisterCommand,
    nomination: &VisibleNomination,
    response: NomineeResponse,
    paper: Option<&Paper>,
) -> Result<(), CommandRefusal> {
    let step = command.step(paper);
    if nomination.facts.person != step.by {
        let sentence = "Only the nominee may accept or decline.";
        return Err(CommandRefusal::new(RefusalCode::NotYourStep, sentence));
    }
    command.check_open(nomination)?;
    let row = &nomination.stored.row;
    let earliest = row.accepted_on.map_or(row.opened_on, |accepted| accepted.max(row.opened_on));
    if step.on < earliest {
        return Err(day_too_early(earliest));
    }
    match response {
        NomineeResponse::Accept => {
            nomination.check_undisputed()?;
            if row.accepted_on.is_some() {
                let sentence = "This nomination has been accepted already.";
                return Err(CommandRefusal::new(RefusalCode::AlreadyDone, sentence));
            }
            paper.map_or(Ok(()), Paper::check_signed)?;
            command.check_hard_items(nomination, &nomination.nominee_from(step.on))
        }
        NomineeResponse::Decline => Ok(()),
    }
}

pub(super) async fn withdraw(ctx: &Context<'_>, input: WithdrawNominationInput) -> Result<NominationPayload, ApiError> {
    let WithdrawNominationInput { nomination_id, expected_version, idempotency_key } = input.clone();
    let opened =
        open(ctx, Command::WithdrawNomination, &nomination_id, expected_version, idempotency_key, &input).await?;
    let (mut command, nomination) = match opened {
        Opened::Command(command, nomination) => (command, nomination),
        Opened::Ended(payload) => return Ok(*payload),
    };
    let is_nominee = nomination.facts.person == command.me;
    if !is_nominee && nomination.facts.nominator != command.me {
        let sentence = "Only the nominee and the person who made the nomination may take it back.";
        return Ok(NominationPayload::refused(CommandRefusal::new(RefusalCode::NotYourStep, sentence)));
    }
    if let Err(refusal) = command.check_open(&nomination) {
        return Ok(NominationPayload::refused(refusal));
    }
    let (row, today) = (&nomination.stored.row, command.today);
    let after = nomination::Model { ended_as: Some(NominationEnd::Withdrawn), ended_on: Some(today), ..row.clone() };
    let mut change = command.change();
    change.after = Some(json!({ "endedAs": after.ended_as }));
    change.objects = objects(row);
    command.write(row, after).await?;
    if is_nominee {
        kept::keep(&mut command.txn, row.person_id, row.role, Wish::Own, today).await?;
    }
    let id = row.id;
    command.finish(change).await?;
    NominationPayload::done(ctx, id).await
}

pub(super) async fn answer(ctx: &Context<'_>, input: AnswerNominationInput) -> Result<NominationPayload, ApiError> {
    let AnswerNominationInput { nomination_id, answer, expected_version, idempotency_key } = input.clone();
    if let Err(refusal) = check_given("answer", &answer) {
        return Ok(NominationPayload::refused(refusal));
    }
    let opened =
        open(ctx, Command::AnswerNomination, &nomination_id, expected_version, idempotency_key, &input).await?;
    let (mut command, nomination) = match opened {
        Opened::Command(command, nomination) => (command, nomination),
        Opened::Ended(payload) => return Ok(*payload),
    };
    if nomination.facts.person != command.me {
        let sentence = "Only the nominee may answer a question.";
        return Ok(NominationPayload::refused(CommandRefusal::new(RefusalCode::NotYourStep, sentence)));
    }
    if let Err(refusal) = command.check_open(&nomination) {
        return Ok(NominationPayload::refused(refusal));
    }
    let is_open = |row: &&nomination_decision::Model| row.kind == DecisionKind::Ask && row.answer_id.is_none();
    let Some(question) = nomination.stored.decisions.iter().find(is_open) else {
        let sentence = "No question of a manager is open.";
        return Ok(NominationPayload::refused(CommandRefusal::new(RefusalCode::NothingToChange, sentence)));
    };
    let row = &nomination.stored.row;
    let new = NewText { person: row.person_id, author: command.actor(), text: answer };
    let stored = text::store(command.txn.connection(), new).await?;
    let mut change = command.change();
    change.after = Some(json!({ "decision": question.id, "answer": stored.as_json() }));
    change.objects = objects(row);
    let answered = nomination_decision::Model { answer_id: Some(stored.id), ..question.clone() };
    command.txn.update::<nomination_decision::Entity, nomination_decision::ActiveModel>(question, answered).await?;
    command.write(row, row.clone()).await?;
    let id = row.id;
    command.finish(change).await?;
    NominationPayload::done(ctx, id).await
}
