//! Pausing the role of a Peer Supporter, and its end.

use async_graphql::{Context, ID, InputObject};
use entity::coverage::roster::PersonIx;
use entity::id::{AllocationId, PersonId};
use entity::period::{Day, Validity};
use entity::register::allocation::{self, ResumedPause, may_last_until, pause_carrier};
use entity::store::register::change::Object;
use entity::store::register::text::{self, NewText, StoredText};
use entity::store::register::{NewChange, kept, role};
use entity::table::pause;
use entity::value::Role;
use entity::value::command::Command;
use sea_orm::ActiveValue::{NotSet, Set};
use serde_json::json;

use super::super::command::{Begun, RegisterCommand};
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::super::text::check_length;
use super::payload::RolePayload;
use crate::graphql::error::ApiError;
use crate::graphql::scalar::Date;

/// A pause.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PauseInput {
    /// The Peer Supporter's ID. Defaults to the caller.
    person_id: Option<ID>,
    /// First day: at most 7 days back, or 31 for a coordinator, and at most a year ahead. Defaults to today.
    from: Option<Date>,
    /// Last day. Defaults to no end.
    until: Option<Date>,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// The end of every pause.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ResumeInput {
    /// The Peer Supporter's ID. Defaults to the caller.
    person_id: Option<ID>,
    /// First day without a pause: at most 7 days back, or 31 for a coordinator, and at most a year ahead. Defaults to today.
    day: Option<Date>,
    /// How the person asked for it, in at most 500 characters. A coordinator must give it if the person paused the role
    /// themselves.
    evidence: Option<String>,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

pub(super) async fn pause(ctx: &Context<'_>, input: PauseInput) -> Result<RolePayload, ApiError> {
    let key = input.idempotency_key.clone();
    let mut command = match RegisterCommand::begin(ctx, Command::Pause, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(objects) => return RolePayload::repeated(ctx, &objects).await,
        Begun::Refused(refusal) => return Ok(RolePayload::refused(refusal)),
    };
    let person = match command.whose(input.person_id.as_ref())? {
        Ok(person) => person,
        Err(refusal) => return Ok(RolePayload::refused(refusal)),
    };
    let days = match check_days(&command, &input) {
        Ok(days) => days,
        Err(refusal) => return Ok(RolePayload::refused(refusal)),
    };
    let (today, id, wish) = (command.today, command.id_of(person), command.wish(person));
    let Some(carrier) = pause_carrier(command.index(), person, today).map(|own| (own.id, own.filed_for)) else {
        let sentence = "There is no role as Peer Supporter to pause.";
        return Ok(RolePayload::refused(CommandRefusal::new(RefusalCode::NoSuchRole, sentence)));
    };
    let (allocation, filed_for) = carrier;
    let row = pause::ActiveModel {
        id: NotSet,
        allocation_id: Set(allocation),
        valid_from: Set(days.from),
        valid_to: Set(days.to),
    };
    command.txn.insert::<pause::Entity, _>(row).await?;
    kept::keep(&mut command.txn, id, Role::PeerSupporter, wish, today).await?;
    let mut change = private_change(&command, id, [allocation]);
    change.effective_on = days.from.unwrap_or(today);
    change.people.insert(filed_for);
    change.after = Some(json!({ "from": days.from, "until": days.last() }));
    command.finish(change).await?;
    RolePayload::done(ctx, id).await
}

fn check_days(command: &RegisterCommand, input: &PauseInput) -> Result<Validity, CommandRefusal> {
    let from = command.day("from", input.from)?;
    let last = input.until.map(|Date(day)| day);
    if last.is_some_and(|last| !may_last_until(from, last)) {
        let sentence = "`until` must not be before `from`, and at most ten years later. Leave it out for a pause without \
                        an end.";
        return Err(CommandRefusal::about(RefusalCode::DayOutOfRange, "until", sentence));
    }
    Ok(Validity::from_last(Some(from), last))
}

/// A change that only the person and coordinators may look up.
fn private_change(
    command: &RegisterCommand,
    person: PersonId,
    allocations: impl IntoIterator<Item = AllocationId>,
) -> NewChange {
    let mut change = command.change();
    change.private = true;
    change.objects = [Object::person(person)].into();
    change.objects.extend(allocations.into_iter().map(Object::allocation));
    change.people = [person].into();
    change
}

pub(super) async fn resume(ctx: &Context<'_>, input: ResumeInput) -> Result<RolePayload, ApiError> {
    let key = input.idempotency_key.clone();
    let command = match RegisterCommand::begin(ctx, Command::Resume, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(objects) => return RolePayload::repeated(ctx, &objects).await,
        Begun::Refused(refusal) => return Ok(RolePayload::refused(refusal)),
    };
    let person = match command.whose(input.person_id.as_ref())? {
        Ok(person) => person,
        Err(refusal) => return Ok(RolePayload::refused(refusal)),
    };
    let day = match command.day("day", input.day) {
        Ok(day) => day,
        Err(refusal) => return Ok(RolePayload::refused(refusal)),
    };
    let evidence = match check_evidence(&command, person, input.evidence).await? {
        Ok(evidence) => evidence,
        Err(refusal) => return Ok(RolePayload::refused(refusal)),
    };
    let id = command.id_of(person);
    match end_pauses(command, person, day, evidence).await? {
        Some(refusal) => Ok(RolePayload::refused(refusal)),
        None => RolePayload::done(ctx, id).await,
    }
}

/// The person's own request, which a coordinator needs to end a pause that the person wished. `None` if it is not needed.
async fn check_evidence(
    command: &RegisterCommand,
    person: PersonIx,
    evidence: Option<String>,
) -> Result<Result<Option<String>, CommandRefusal>, ApiError> {
    let numbers = command.numbers_of(person);
    if person == command.me || !role::is_own_wish(command.txn.connection(), &numbers, Role::PeerSupporter).await? {
        return Ok(Ok(None));
    }
    match evidence.filter(|text| !text.trim().is_empty()) {
        None => {
            let sentence = "The person paused the role themselves, so only they may resume. If they asked you to do it, say \
                            in `evidence` how they asked.";
            Ok(Err(CommandRefusal::about(RefusalCode::Missing, "evidence", sentence)))
        }
        Some(text) => Ok(check_length("evidence", Some(&text)).map(|()| Some(text))),
    }
}

/// Ends every pause that holds on `day` or later. Returns a refusal if there is none.
async fn end_pauses(
    mut command: RegisterCommand,
    person: PersonIx,
    day: Day,
    evidence: Option<String>,
) -> Result<Option<CommandRefusal>, ApiError> {
    let own: Vec<_> = command.index().allocations_of(person).map(|own| (own.id, own.filed_for)).collect();
    let (id, today, actor) = (command.id_of(person), command.today, command.actor());
    let allocations: Vec<_> = own.iter().map(|(id, _)| *id).collect();
    let (mut before, mut after, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for row in role::pauses(command.txn.connection(), &allocations).await? {
        let known = Validity { from: row.valid_from, to: row.valid_to };
        let days = |days: Validity| json!({ "from": days.from, "until": days.last() });
        match allocation::resume(known, day) {
            ResumedPause::Unchanged => continue,
            ResumedPause::Ends(to) => {
                let ended = pause::Model { valid_to: Some(to), ..row.clone() };
                command.txn.update::<pause::Entity, pause::ActiveModel>(&row, ended).await?;
                after.push(days(Validity { to: Some(to), ..known }));
            }
            ResumedPause::Never => command.txn.delete::<pause::Entity>(&row).await?,
        }
        before.push(days(known));
        changed.push(row.allocation_id);
    }
    if changed.is_empty() {
        let sentence = format!("There is no pause on {day} or later.");
        return Ok(Some(CommandRefusal::new(RefusalCode::NothingToChange, sentence)));
    }
    let evidence = match evidence {
        Some(text) => Some(text::store(command.txn.connection(), NewText { person: id, author: actor, text }).await?),
        None => None,
    };
    kept::keep(&mut command.txn, id, Role::PeerSupporter, kept::Wish::Other, today).await?;
    if person == command.me || evidence.is_some() {
        let numbers = command.numbers_of(person);
        kept::end_own_wish(&mut command.txn, &numbers, Role::PeerSupporter).await?;
    }
    let mut change = private_change(&command, id, changed);
    change.effective_on = day;
    change.people.extend(own.into_iter().map(|(_, filed_for)| filed_for));
    change.before = Some(json!({ "pauses": before }));
    change.after = Some(json!({ "pauses": after, "evidence": evidence.as_ref().map(StoredText::as_json) }));
    command.finish(change).await?;
    Ok(None)
}
