//! Naming a delegate of a senior manager, a coordinator or a line manager.

use async_graphql::{Context, ID, InputObject, SimpleObject};
use entity::coverage::roster::{PersonIx, UnitIx};
use entity::id::PersonId;
use entity::period::{Day, Validity};
use entity::register::authority::WishedDays;
use entity::register::delegation::{AppointmentPart, NewDelegate, Office, check_delegate, divided};
use entity::store::register::NewChange;
use entity::store::register::change::Object;
use entity::store::register::delegation::{NewDelegation, stand_in};
use entity::table::{appointment, delegation};
use entity::value::AppointmentRole;
use entity::value::command::{Command, ObjectKind};
use entity::value::register::DelegationKind;
use sea_orm::ActiveValue::NotSet;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;

use super::super::command::{Begun, RegisterCommand, show_result};
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::NamedPerson;
use super::appoint::keep;
use crate::access::Right;
use crate::graphql::day_view::DayScope;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::object::organisation::Person;
use crate::graphql::scalar::Date;

/// A delegate to name.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct DelegateInput {
    /// The ID of the person that the delegate stands in for. Defaults to the caller; coordinators may name others.
    for_person_id: Option<ID>,
    /// The delegate's ID. Give this or `workEmail`.
    person_id: Option<ID>,
    /// The delegate's work address.
    work_email: Option<String>,
    /// Code of the unit for which the person is responsible. Left out only for a line manager without an appointment.
    unit_code: Option<String>,
    /// First day, from today to a year ahead.
    from: Date,
    /// Last day.
    until: Date,
    /// Whether this is a trial: nothing is stored, and the response shows what would be refused.
    #[graphql(default = false)]
    preview: bool,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// A person who acts for another on some days.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Delegation {
    /// The person that the delegate stands in for. Null if the viewer may not see that person.
    principal: Option<Person>,
    /// The delegate. Null if the viewer may not see that person.
    delegate: Option<Person>,
    /// Code of the unit for which the person is responsible. Null for a line manager without an appointment.
    unit_code: Option<String>,
    /// First day.
    first_day: Date,
    /// Last day.
    last_day: Date,
}

/// The result of naming a delegate.
#[derive(Debug, SimpleObject)]
pub(crate) struct DelegationPayload {
    /// The delegation. Null if it was refused, and in a trial.
    delegation: Option<Delegation>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

impl DelegationPayload {
    fn refused(refusal: impl Into<CommandRefusal>) -> Self {
        Self { delegation: None, refusals: vec![refusal.into()] }
    }
}

pub(super) async fn delegate(ctx: &Context<'_>, input: DelegateInput) -> Result<DelegationPayload, ApiError> {
    let key = input.idempotency_key.clone();
    let mut command = match RegisterCommand::begin(ctx, Command::Delegate, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(objects) => {
            let people = objects.iter().filter(|object| object.kind == ObjectKind::Person);
            return shown(ctx, &input, &people.map(|object| PersonId(object.id)).collect::<Vec<_>>()).await;
        }
        Begun::Refused(refusal) => return Ok(DelegationPayload::refused(refusal)),
    };
    let new = match find(&command, &input).await? {
        Ok(new) => new,
        Err(refusal) => return Ok(DelegationPayload::refused(refusal)),
    };
    let checked = match check_delegate(command.index(), &new, command.me, command.today) {
        Ok(checked) => checked,
        Err(refusal) => return Ok(DelegationPayload::refused(refusal)),
    };
    if input.preview {
        return Ok(DelegationPayload { delegation: None, refusals: Vec::new() });
    }
    let (principal, person) = (command.id_of(new.principal), command.id_of(new.delegate));
    let mut change = command.change();
    change.effective_on = input.from.0;
    change.objects = [Object::person(principal), Object::person(person)].into();
    change.people = [principal, person].into();
    let after = json!({ "principal": principal, "delegate": person, "from": input.from.0, "until": input.until.0 });
    change.after = Some(after);
    match checked.office {
        Office::Appointment { unit, role } => {
            name_in_appointment(&mut command, &mut change, &new, (unit, role), checked.validity).await?;
        }
        Office::LineManager => name_for_line_manager(&mut command, &mut change, &new, checked.validity).await?,
    }
    command.finish(change).await?;
    shown(ctx, &input, &[principal, person]).await
}

/// Finds the people and the unit that are meant.
async fn find(
    command: &RegisterCommand,
    input: &DelegateInput,
) -> Result<Result<NewDelegate, CommandRefusal>, ApiError> {
    let is_coordinator = command.scope.require_of_person(Right::Register).is_ok();
    let principal = input
        .for_person_id
        .as_ref()
        .map_or(Some(command.me), |id| NodeId::decode_person(id).and_then(|id| command.known.person_by_id(id)));
    let principal = match principal {
        Some(principal) if principal == command.me || is_coordinator => principal,
        None if is_coordinator => {
            let sentence = "No person on file has this ID. Check `forPersonId`.";
            return Ok(Err(CommandRefusal::about(RefusalCode::PersonUnknown, "forPersonId", sentence)));
        }
        Some(_) | None => {
            let sentence =
                "Only the person themselves or a coordinator names a delegate. A delegate cannot delegate on.";
            return Ok(Err(CommandRefusal::about(RefusalCode::NotYourStep, "forPersonId", sentence)));
        }
    };
    let unit = match input.unit_code.as_deref().map(|code| command.open_unit(code)).transpose() {
        Ok(unit) => unit,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let named = NamedPerson { id: input.person_id.as_ref(), work_email: input.work_email.as_deref() };
    let delegate = match command.named_person(named).await? {
        Ok(delegate) => delegate,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let days = WishedDays { from: input.from.0, until: Some(input.until.0) };
    Ok(Ok(NewDelegate { principal, delegate, unit, days }))
}

/// Stores the delegate of an appointment, in each of its rows that holds on some of the days. Earlier delegates keep their
/// other days: then the row becomes several, each with one delegate.
async fn name_in_appointment(
    command: &mut RegisterCommand,
    change: &mut NewChange,
    new: &NewDelegate,
    (unit, role): (UnitIx, AppointmentRole),
    validity: Validity,
) -> Result<(), ApiError> {
    let unit_id = command.index().roster().units[unit.at()].id;
    let numbers = command.numbers_of(new.principal);
    let rows = appointment::Entity::find()
        .filter(appointment::Column::UnitId.eq(unit_id))
        .filter(appointment::Column::Role.eq(role))
        .filter(appointment::Column::PersonId.is_in(numbers))
        .order_by_asc(appointment::Column::Id)
        .all(command.txn.connection())
        .await?;
    let held = |row: &appointment::Model| Validity { from: row.valid_from, to: row.valid_to };
    let mut replaced = Vec::new();
    for row in rows.into_iter().filter(|row| held(row).overlaps(validity)) {
        let earlier = row.delegate_id.map(|_| Validity { from: row.delegate_from, to: row.delegate_to });
        let named = appointment::Model {
            delegate_id: Some(command.id_of(new.delegate)),
            delegate_from: validity.from,
            delegate_to: validity.to,
            ..row.clone()
        };
        let parts = divided(held(&row), earlier, validity).into_iter().map(|part| {
            let AppointmentPart { validity: Validity { from, to }, is_new } = part;
            let of_part = if is_new { &named } else { &row };
            appointment::Model { valid_from: from, valid_to: to, ..of_part.clone() }
        });
        for (nth, part) in parts.enumerate() {
            if nth == 0 {
                command.txn.update::<appointment::Entity, appointment::ActiveModel>(&row, part).await?;
            } else {
                let part = appointment::ActiveModel { id: NotSet, ..part.into() };
                command.txn.insert::<appointment::Entity, _>(part).await?;
            }
        }
        keep(command, unit_id, row.person_id, role).await?;
        if let Some(delegate) = row.delegate_id {
            change.people.insert(delegate);
            replaced.push(json!({
                "appointment": row.id, "delegate": delegate, "from": row.delegate_from,
                "until": row.delegate_to.map(|to: Day| to.plus_days(-1)),
            }));
        }
    }
    change.objects.insert(Object::unit(unit_id));
    change.units.insert(unit_id);
    change.before = match replaced.len() {
        0 => None,
        1 => replaced.pop(),
        _ => Some(json!({ "delegates": replaced })),
    };
    Ok(())
}

/// Stores the delegate of a line manager without an appointment.
async fn name_for_line_manager(
    command: &mut RegisterCommand,
    change: &mut NewChange,
    new: &NewDelegate,
    validity: Validity,
) -> Result<(), ApiError> {
    let people = (new.principal, new.delegate);
    let replaced = stand_in_as(command, DelegationKind::Delegate, people, validity).await?;
    note_replaced(change, &replaced);
    Ok(())
}

/// Stores that the second of two people stands in for the first on some days.
pub(super) async fn stand_in_as(
    command: &mut RegisterCommand,
    kind: DelegationKind,
    (principal, delegate): (PersonIx, PersonIx),
    validity: Validity,
) -> Result<Vec<delegation::Model>, ApiError> {
    let Validity { from: Some(from), to: Some(to) } = validity else {
        return Err(ApiError::internal("a person stands in from a day to a day"));
    };
    let new = NewDelegation {
        kind,
        principal: command.numbers_of(principal),
        principal_id: command.id_of(principal),
        delegate_id: command.id_of(delegate),
        from,
        to,
        appointed_by: command.actor(),
    };
    Ok(stand_in(&mut command.txn, new).await?)
}

/// Notes in a change record who gives days up by it.
pub(super) fn note_replaced(change: &mut NewChange, replaced: &[delegation::Model]) {
    for row in replaced {
        change.people.insert(row.delegate_id);
        change.objects.insert(Object::person(row.delegate_id));
    }
    if !replaced.is_empty() {
        change.before = Some(json!({ "replaced": replaced.iter().map(|row| row.id).collect::<Vec<_>>() }));
    }
}

/// Reads the delegation between two of these people again, as the viewer may see them now.
async fn shown(ctx: &Context<'_>, input: &DelegateInput, people: &[PersonId]) -> Result<DelegationPayload, ApiError> {
    show_result(ctx).await?;
    let day_scope = DayScope::on(ctx, None).await?;
    let wanted = Validity::from_last(Some(input.from.0), Some(input.until.0));
    let people: Vec<PersonIx> = people.iter().filter_map(|id| day_scope.known.person_by_id(*id)).collect();
    let (index, roster) = (day_scope.index(), day_scope.index().roster());
    let is_meant = |principal: PersonIx, delegate: PersonIx, days: Validity| {
        days == wanted && people.contains(&principal) && people.contains(&delegate)
    };
    let found = match input.unit_code.as_deref().map(|code| day_scope.known.unit_by_code(code)) {
        None => {
            let mut rows = people.iter().flat_map(|person| index.delegations_of(*person));
            rows.find(|row| is_meant(row.principal, row.delegate, row.validity))
                .map(|row| (row.principal, row.delegate))
        }
        Some(unit) => {
            let rows = unit.into_iter().flat_map(|unit| index.appointments_for(unit));
            let pairs = rows.filter_map(|row| row.delegate.map(|(by, days)| (row.person, by, days)));
            let mut pairs = pairs.filter(|(person, by, days)| is_meant(*person, *by, *days));
            pairs.next().map(|(person, by, _)| (person, by))
        }
    };
    let seen = |person: PersonIx| Person::seen(&day_scope, roster.people[person.at()].id);
    let delegation = found.map(|(principal, delegate)| Delegation {
        principal: seen(principal),
        delegate: seen(delegate),
        unit_code: input.unit_code.clone(),
        first_day: input.from,
        last_day: input.until,
    });
    Ok(DelegationPayload { delegation, refusals: Vec::new() })
}
