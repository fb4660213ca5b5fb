//! Renewing managers' approvals before they lapse.

use async_graphql::{Context, ID, InputObject};
use entity::coverage::roster::PersonIx;
use entity::period::Day;
use entity::register::approvers::may_decide;
use entity::register::renewal::{Renewable, hours_after, renewable};
use entity::store::register::carry_over::{self, CarriedRole};
use entity::store::register::kept::{self, Wish};
use entity::store::register::paper::{PaperEffect, add_effect};
use entity::table::approval;
use entity::value::command::Command;
use entity::value::register::{CannotDecide, PaperStep};
use entity::value::{self, Role};
use sea_orm::ActiveValue::{NotSet, Set};
use serde_json::json;

use super::super::command::{Begun, RegisterCommand};
use super::super::decide::hundredths;
use super::super::items::check_number;
use super::super::paper::{Paper, PaperInput, RecordedStep, Step, day_too_early, other};
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
    /// The manager whose delegate the person who decides is, if they are a delegate of several. Defaults to the only one.
    on_behalf_of: Option<ID>,
    /// Protected time, 0.5 to 40 hours per month. Defaults to that of the whole command.
    protected_hours: Option<f64>,
    /// The paper, if a coordinator records the renewal for the person who made it. It then never raises the protected time.
    /// Defaults to that of the whole command.
    paper: Option<PaperInput>,
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
    /// The paper of every item, if a coordinator records renewals for the people who made them.
    paper: Option<PaperInput>,
    /// Whether this is a trial: nothing is stored, and the response shows what would be refused.
    #[graphql(default = false)]
    preview: bool,
}

pub(super) async fn renew(ctx: &Context<'_>, input: RenewApprovalInput) -> Result<AllocationsPayload, ApiError> {
    let RenewApprovalInput { items, protected_hours, paper, preview } = input;
    check_number(items.len())?;
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        let own = PaperInput::merged(item.paper.clone(), paper.as_ref());
        let item = RenewalItem { protected_hours: item.protected_hours.or(protected_hours), paper: own, ..item };
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
    let carried = match &target {
        Some(target) => carry_over::find(command.txn.connection(), target.stored.row.id).await?,
        None => None,
    };
    let target = target
        .filter(|target| target.stored.row.role == Role::PeerSupporter || carried.is_some())
        .filter(|target| command.sees_role(target) || command.is_any_approver(target))
        .ok_or_else(|| ApiError::not_found("allocation", "allocationId", item.allocation_id.as_str()))?;
    // A paper may be disputed; what it confirmed would stay confirmed.
    let awaited = carried.filter(|carried| item.paper.is_none() && carried.awaits(item.capacity.into(), command.today));
    match check(&command, &target, &item, awaited.is_some()) {
        Ok(_) if preview => Ok(Ok(None)),
        Ok(renewal) => store(command, &target, &renewal, awaited.as_ref()).await.map(Ok),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// A renewal that may be made.
struct Renewal {
    capacity: value::ApproverCapacity,
    principal: PersonIx,
    /// Protected time that the approver agrees, in hundredths of an hour per month. `None` for roles without.
    agreed: Option<i32>,
    paper: Option<Paper>,
}

/// Checks a renewal. One that confirms a role carried over is possible at any time.
fn check(
    command: &RegisterCommand,
    target: &RoleTarget,
    item: &RenewalItem,
    confirms: bool,
) -> Result<Renewal, CommandRefusal> {
    let (index, today) = (command.index(), command.today);
    let paper = command.paper(item.paper.as_ref())?;
    let Step { by, on } = command.step(paper.as_ref());
    let capacity: value::ApproverCapacity = item.capacity.into();
    let facts = target.as_nomination_on(command, on);
    if paper.is_some() {
        command.check_other_case(target.person)?;
        command.check_other_recorder(&facts, capacity, target.stored.paper.iter().map(|(_, record)| record))?;
    }
    let principal = match &item.on_behalf_of {
        None => None,
        Some(id) => Some(
            NodeId::decode_person(id)
                .and_then(|id| command.known.person_by_id(id))
                .ok_or_else(|| cannot_renew(CannotDecide::NotApprover))?,
        ),
    };
    let approver = may_decide(index, capacity, &facts, by, principal, on).map_err(cannot_renew)?;
    if paper.is_some() {
        command.check_other_case(approver.principal)?;
    }
    if target.has_ended(today) {
        return Err(CommandRefusal::new(RefusalCode::NoSuchRole, "The allocation has ended."));
    }
    let filed = index.allocations_of(target.person).find(|own| own.id == target.stored.row.id);
    let when = match filed {
        _ if confirms => Renewable::Now,
        Some(filed) => renewable(index, filed, capacity, on),
        None => Renewable::Never,
    };
    if let Some(from) = target.stored.row.valid_from.filter(|from| paper.is_some() && on < *from) {
        return Err(day_too_early(from));
    }
    match when {
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
    let agreed = match (target.stored.row.role, item.protected_hours) {
        (Role::PeerSupporter, Some(hours)) => Some(hundredths(hours)?),
        (Role::PeerSupporter, None) => {
            let sentence = "Give the protected time in `protectedHours`, 0.5 to 40 hours per month.";
            return Err(CommandRefusal::about(RefusalCode::HoursOutOfRange, "protectedHours", sentence));
        }
        (Role::Trainer | Role::Champion, _) => None,
    };
    Ok(Renewal { capacity, principal: approver.principal, agreed, paper })
}

fn cannot_renew(cause: CannotDecide) -> CommandRefusal {
    let (code, sentence) = match cause {
        CannotDecide::OwnCase => {
            (RefusalCode::OwnCase, "This is your own role. Another person must renew the approval.")
        }
        CannotDecide::BothApprovals => (
            RefusalCode::BothApprovals,
            "The two approvals must be given and recorded by different people. You, or the manager on whose behalf you decide, took part in the other.",
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

/// The hours that the other capacity agreed last by `day`, in the register.
fn last_of_other(target: &RoleTarget, capacity: value::ApproverCapacity, day: Day) -> Option<i32> {
    let holding = |row: &&approval::Model| {
        row.decided_on <= day
            && row.withdrawn_on.is_none_or(|withdrawn| day < withdrawn)
            && target.stored.counts(row.id)
    };
    target.stored.approvals_of(other(capacity)).rev().filter(holding).find_map(|row| row.protected_hours)
}

async fn store(
    mut command: RegisterCommand,
    target: &RoleTarget,
    renewal: &Renewal,
    carried: Option<&CarriedRole>,
) -> Result<Option<entity::id::AllocationId>, ApiError> {
    let Renewal { capacity, principal, agreed, paper } = renewal;
    let (capacity, agreed) = (*capacity, *agreed);
    let Step { by, on } = command.step(paper.as_ref());
    let (today, approver, principal) = (command.today, command.id_of(by), command.id_of(*principal));
    let id = target.stored.row.id;
    let row = approval::ActiveModel {
        id: NotSet,
        allocation_id: Set(id),
        capacity: Set(capacity),
        decided_on: Set(on),
        approver_id: Set(Some(approver)),
        principal_id: Set(Some(principal)),
        protected_hours: Set(agreed),
        withdrawn_on: Set(None),
    };
    let given = command.txn.insert::<approval::Entity, _>(row).await?;
    let on_file = target.stored.terms_on(on).and_then(|terms| terms.protected_hours);
    let hours = agreed.map(|agreed| hours_after(agreed, last_of_other(target, capacity, on), on_file));
    // A disputed paper must not leave more protected time behind.
    let hours = if paper.is_some() { on_file.and_then(|known| Some(known.min(hours?))) } else { hours };
    if let Some(hours) = hours {
        target.stored.set_hours(&mut command.txn, hours, on).await?;
    }
    if let Some(carried) = carried {
        carry_over::confirm(&mut command.txn, carried, capacity).await?;
    }
    let person = command.id_of(target.person);
    kept::keep(&mut command.txn, person, target.stored.row.role, Wish::Other, today).await?;
    let mut change = command.change_of(target, on);
    change.principal = Some(principal);
    change.before = Some(json!({ "protectedHours": on_file }));
    change.after = Some(json!({
        "capacity": capacity, "agreedHours": agreed, "protectedHours": hours, "principal": principal,
        "confirmed": carried.is_some(),
    }));
    if let Some(paper) = paper {
        let of = RecordedStep { step: PaperStep::Renewal, capacity: Some(capacity), nomination: None, decision: None };
        let record = command.record(paper, of, &mut change).await?;
        let effect = PaperEffect { allocation: id, approval: Some(given.id) };
        add_effect(&mut command.txn, record.id, effect).await?;
    }
    command.finish(change).await?;
    Ok(Some(id))
}
