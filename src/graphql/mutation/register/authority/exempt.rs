//! Exempting a unit from coverage.

use async_graphql::{Context, ID, InputObject, SimpleObject};
use entity::coverage::roster::PersonIx;
use entity::id::ExemptionId;
use entity::period::Validity;
use entity::register::authority::{NewExemption, WishedDays, check_exemption};
use entity::store::register::change::Object;
use entity::store::register::kept_fact::{self, KeptFact};
use entity::table::{exemption, person};
use entity::value::command::Command;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::EntityTrait as _;
use serde_json::json;

use super::super::command::{Begun, RegisterCommand, show_result};
use super::super::refusal::CommandRefusal;
use super::super::text::check_given;
use super::NamedPerson;
use crate::access::Right;
use crate::graphql::day_view::DayScope;
use crate::graphql::error::ApiError;
use crate::graphql::object::organisation::Exemption;
use crate::graphql::scalar::Date;

/// An exemption to record.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ExemptUnitInput {
    /// Code of the unit.
    unit_code: String,
    /// First exempt day, from today on.
    from: Date,
    /// Last exempt day, at most 12 months from today.
    until: Date,
    /// The reason, in at most 500 characters. Say nothing in it about a person.
    reason: String,
    /// The ID of the person who agreed to it: not the caller.
    agreed_by_person_id: ID,
    /// Whether this is a trial: nothing is stored, and the response shows what would be refused.
    #[graphql(default = false)]
    preview: bool,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// The result of exempting a unit.
#[derive(Debug, SimpleObject)]
pub(crate) struct ExemptionPayload {
    /// The exemption. Null if it was refused, and in a trial.
    exemption: Option<Exemption>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

impl ExemptionPayload {
    fn refused(refusal: impl Into<CommandRefusal>) -> Self {
        Self { exemption: None, refusals: vec![refusal.into()] }
    }
}

pub(super) async fn exempt(ctx: &Context<'_>, input: ExemptUnitInput) -> Result<ExemptionPayload, ApiError> {
    let key = input.idempotency_key.clone();
    let mut command = match RegisterCommand::begin(ctx, Command::ExemptUnit, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(_) => return shown(ctx, &input).await,
        Begun::Refused(refusal) => return Ok(ExemptionPayload::refused(refusal)),
    };
    command.scope.require_of_person(Right::Register)?;
    let unit = match command.open_unit(&input.unit_code) {
        Ok(unit) => unit,
        Err(refusal) => return Ok(ExemptionPayload::refused(refusal)),
    };
    if let Err(refusal) = check_given("reason", &input.reason) {
        return Ok(ExemptionPayload::refused(refusal));
    }
    let named = NamedPerson { id: Some(&input.agreed_by_person_id), work_email: None };
    let agreed_by = match command.named_person(named).await? {
        Ok(person) => person,
        Err(refusal) => {
            let path = vec!["input".to_owned(), "agreedByPersonId".to_owned()];
            return Ok(ExemptionPayload::refused(CommandRefusal { path, ..refusal }));
        }
    };
    let days = WishedDays { from: input.from.0, until: Some(input.until.0) };
    let new = NewExemption { unit, days, agreed_by };
    let (from, to) = match check_exemption(command.index(), &new, command.me, command.today) {
        Ok(Validity { from: Some(from), to: Some(to) }) => (from, to),
        Ok(_) => return Err(ApiError::internal("an exemption has a first and a last day")),
        Err(refusal) => return Ok(ExemptionPayload::refused(refusal)),
    };
    if input.preview {
        return Ok(ExemptionPayload { exemption: None, refusals: Vec::new() });
    }
    let unit_id = command.index().roster().units[unit.at()].id;
    let agreed_by_id = command.id_of(agreed_by);
    let row = exemption::ActiveModel {
        id: NotSet,
        unit_id: Set(unit_id),
        valid_from: Set(from),
        valid_to: Set(to),
        reason: Set(input.reason.trim().to_owned()),
        agreed_by: Set(name_of(&command, agreed_by).await?),
    };
    let row = command.txn.insert::<exemption::Entity, _>(row).await?;
    let id: ExemptionId = row.id;
    let today = command.today;
    kept_fact::keep(&mut command.txn, KeptFact::Exemption { unit: unit_id }, today).await?;
    let mut change = command.change();
    change.effective_on = input.from.0;
    change.objects = [Object::unit(unit_id), Object::person(agreed_by_id)].into();
    change.units = [unit_id].into();
    change.after = Some(json!({
        "exemption": id, "unit": unit_id, "from": input.from.0, "until": input.until.0, "agreedBy": agreed_by_id,
    }));
    command.finish(change).await?;
    shown(ctx, &input).await
}

/// The name of a person as files write who agreed. `None` if none is on file.
async fn name_of(command: &RegisterCommand, person: PersonIx) -> Result<Option<String>, ApiError> {
    let row = person::Entity::find_by_id(command.id_of(person)).one(command.txn.connection()).await?;
    let names = row.map(|row| [row.first_name, row.last_name].into_iter().flatten().collect::<Vec<_>>().join(" "));
    Ok(names.filter(|name| !name.is_empty()))
}

/// Reads the exemption again, as the viewer may see it now.
async fn shown(ctx: &Context<'_>, input: &ExemptUnitInput) -> Result<ExemptionPayload, ApiError> {
    show_result(ctx).await?;
    let day_scope = DayScope::on(ctx, None).await?;
    let wanted = Validity::from_last(Some(input.from.0), Some(input.until.0));
    let found = day_scope.unit(&input.unit_code).and_then(|unit| {
        let mut rows = day_scope.known.directory.exemptions(day_scope.facts(unit).id).iter();
        rows.find(|row| row.validity == wanted).map(|row| Exemption::on(&day_scope, unit, row))
    });
    Ok(ExemptionPayload { exemption: found, refusals: Vec::new() })
}
