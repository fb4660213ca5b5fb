//! Lowering what was agreed for an allocation. What raises it is a new nomination, with both approvals.

use async_graphql::{Context, ID, InputObject};
use entity::period::Validity;
use entity::register::allocation::{AgreedTerms, CannotLower, Lowering, may_last_until};
use entity::store::register::change::Object;
use entity::store::register::kept::{self, Wish};
use entity::value::Role;
use entity::value::command::Command;
use serde_json::json;

use super::super::command::{Begun, RegisterCommand};
use super::super::decide::hundredths;
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::payload::{AllocationPayload, AllocationResult, repeated};
use super::target::{RoleTarget, not_your_step};
use crate::graphql::error::ApiError;
use crate::graphql::scalar::Date;

/// What is lowered about an allocation. What is left out stays as it is.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ChangeAllocationInput {
    /// The allocation's ID.
    allocation_id: ID,
    /// The new part of the person's time, in thousandths: 1 to 1000.
    share: Option<i32>,
    /// The new protected time, 0.5 to 40 hours per month.
    protected_hours: Option<f64>,
    /// The new last day, from yesterday on.
    last_day: Option<Date>,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

pub(super) async fn change(ctx: &Context<'_>, input: ChangeAllocationInput) -> Result<AllocationPayload, ApiError> {
    let result = change_one(ctx, input).await?;
    AllocationPayload::new(ctx, result).await
}

async fn change_one(ctx: &Context<'_>, input: ChangeAllocationInput) -> Result<AllocationResult, ApiError> {
    let key = input.idempotency_key.clone();
    let command = match RegisterCommand::begin(ctx, Command::ChangeAllocation, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(objects) => return Ok(Ok(repeated(&objects))),
        Begun::Refused(refusal) => return Ok(Err(refusal)),
    };
    let target = command.role_with_id(&input.allocation_id).await?;
    let target = target
        .filter(|target| target.stored.row.role == Role::PeerSupporter && command.sees_role(target))
        .ok_or_else(|| ApiError::not_found("allocation", "allocationId", input.allocation_id.as_str()))?;
    match check(&command, &target, &input) {
        Ok(lowering) => store(command, target, lowering).await,
        Err(refusal) => Ok(Err(refusal)),
    }
}

fn check(
    command: &RegisterCommand,
    target: &RoleTarget,
    input: &ChangeAllocationInput,
) -> Result<Lowering, CommandRefusal> {
    let ChangeAllocationInput { allocation_id: _, share, protected_hours, last_day, idempotency_key: _ } = input;
    let may_change_all = target.person == command.me || command.is_coordinator();
    let is_line_manager = command.scope.managed().contains(&target.person);
    let changes_hours_only = share.is_none() && last_day.is_none();
    if !(may_change_all || is_line_manager && changes_hours_only) {
        let sentence = "Only the Peer Supporter and coordinators may change the share and the last day; the line manager may \
                        lower the protected time.";
        return Err(not_your_step(sentence));
    }
    if target.has_ended(command.today) {
        return Err(CommandRefusal::new(RefusalCode::NoSuchRole, "The allocation has ended."));
    }
    if share.is_some_and(|share| !(1..=1000).contains(&share)) {
        let sentence = "`share` must be between 1 and 1000 thousandths.";
        return Err(CommandRefusal::about(RefusalCode::ShareOutOfRange, "share", sentence));
    }
    let last_day = last_day.map(|Date(day)| day);
    if last_day.is_some_and(|day| !may_last_until(command.today.plus_days(-1), day)) {
        let sentence = "`lastDay` must be yesterday or later, and at most ten years ahead.";
        return Err(CommandRefusal::about(RefusalCode::DayOutOfRange, "lastDay", sentence));
    }
    let row = &target.stored.row;
    let agreed = AgreedTerms {
        share: row.share,
        protected_hours: target.stored.terms_on(command.today).and_then(|terms| terms.protected_hours),
        validity: Validity { from: row.valid_from, to: row.valid_to },
    };
    let protected_hours = protected_hours.map(hundredths).transpose()?;
    Lowering { share: *share, protected_hours, last_day }.of(&agreed).map_err(cannot_lower)
}

fn cannot_lower(cause: CannotLower) -> CommandRefusal {
    let raises = |field: &str| {
        let sentence = format!("`{field}` may only be lowered here. To raise it, make a new nomination.");
        CommandRefusal::about(RefusalCode::WouldRaise, field, sentence)
    };
    match cause {
        CannotLower::Nothing => {
            CommandRefusal::new(RefusalCode::NothingToChange, "All of this is so already. Give what is to be lowered.")
        }
        CannotLower::RaisesShare => raises("share"),
        CannotLower::RaisesHours => raises("protectedHours"),
        CannotLower::RaisesEnd => raises("lastDay"),
    }
}

async fn store(
    mut command: RegisterCommand,
    target: RoleTarget,
    lowering: Lowering,
) -> Result<AllocationResult, ApiError> {
    let today = command.today;
    let Lowering { share, protected_hours, last_day } = lowering;
    let mut change = command.change_of(&target, today);
    let (before, hours_before) = (target.stored.row.clone(), target.stored.terms_on(today).cloned());
    let mut stored = target.stored;
    if let Some(share) = share {
        stored = stored.lower_share(&mut command.txn, share, today).await?;
    }
    if let Some(hours) = protected_hours {
        stored.set_hours(&mut command.txn, hours, today).await?;
    }
    if let Some(last) = last_day {
        stored.row = stored.end(&mut command.txn, last.plus_days(1)).await?;
    }
    let is_own_end = last_day.is_some() && target.person == command.me;
    let wish = if is_own_end { Wish::Own } else { Wish::Other };
    let person = command.id_of(target.person);
    kept::keep(&mut command.txn, person, Role::PeerSupporter, wish, today).await?;
    change.objects.insert(Object::allocation(stored.row.id));
    let hours_before = hours_before.and_then(|terms| terms.protected_hours);
    let last = |row: &entity::table::allocation::Model| row.valid_to.map(|to| to.plus_days(-1));
    change.before = Some(json!({
        "share": before.share, "protectedHours": hours_before, "lastDay": last(&before),
    }));
    change.after = Some(json!({
        "allocation": stored.row.id, "share": stored.row.share, "protectedHours": protected_hours.or(hours_before),
        "lastDay": last(&stored.row),
    }));
    let id = stored.row.id;
    command.finish(change).await?;
    Ok(Ok(Some(id)))
}
