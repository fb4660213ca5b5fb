//! Carrying roles and nominations over to another unit, when posts have moved with a reorganisation.

use std::collections::BTreeSet;

use async_graphql::{Context, InputObject, SimpleObject};
use entity::coverage::roster::PersonIx;
use entity::id::{NominationId, PersonId};
use entity::register::carry_over::{CarryOverRefusal, Reorganisation, confirm_by};
use entity::store::register::carry_over;
use entity::store::register::change::Object;
use entity::store::register::kept::{self, Wish};
use entity::store::register::nomination::of_person;
use entity::store::register::role::{self, RoleKey};
use entity::table::nomination;
use entity::value::Role;
use entity::value::command::Command;
use serde_json::json;

use super::super::command::{Begun, RegisterCommand};
use super::super::refusal::{CommandRefusal, RefusalCode};
use crate::access::Right;
use crate::graphql::error::ApiError;
use crate::graphql::nominations::{facts_of, terms_of};
use crate::graphql::scalar::Date;

/// Posts that have moved to another unit.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CarryOverInput {
    /// Code of the unit whose posts have moved.
    from_unit_code: String,
    /// Code of the unit that has them now.
    to_unit_code: String,
    /// First day with the new unit: at most 31 days back and a year ahead. Defaults to today.
    day: Option<Date>,
    /// Whether this is a trial: nothing is stored, and the response shows what would be carried over.
    #[graphql(default = false)]
    preview: bool,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// What was carried over.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct CarryOver {
    /// Number of people whose posts have moved.
    people: u32,
    /// Number of roles that were carried over.
    roles: u32,
    /// Number of open nominations that were carried over.
    nominations: u32,
    /// Number of roles and nominations that stay, because the person has the same for the new unit.
    left: u32,
    /// Last day on which the managers of the new unit may confirm the roles. One that is not confirmed by then ends.
    confirm_by: Date,
}

/// The result of carrying over.
#[derive(Debug, SimpleObject)]
pub(crate) struct CarryOverPayload {
    /// What was, or in a trial would be, carried over. Null if it was refused, and if the command was given before with the same
    /// key.
    carry_over: Option<CarryOver>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

impl CarryOverPayload {
    fn refused(refusal: CommandRefusal) -> Self {
        Self { carry_over: None, refusals: vec![refusal] }
    }
}

pub(super) async fn carry_over(ctx: &Context<'_>, input: CarryOverInput) -> Result<CarryOverPayload, ApiError> {
    let key = input.idempotency_key.clone();
    let command = match RegisterCommand::begin(ctx, Command::CarryOver, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(_) => return Ok(CarryOverPayload { carry_over: None, refusals: Vec::new() }),
        Begun::Refused(refusal) => return Ok(CarryOverPayload::refused(refusal)),
    };
    command.scope.require_of_person(Right::Register)?;
    let checked = check(&command, &input);
    let (moved, people) = match checked {
        Ok(checked) => checked,
        Err(refusal) => return Ok(CarryOverPayload::refused(refusal)),
    };
    let done = store(command, moved, &people, input.preview).await?;
    Ok(CarryOverPayload { carry_over: Some(done), refusals: Vec::new() })
}

fn check(
    command: &RegisterCommand,
    input: &CarryOverInput,
) -> Result<(Reorganisation, BTreeSet<PersonIx>), CommandRefusal> {
    let unknown = |field: &str| {
        let sentence = format!("No unit has this code. Check `{field}`.");
        CommandRefusal::about(RefusalCode::UnitUnknown, field, sentence)
    };
    let unit = |field: &str, code: &str| command.known.unit_by_code(code).ok_or_else(|| unknown(field));
    let from = unit("fromUnitCode", &input.from_unit_code)?;
    let to = unit("toUnitCode", &input.to_unit_code)?;
    let moved = Reorganisation { from, to, day: command.day("day", input.day)? };
    let people = moved.people(command.index()).map_err(|refusal| match refusal {
        CarryOverRefusal::SameUnit => {
            CommandRefusal::about(RefusalCode::UnitUnknown, "toUnitCode", "Name two different units.")
        }
        CarryOverRefusal::NotOpen => {
            let sentence = "The new unit is not open on this day. Import it first, or choose a later day.";
            CommandRefusal::about(RefusalCode::UnitUnknown, "toUnitCode", sentence)
        }
        CarryOverRefusal::NoOneMoved => {
            let sentence = "No one has a post in the new unit on this day who had one in the other within a month before. \
                            Import the staff list with the new unit first.";
            CommandRefusal::new(RefusalCode::NothingToChange, sentence)
        }
    })?;
    if people.contains(&command.me) {
        let sentence = "Your own post has moved too. Another coordinator must carry the roles over.";
        return Err(CommandRefusal::new(RefusalCode::OwnCase, sentence));
    }
    Ok((moved, people))
}

/// Carries everything over that the people have for the unit. In a trial the transaction is dropped.
async fn store(
    mut command: RegisterCommand,
    moved: Reorganisation,
    people: &BTreeSet<PersonIx>,
    preview: bool,
) -> Result<CarryOver, ApiError> {
    let Reorganisation { from, to, day } = moved;
    let confirm_by = confirm_by(day, command.today);
    let units = &command.index().roster().units;
    let (from_id, to_id) = (units[from.at()].id, units[to.at()].id);
    let row = carry_over::begin(&mut command.txn, from_id, to_id, day, confirm_by).await?;
    let mut change = command.change();
    change.effective_on = day;
    change.objects = [Object::unit(from_id), Object::unit(to_id)].into();
    let number = u32::try_from(people.len()).unwrap_or(u32::MAX);
    let mut done = CarryOver { people: number, roles: 0, nominations: 0, left: 0, confirm_by: Date(confirm_by) };
    for person in people {
        let numbers = command.numbers_of(*person);
        for role in [Role::PeerSupporter, Role::Trainer, Role::Champion] {
            let key = |unit| RoleKey { person: numbers.clone(), role, unit };
            let Some(held) = role::held(command.txn.connection(), &key(from_id), day).await? else { continue };
            if role::held(command.txn.connection(), &key(to_id), day).await?.is_some() {
                done.left += 1;
                continue;
            }
            let begun = held.carry_over(&mut command.txn, &row).await?;
            kept::keep(&mut command.txn, held.row.person_id, role, Wish::Other, command.today).await?;
            done.roles += 1;
            change.people.insert(held.row.person_id);
            change.objects.extend([Object::allocation(held.row.id), Object::allocation(begun.row.id)]);
        }
        let carried = carry_nominations(&mut command, &numbers, &row).await?;
        done.left += carried.left;
        done.nominations += u32::try_from(carried.changed.len()).unwrap_or(u32::MAX);
        change.objects.extend(carried.changed.into_iter().map(Object::nomination));
        change.objects.insert(Object::person(command.id_of(*person)));
    }
    change.after = Some(json!({
        "fromUnit": from_id, "toUnit": to_id, "from": day, "confirmBy": confirm_by, "roles": done.roles,
        "nominations": done.nominations,
    }));
    if !preview {
        command.finish_for_everyone(change).await?;
    }
    Ok(done)
}

struct CarriedNominations {
    changed: Vec<NominationId>,
    left: u32,
}

/// Carries the open nominations of a person for the unit over, unless there is one for the new unit.
async fn carry_nominations(
    command: &mut RegisterCommand,
    numbers: &[PersonId],
    moved: &entity::table::carry_over::Model,
) -> Result<CarriedNominations, ApiError> {
    let mut all = of_person(command.txn.connection(), numbers).await?;
    all.retain(|stored| {
        let is_open = facts_of(&command.known, stored).is_some_and(|facts| {
            let terms = terms_of(&command.known, &facts);
            entity::register::nomination::lapses_on(command.index(), &facts, &terms, command.today) > command.today
        });
        stored.row.ended_as.is_none() && is_open
    });
    let mut carried = CarriedNominations { changed: Vec::new(), left: 0 };
    for stored in all.iter().filter(|stored| stored.row.unit_id == moved.from_unit_id) {
        let is_same = |other: &nomination::Model| other.unit_id == moved.to_unit_id && other.role == stored.row.role;
        if all.iter().any(|other| is_same(&other.row)) {
            carried.left += 1;
            continue;
        }
        let after = nomination::Model { unit_id: moved.to_unit_id, ..stored.row.clone() };
        command.write(&stored.row, after).await?;
        carried.changed.push(stored.row.id);
    }
    Ok(carried)
}
