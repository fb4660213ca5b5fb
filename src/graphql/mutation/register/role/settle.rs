//! Settling a difference between a file and the register. It never gives a person more than the register has.

use async_graphql::{Context, Enum, ID, InputObject, SimpleObject};
use entity::id::FileDifferenceId;
use entity::period::{Day, Validity};
use entity::register::file_difference::FileSays;
use entity::store::register::file_difference as store;
use entity::store::register::kept::{self, Wish};
use entity::store::register::role;
use entity::store::roster::says;
use entity::table::{file_difference, pause};
use entity::value::command::Command;
use entity::value::register::DifferenceOutcome;
use sea_orm::ActiveValue::{NotSet, Set};
use serde_json::json;

use super::super::command::{Begun, RegisterCommand, show_result};
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::target::RoleTarget;
use crate::access::Right;
use crate::graphql::day_view::known;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::object::file_difference::FileDifference;
use crate::graphql::request_state::db;

/// Which of the two is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum DifferenceDecision {
    /// The register: the role counts as before, also if a later file repeats the same.
    RegisterHolds,
    /// The file: the register is changed to what it says, from the day on which it began to count.
    FileHolds,
}

/// A difference to settle.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SettleDifferenceInput {
    /// The difference's ID.
    difference_id: ID,
    /// Which of the two is right.
    outcome: DifferenceDecision,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// The result of settling a difference.
#[derive(Debug, SimpleObject)]
pub(crate) struct SettleDifferencePayload {
    /// The difference now. Null if it was refused.
    difference: Option<FileDifference>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

impl SettleDifferencePayload {
    fn refused(refusal: CommandRefusal) -> Self {
        Self { difference: None, refusals: vec![refusal] }
    }

    /// The difference now.
    async fn shown(ctx: &Context<'_>, id: Option<FileDifferenceId>) -> Result<Self, ApiError> {
        show_result(ctx).await?;
        let (known, scope) = known(ctx).await?;
        let row = match id.filter(|_| scope.require_of_person(Right::Register).is_ok()) {
            Some(id) => store::find(db(ctx)?, id).await?,
            None => None,
        };
        let found = FileDifference::load(db(ctx)?, known, row.as_slice()).await?;
        Ok(Self { difference: found.into_iter().next(), refusals: Vec::new() })
    }
}

pub(super) async fn settle(
    ctx: &Context<'_>,
    input: SettleDifferenceInput,
) -> Result<SettleDifferencePayload, ApiError> {
    let id = NodeId::decode_file_difference(&input.difference_id);
    let key = input.idempotency_key.clone();
    let command = match RegisterCommand::begin(ctx, Command::SettleDifference, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(_) => return SettleDifferencePayload::shown(ctx, id).await,
        Begun::Refused(refusal) => return Ok(SettleDifferencePayload::refused(refusal)),
    };
    command.scope.require_of_person(Right::Register)?;
    let not_found = || ApiError::not_found("difference", "differenceId", input.difference_id.as_str());
    let row = store::find(command.txn.connection(), id.ok_or_else(not_found)?).await?.ok_or_else(not_found)?;
    let target = role::find(command.txn.connection(), row.allocation_id).await?;
    let target = target.and_then(|stored| command.target(stored)).ok_or_else(not_found)?;
    if target.person == command.me {
        let sentence = "This difference is about your own role. Another coordinator must settle it.";
        return Ok(SettleDifferencePayload::refused(CommandRefusal::new(RefusalCode::OwnCase, sentence)));
    }
    if row.settled_on.is_some() {
        let sentence = "This difference is settled already.";
        return Ok(SettleDifferencePayload::refused(CommandRefusal::new(RefusalCode::AlreadyDone, sentence)));
    }
    store_outcome(command, target, &row, input.outcome).await?;
    SettleDifferencePayload::shown(ctx, id).await
}

/// Settles the difference, and changes the role if the file is right.
async fn store_outcome(
    mut command: RegisterCommand,
    target: RoleTarget,
    row: &file_difference::Model,
    decision: DifferenceDecision,
) -> Result<(), ApiError> {
    let says = says(row).ok_or_else(|| ApiError::internal("a difference has no value"))?;
    let outcome = match decision {
        DifferenceDecision::RegisterHolds => DifferenceOutcome::RegisterHolds,
        DifferenceDecision::FileHolds => DifferenceOutcome::FileHolds,
    };
    // First, so that a role that is split does not take it along.
    store::settle(&mut command.txn, row, outcome, command.today).await?;
    let mut change = command.change_of(&target, command.today);
    // It may be about a pause or an end, which only the person and coordinators look up.
    change.private = true;
    let last = |to: Option<Day>| Validity { from: None, to }.last();
    let known = &target.stored.row;
    change.before = Some(json!({
        "difference": row.id, "kind": row.kind, "share": known.share, "from": known.valid_from,
        "lastDay": last(known.valid_to),
    }));
    change.after = Some(json!({
        "outcome": outcome, "share": row.share, "from": row.valid_from, "lastDay": last(row.valid_to), "since": row.as_at,
    }));
    if decision == DifferenceDecision::FileHolds {
        let (role, today) = (target.stored.row.role, command.today);
        apply(&mut command, &target, says, row.as_at).await?;
        let person = command.id_of(target.person);
        kept::keep(&mut command.txn, person, role, Wish::Other, today).await?;
    }
    command.finish(change).await
}

/// Gives the register what the file says, from its as-at day on: the figures, which follow the more cautious of the two
/// already, do not change.
async fn apply(command: &mut RegisterCommand, target: &RoleTarget, says: FileSays, as_at: Day) -> Result<(), ApiError> {
    let stored = &target.stored;
    let txn = &mut command.txn;
    match says {
        FileSays::Ends(to) => {
            let day = to.max(as_at);
            if !target.has_ended(day) {
                // A role that had not begun by then has no day at all.
                stored.end(txn, stored.row.valid_from.map_or(day, |from| from.max(day))).await?;
            }
        }
        FileSays::OtherUnit => {
            if !target.has_ended(as_at) {
                stored.end(txn, stored.row.valid_from.map_or(as_at, |from| from.max(as_at))).await?;
            }
        }
        FileSays::BeginsLater(from) => {
            if !target.has_ended(as_at) && stored.row.valid_from.is_none_or(|known| known < from) {
                stored.begin_later(txn, from, as_at).await?;
            }
        }
        FileSays::LowerShare(share) => {
            let share = i32::try_from(share).map_err(ApiError::internal)?;
            if !target.has_ended(as_at) && share < stored.row.share {
                stored.lower_share(txn, share, as_at).await?;
            }
        }
        FileSays::Paused(Validity { from, to }) => {
            let row = pause::ActiveModel {
                id: NotSet,
                allocation_id: Set(stored.row.id),
                valid_from: Set(from.max(Some(as_at))),
                valid_to: Set(to),
            };
            txn.insert::<pause::Entity, _>(row).await?;
        }
    }
    Ok(())
}
