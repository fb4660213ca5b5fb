//! Giving a role up.

use async_graphql::{Context, ID, InputObject};
use entity::store::register::kept;
use entity::value::command::Command;
use serde_json::json;

use super::super::command::{Begun, RegisterCommand};
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::payload::RolePayload;
use super::target::{NamedRole, not_your_step};
use crate::graphql::error::ApiError;
use crate::graphql::object::enums::NetworkRole;
use crate::graphql::scalar::Date;

/// A role to give up. Name it either by `allocationId`, or by `role` and `unitCode`.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StandDownInput {
    /// The allocation's ID.
    allocation_id: Option<ID>,
    /// The ID of the person with the role. Defaults to the caller; not used with `allocationId`.
    person_id: Option<ID>,
    /// The role.
    role: Option<NetworkRole>,
    /// Code of the unit of the role.
    unit_code: Option<String>,
    /// First day without the role: at most 7 days back, or 31 for a coordinator, and at most a year ahead. Defaults to today.
    day: Option<Date>,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

pub(super) async fn stand_down(ctx: &Context<'_>, input: StandDownInput) -> Result<RolePayload, ApiError> {
    let key = input.idempotency_key.clone();
    let mut command = match RegisterCommand::begin(ctx, Command::StandDown, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(objects) => return RolePayload::repeated(ctx, &objects).await,
        Begun::Refused(refusal) => return Ok(RolePayload::refused(refusal)),
    };
    let StandDownInput { allocation_id, person_id, role, unit_code, day, idempotency_key: _ } = input;
    let named = NamedRole { allocation_id, person_id, role, unit_code };
    let target = command.role_named(&named).await?.filter(|target| command.sees_role(target));
    let target = target.ok_or_else(|| named.not_found())?;
    if target.person != command.me && !command.is_coordinator() {
        let refusal = not_your_step("Only the person themselves and coordinators may do this.");
        return Ok(RolePayload::refused(refusal));
    }
    let day = match command.day("day", day) {
        Ok(day) => day,
        Err(refusal) => return Ok(RolePayload::refused(refusal)),
    };
    if target.has_ended(day) {
        let sentence = format!("The role has ended by {day} already.");
        return Ok(RolePayload::refused(CommandRefusal::new(RefusalCode::NothingToChange, sentence)));
    }
    let (person, today, wish) = (command.id_of(target.person), command.today, command.wish(target.person));
    let mut change = command.change_of(&target, day);
    let ended = target.stored.end(&mut command.txn, day).await?;
    kept::keep(&mut command.txn, person, target.stored.row.role, wish, today).await?;
    change.private = true;
    let last = |row: &entity::table::allocation::Model| row.valid_to.map(|to| to.plus_days(-1));
    change.before = Some(json!({ "lastDay": last(&target.stored.row) }));
    change.after = Some(json!({ "lastDay": last(&ended) }));
    command.finish(change).await?;
    RolePayload::done(ctx, person).await
}
