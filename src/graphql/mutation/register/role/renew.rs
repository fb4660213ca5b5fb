//! Renewing managers' approvals before they lapse.

use async_graphql::{Context, ID, InputObject};
use entity::coverage::roster::PersonIx;
use entity::period::Day;
use entity::register::approvers::may_decide;
use entity::register::renewal::{Renewable, hours_after, renewable};
use entity::store::register::kept::{self, Wish};
use entity::table::approval;
use entity::value::command::Command;
use entity::value::register::CannotDecide;
use entity::value::{self, Role};
use sea_orm::ActiveValue::{NotSet, Set};
use serde_json::json;

use super::super::command::{Begun, RegisterCommand};
use super::super::decide::hundredths;
use super::super::nominate::check_number;
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::payload::{AllocationResult, AllocationsPayload, repeated};
use super::target::RoleTarget;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::object::nomination::ApproverCapacity;

/// One renewal.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct RenewalItem {
    /// The allocation's ID.
    allocation_id: ID,
    /// As line or as senior manager.
    capacity: ApproverCapacity,
    /// The manager on whose behalf the caller decides, if the caller is a delegate of several. Defaults to the only one.
    on_behalf_of: Option<ID>,
    /// Protected time, 0.5 to 40 hours per month. Defaults to that of the whole command.
    protected_hours: Option<f64>,
    /// A key of the client's choice, 1 to 64 characters: sending the item again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// Renewals, at most 100.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct RenewApprovalInput {
    /// The renewals. Each is made or refused by itself.
    items: Vec<RenewalItem>,
    /// Protected time for every item that gives none, 0.5 to 40 hours per month.
    protected_hours: Option<f64>,
    /// Whether this is a trial: nothing is stored, and the response shows what would be refused.
    #[graphql(default = false)]
    preview: bool,
}

pub(super) async fn renew(ctx: &Context<'_>, input: RenewApprovalInput) -> Result<AllocationsPayload, ApiError> {
    let RenewApprovalInput { items, protected_hours, preview } = input;
    check_number(items.len())?;
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        let item = RenewalItem { protected_hours: item.protected_hours.or(protected_hours), ..item };
        results.push(renew_one(ctx, item, preview).await?);
    }
    AllocationsPayload::new(ctx, results).await
}

async fn renew_one(ctx: &Context<'_>, item: RenewalItem, preview: bool) -> Result<AllocationResult, ApiError> {
    let key = item.idempotency_key.clone();
    let command = match RegisterCommand::begin(ctx, Command::RenewApproval, key, &item).await? {
        Begun::New(command) => *command,
        Begun::Repeated(objects) => return Ok(Ok(repeated(&objects))),
        Begun::Refused(refusal) => return Ok(Err(refusal)),
    };
    let target = command.role_with_id(&item.allocation_id).await?;
    let target = target
        .filter(|target| target.stored.row.role == Role::PeerSupporter)
        .filter(|target| command.sees_role(target) || command.is_any_approver(target))
        .ok_or_else(|| ApiError::not_found("allocation", "allocationId", item.allocation_id.as_str()))?;
    match check(&command, &target, &item) {
        Ok(_) if preview => Ok(Ok(None)),
        Ok(renewal) => store(command, &target, &renewal).await.map(Ok),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// A renewal that may be made.
struct Renewal {
    capacity: value::ApproverCapacity,
    principal: PersonIx,
    /// Protected time that the approver agrees, in hundredths of an hour per month.
    agreed: i32,
}

fn check(command: &RegisterCommand, target: &RoleTarget, item: &RenewalItem) -> Result<Renewal, CommandRefusal> {
    let (index, today) = (command.index(), command.today);
    let capacity: value::ApproverCapacity = item.capacity.into();
    let principal = match &item.on_behalf_of {
        None => None,
        Some(id) => Some(
            NodeId::decode_person(id)
                .and_then(|id| command.known.person_by_id(id))
                .ok_or_else(|| cannot_renew(CannotDecide::NotApprover))?,
        ),
    };
    let approver = may_decide(index, capacity, &target.as_nomination(command), command.me, principal, today)
        .map_err(cannot_renew)?;
    let filed = index.allocations_of(target.person).find(|own| own.id == target.stored.row.id);
    let Some(filed) = filed.filter(|own| !own.registered().ended_by(today)) else {
        return Err(CommandRefusal::new(RefusalCode::NoSuchRole, "The allocation has ended."));
    };
    match renewable(index, filed, capacity, today) {
        Renewable::Now => {}
        Renewable::From(day) => {
            let sentence = format!("This approval can be renewed from {day} on.");
            return Err(CommandRefusal::new(RefusalCode::NotRenewable, sentence));
        }
        Renewable::Never => {
            let sentence = "There is no approval of this capacity to renew. Make a new nomination.";
            return Err(CommandRefusal::new(RefusalCode::NotRenewable, sentence));
        }
    }
    let Some(hours) = item.protected_hours else {
        let sentence = "Give the protected time in `protectedHours`, 0.5 to 40 hours per month.";
        return Err(CommandRefusal::about(RefusalCode::HoursOutOfRange, "protectedHours", sentence));
    };
    Ok(Renewal { capacity, principal: approver.principal, agreed: hundredths(hours)? })
}

fn cannot_renew(cause: CannotDecide) -> CommandRefusal {
    let (code, sentence) = match cause {
        CannotDecide::OwnCase => {
            (RefusalCode::OwnCase, "This is your own role. Another person must renew the approval.")
        }
        CannotDecide::BothApprovals => (
            RefusalCode::BothApprovals,
            "The two approvals must be given by different people. You, or the manager on whose behalf you decide, gave the other.",
        ),
        CannotDecide::NotApprover => (
            RefusalCode::NotApprover,
            "You may not renew this approval. Its line or senior manager, or their delegate, may.",
        ),
        CannotDecide::WouldNotCount => (
            RefusalCode::WouldNotCount,
            "This approval would not count, because you approved as line manager before. Another senior manager must decide.",
        ),
    };
    CommandRefusal::new(code, sentence)
}

/// The hours that the other capacity agreed last, in the register.
fn last_of_other(target: &RoleTarget, capacity: value::ApproverCapacity, today: Day) -> Option<i32> {
    let other = match capacity {
        value::ApproverCapacity::Line => value::ApproverCapacity::Senior,
        value::ApproverCapacity::Senior => value::ApproverCapacity::Line,
    };
    let holding = |row: &&approval::Model| row.withdrawn_on.is_none_or(|withdrawn| today < withdrawn);
    target.stored.approvals_of(other).rev().filter(holding).find_map(|row| row.protected_hours)
}

async fn store(
    mut command: RegisterCommand,
    target: &RoleTarget,
    renewal: &Renewal,
) -> Result<Option<entity::id::AllocationId>, ApiError> {
    let Renewal { capacity, principal, agreed } = *renewal;
    let (today, actor, principal) = (command.today, command.actor(), command.id_of(principal));
    let id = target.stored.row.id;
    let row = approval::ActiveModel {
        id: NotSet,
        allocation_id: Set(id),
        capacity: Set(capacity),
        decided_on: Set(today),
        approver_id: Set(Some(actor)),
        principal_id: Set(Some(principal)),
        protected_hours: Set(Some(agreed)),
        withdrawn_on: Set(None),
    };
    command.txn.insert::<approval::Entity, _>(row).await?;
    let on_file = target.stored.terms_on(today).and_then(|terms| terms.protected_hours);
    let hours = hours_after(agreed, last_of_other(target, capacity, today), on_file);
    target.stored.set_hours(&mut command.txn, hours, today).await?;
    let person = command.id_of(target.person);
    kept::keep(&mut command.txn, person, Role::PeerSupporter, Wish::Other, today).await?;
    let mut change = command.change_of(target, today);
    change.principal = Some(principal);
    change.before = Some(json!({ "protectedHours": on_file }));
    change.after = Some(json!({ "capacity": capacity, "agreedHours": agreed, "protectedHours": hours }));
    command.finish(change).await?;
    Ok(Some(id))
}
