//! Appointing a person to be responsible for a unit, and ending an appointment.

use async_graphql::{Context, ID, InputObject, SimpleObject};
use entity::coverage::roster::{PersonIx, UnitIx};
use entity::id::{AppointmentId, PersonId, UnitId};
use entity::period::{Day, Validity};
use entity::register::authority::{AuthorityRefusal, NewAppointment, WishedDays, check_appointment, ended, replaced};
use entity::store::register::change::Object;
use entity::store::register::kept_fact::{self, KeptFact};
use entity::table::appointment;
use entity::value;
use entity::value::command::{Command, ObjectKind};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::EntityTrait as _;
use serde_json::json;

use super::super::command::{Begun, RegisterCommand, show_result};
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::NamedPerson;
use crate::access::Right;
use crate::graphql::day_view::DayScope;
use crate::graphql::directory::Appointed;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::object::enums::AppointmentRole;
use crate::graphql::object::organisation::Appointment;
use crate::graphql::scalar::Date;

/// An appointment to record.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AppointInput {
    /// The person's ID. Give this or `workEmail`.
    person_id: Option<ID>,
    /// The person's work address.
    work_email: Option<String>,
    /// Code of the unit.
    unit_code: String,
    /// The role.
    role: AppointmentRole,
    /// First day, from today to a year ahead.
    from: Date,
    /// Last day. Defaults to no end.
    until: Option<Date>,
    /// An appointment for the same unit and role that ends on the day before. Defaults to none.
    replaces: Option<ID>,
    /// Whether this is a trial: nothing is stored, and the response shows what would be refused.
    #[graphql(default = false)]
    preview: bool,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// The end of an appointment.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct EndAppointmentInput {
    /// The appointment's ID.
    appointment_id: ID,
    /// Its last day, from yesterday on: it then holds no longer today. One that has not begun by then is removed.
    last_day: Date,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// The result of a command about an appointment.
#[derive(Debug, SimpleObject)]
pub(crate) struct AppointmentPayload {
    /// The appointment now. Null if it was refused, in a trial, if it was removed, and if the viewer may not see the person.
    appointment: Option<Appointment>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

impl AppointmentPayload {
    fn refused(refusal: impl Into<CommandRefusal>) -> Self {
        Self { appointment: None, refusals: vec![refusal.into()] }
    }

    const fn nothing() -> Self {
        Self { appointment: None, refusals: Vec::new() }
    }

    /// Reads an appointment of a unit again, as the viewer may see it now.
    async fn shown(ctx: &Context<'_>, code: &str, wanted: impl Fn(&Appointed) -> bool) -> Result<Self, ApiError> {
        show_result(ctx).await?;
        let day_scope = DayScope::on(ctx, None).await?;
        let Some(unit) = day_scope.known.unit_by_code(code) else { return Ok(Self::nothing()) };
        let rows = day_scope.known.directory.appointments(day_scope.facts(unit).id);
        let found = rows.iter().find(|row| wanted(row)).and_then(|row| Appointment::on(&day_scope, row));
        Ok(Self { appointment: found, refusals: Vec::new() })
    }
}

pub(super) async fn appoint(ctx: &Context<'_>, input: AppointInput) -> Result<AppointmentPayload, ApiError> {
    let key = input.idempotency_key.clone();
    let role: value::AppointmentRole = input.role.into();
    let from = input.from.0;
    let mut command = match RegisterCommand::begin(ctx, Command::Appoint, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(objects) => {
            let people = objects.iter().filter(|object| object.kind == ObjectKind::Person);
            let people: Vec<_> = people.map(|object| PersonId(object.id)).collect();
            let same =
                |row: &Appointed| row.role == role && row.validity.from == Some(from) && people.contains(&row.person);
            return AppointmentPayload::shown(ctx, &input.unit_code, same).await;
        }
        Begun::Refused(refusal) => return Ok(AppointmentPayload::refused(refusal)),
    };
    command.scope.require_of_person(Right::Register)?;
    let checked = match check(&command, &input, role).await? {
        Ok(checked) => checked,
        Err(refusal) => return Ok(AppointmentPayload::refused(refusal)),
    };
    if input.preview {
        return Ok(AppointmentPayload::nothing());
    }
    let Checked { person, unit, validity, former } = checked;
    let (person_id, unit_id) = (command.id_of(person), command.index().roster().units[unit.at()].id);
    let mut change = command.change();
    change.effective_on = from;
    change.objects = [Object::person(person_id), Object::unit(unit_id)].into();
    change.units = [unit_id].into();
    change.people = [person_id].into();
    let replaced = former.as_ref().map(|(row, _)| row.id);
    if let Some((row, ended)) = former {
        change.objects.insert(Object::person(row.person_id));
        change.people.insert(row.person_id);
        let after = appointment::Model { valid_to: ended.to, ..row.clone() };
        change.before = Some(json!({ "replaced": row.id, "person": row.person_id, "until": row_last(&row) }));
        command.txn.update::<appointment::Entity, appointment::ActiveModel>(&row, after).await?;
        keep(&mut command, unit_id, row.person_id, role).await?;
    }
    keep(&mut command, unit_id, person_id, role).await?;
    let row = appointment::ActiveModel {
        id: NotSet,
        unit_id: Set(unit_id),
        person_id: Set(person_id),
        role: Set(role),
        valid_from: Set(validity.from),
        valid_to: Set(validity.to),
        delegate_id: Set(None),
        delegate_from: Set(None),
        delegate_to: Set(None),
    };
    let row = command.txn.insert::<appointment::Entity, _>(row).await?;
    change.after = Some(json!({
        "appointment": row.id, "person": person_id, "unit": unit_id, "role": role, "from": from, "until": validity.last(),
        "replaces": replaced,
    }));
    command.finish(change).await?;
    AppointmentPayload::shown(ctx, &input.unit_code, |known| known.id == row.id).await
}

/// An appointment that may be recorded.
struct Checked {
    person: PersonIx,
    unit: UnitIx,
    validity: Validity,
    /// The appointment that it replaces, and its new validity.
    former: Option<(appointment::Model, Validity)>,
}

async fn check(
    command: &RegisterCommand,
    input: &AppointInput,
    role: value::AppointmentRole,
) -> Result<Result<Checked, CommandRefusal>, ApiError> {
    let unit = match command.open_unit(&input.unit_code) {
        Ok(unit) => unit,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let named = NamedPerson { id: input.person_id.as_ref(), work_email: input.work_email.as_deref() };
    let person = match command.named_person(named).await? {
        Ok(person) => person,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let days = WishedDays { from: input.from.0, until: input.until.map(|Date(day)| day) };
    let new = NewAppointment { person, unit, role, days };
    let validity = match check_appointment(command.index(), &new, command.me, command.today) {
        Ok(validity) => validity,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    let former = match &input.replaces {
        None => None,
        Some(id) => {
            let unit_id = command.index().roster().units[unit.at()].id;
            let row = match NodeId::decode_appointment(id) {
                Some(id) => stored(command, id).await?,
                None => None,
            };
            let of_office = row.filter(|row| row.unit_id == unit_id && row.role == role);
            let Some(row) = of_office else { return Ok(Err(AuthorityRefusal::NotReplaceable.into())) };
            match replaced(validity_of(&row), input.from.0) {
                Ok(ended) => Some((row, ended)),
                Err(refusal) => return Ok(Err(refusal.into())),
            }
        }
    };
    Ok(Ok(Checked { person, unit, validity, former }))
}

pub(super) async fn end(ctx: &Context<'_>, input: EndAppointmentInput) -> Result<AppointmentPayload, ApiError> {
    let EndAppointmentInput { appointment_id, last_day: Date(last), idempotency_key } = input.clone();
    let not_found = || ApiError::not_found("appointment", "appointmentId", appointment_id.as_str());
    let mut command = match RegisterCommand::begin(ctx, Command::EndAppointment, idempotency_key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(_) => return shown_by_id(ctx, NodeId::decode_appointment(&appointment_id)).await,
        Begun::Refused(refusal) => return Ok(AppointmentPayload::refused(refusal)),
    };
    command.scope.require_of_person(Right::Register)?;
    let id = NodeId::decode_appointment(&appointment_id).ok_or_else(not_found)?;
    let row = stored(&command, id).await?.ok_or_else(not_found)?;
    let after = match ended(validity_of(&row), last, command.today) {
        Ok(after) => after,
        Err(AuthorityRefusal::BeforeToday) => {
            let sentence = "`lastDay` must be yesterday or later.";
            let refusal = CommandRefusal::about(RefusalCode::DayOutOfRange, "lastDay", sentence);
            return Ok(AppointmentPayload::refused(refusal));
        }
        Err(refusal) => return Ok(AppointmentPayload::refused(refusal)),
    };
    let mut change = command.change();
    change.effective_on = last.plus_days(1).max(command.today);
    change.objects = [Object::person(row.person_id), Object::unit(row.unit_id)].into();
    change.units = [row.unit_id].into();
    change.people = [row.person_id].into();
    change.people.extend(row.delegate_id);
    change.before = Some(json!({ "appointment": row.id, "role": row.role, "until": row_last(&row) }));
    change.after = Some(json!({ "appointment": row.id, "until": after.map(|_| last), "removed": after.is_none() }));
    match after {
        Some(validity) => {
            let shortened = appointment::Model { valid_to: validity.to, ..row.clone() };
            command.txn.update::<appointment::Entity, appointment::ActiveModel>(&row, shortened).await?;
        }
        None => command.txn.delete::<appointment::Entity>(&row).await?,
    }
    keep(&mut command, row.unit_id, row.person_id, row.role).await?;
    command.finish(change).await?;
    shown_by_id(ctx, Some(id)).await
}

/// Keeps the appointments of a person in the register: files no longer change them.
pub(super) async fn keep(
    command: &mut RegisterCommand,
    unit: UnitId,
    person: PersonId,
    role: value::AppointmentRole,
) -> Result<(), ApiError> {
    let today = command.today;
    Ok(kept_fact::keep(&mut command.txn, KeptFact::Appointment { unit, person, role }, today).await?)
}

/// Reads an appointment again, as the viewer may see it now.
async fn shown_by_id(ctx: &Context<'_>, id: Option<AppointmentId>) -> Result<AppointmentPayload, ApiError> {
    show_result(ctx).await?;
    let day_scope = DayScope::on(ctx, None).await?;
    let found = id.and_then(|id| day_scope.known.directory.appointment(id));
    let appointment = found.and_then(|row| Appointment::on(&day_scope, row));
    Ok(AppointmentPayload { appointment, refusals: Vec::new() })
}

async fn stored(command: &RegisterCommand, id: AppointmentId) -> Result<Option<appointment::Model>, ApiError> {
    Ok(appointment::Entity::find_by_id(id).one(command.txn.connection()).await?)
}

const fn validity_of(row: &appointment::Model) -> Validity {
    Validity { from: row.valid_from, to: row.valid_to }
}

fn row_last(row: &appointment::Model) -> Option<Day> {
    validity_of(row).last()
}
