//! Withdrawing a manager's approval.

use async_graphql::{Context, ID, InputObject};
use entity::period::Day;
use entity::register::facts::capacities;
use entity::register::renewal::withdrawn_on;
use entity::store::register::kept::{self, Wish};
use entity::table::approval;
use entity::value::command::Command;
use entity::value::{self, Role};
use serde_json::json;

use super::super::command::{Begun, RegisterCommand};
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::payload::{AllocationPayload, AllocationResult, repeated};
use super::target::{NamedRole, RoleTarget, not_your_step};
use crate::graphql::error::ApiError;
use crate::graphql::object::enums::NetworkRole;
use crate::graphql::object::nomination::ApproverCapacity;
use crate::graphql::scalar::Date;

/// An approval to withdraw. Name the role either by `allocationId`, or by `personId`, `role` and `unitCode`.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct WithdrawApprovalInput {
    /// The allocation's ID.
    allocation_id: Option<ID>,
    /// The ID of the person with the role. Not used with `allocationId`.
    person_id: Option<ID>,
    /// The role.
    role: Option<NetworkRole>,
    /// Code of the unit of the role.
    unit_code: Option<String>,
    /// The approval of the line or of the senior manager.
    capacity: ApproverCapacity,
    /// First day without the approval: today, or at most 7 days back, or 31 for a coordinator. Defaults to today.
    day: Option<Date>,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

pub(super) async fn withdraw(ctx: &Context<'_>, input: WithdrawApprovalInput) -> Result<AllocationPayload, ApiError> {
    let result = withdraw_one(ctx, input).await?;
    AllocationPayload::new(ctx, result).await
}

async fn withdraw_one(ctx: &Context<'_>, input: WithdrawApprovalInput) -> Result<AllocationResult, ApiError> {
    let key = input.idempotency_key.clone();
    let command = match RegisterCommand::begin(ctx, Command::WithdrawApproval, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(objects) => return Ok(Ok(repeated(&objects))),
        Begun::Refused(refusal) => return Ok(Err(refusal)),
    };
    let WithdrawApprovalInput { allocation_id, person_id, role, unit_code, capacity, day, idempotency_key: _ } = input;
    let capacity: value::ApproverCapacity = capacity.into();
    let named = NamedRole { allocation_id, person_id, role, unit_code };
    let target = command.role_named(&named).await?;
    let target = target
        .filter(|target| {
            command.sees_role(target) || has_approved(&command, target, capacity) || command.is_any_approver(target)
        })
        .ok_or_else(|| named.not_found())?;
    match check(&command, &target, capacity, day) {
        Ok(day) => store(command, &target, capacity, day).await,
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Whether the caller gave an approval of the capacity, or it was given for them.
fn has_approved(command: &RegisterCommand, target: &RoleTarget, capacity: value::ApproverCapacity) -> bool {
    let numbers = command.numbers_of(command.me);
    target.stored.approvals_of(capacity).any(|row| {
        [row.approver_id, row.principal_id].into_iter().flatten().any(|approver| numbers.contains(&approver))
    })
}

fn check(
    command: &RegisterCommand,
    target: &RoleTarget,
    capacity: value::ApproverCapacity,
    day: Option<Date>,
) -> Result<Day, CommandRefusal> {
    if target.person == command.me {
        let sentence = "This is your own role. To give it up, stand down.";
        return Err(CommandRefusal::new(RefusalCode::OwnCase, sentence));
    }
    let day = day.map_or(command.today, |Date(day)| day);
    // A successor must have been in office on the day, too.
    let is_successor = || [command.today, day].into_iter().all(|on| command.is_approver(target, capacity, on));
    if !command.is_coordinator() && !has_approved(command, target, capacity) && !is_successor() {
        let sentence = "Only the manager who gave the approval, their successor and coordinators may withdraw it.";
        return Err(not_your_step(sentence));
    }
    if day < command.earliest() || command.today < day {
        let sentence = format!("`day` must be between {} and today.", command.earliest());
        return Err(CommandRefusal::about(RefusalCode::DayOutOfRange, "day", sentence));
    }
    Ok(day)
}

/// Ends every approval of the capacity that was decided up to `day`: after a renewal there are two.
async fn store(
    mut command: RegisterCommand,
    target: &RoleTarget,
    capacity: value::ApproverCapacity,
    day: Day,
) -> Result<AllocationResult, ApiError> {
    let mut withdrawn = Vec::new();
    for row in target.stored.approvals_of(capacity) {
        let Some(on) = withdrawn_on(row.decided_on, row.withdrawn_on, day) else { continue };
        let changed = approval::Model { withdrawn_on: Some(on), ..row.clone() };
        command.txn.update::<approval::Entity, approval::ActiveModel>(row, changed).await?;
        withdrawn.push(json!({ "decidedOn": row.decided_on }));
    }
    if withdrawn.is_empty() {
        let sentence = format!("No approval of this capacity was given by {day} that is not withdrawn.");
        return Ok(Err(CommandRefusal::new(RefusalCode::NothingToChange, sentence)));
    }
    let (row, today) = (&target.stored.row, command.today);
    // A Wellbeing Champion's approval does not lapse, so the role ends with it.
    let is_needed = capacities(row.role).contains(&capacity);
    let ends_role = row.role == Role::Champion && is_needed && !target.has_ended(day);
    if ends_role {
        target.stored.end(&mut command.txn, day).await?;
    }
    let person = command.id_of(target.person);
    kept::keep(&mut command.txn, person, row.role, Wish::Other, today).await?;
    let mut change = command.change_of(target, day);
    change.before = Some(json!({ "capacity": capacity, "approvals": withdrawn }));
    change.after = Some(json!({ "capacity": capacity, "withdrawnOn": day, "endsRole": ends_role }));
    let id = (row.role == Role::PeerSupporter).then_some(row.id);
    command.finish(change).await?;
    Ok(Ok(id))
}
