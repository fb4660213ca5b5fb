//! The results of commands about a role, read again as the viewer may see them now.

use async_graphql::{Context, SimpleObject};
use entity::coverage::standing::Standing;
use entity::id::{AllocationId, PersonId};
use entity::store::register::key::ChangedObject;
use entity::value::command::ObjectKind;

use super::super::command::show_result;
use super::super::refusal::CommandRefusal;
use crate::graphql::day_view::DayScope;
use crate::graphql::error::ApiError;
use crate::graphql::object::organisation::{Person, Supporter, Team};

/// The result of a command about a person's role.
#[derive(Debug, SimpleObject)]
pub(crate) struct RolePayload {
    /// The person, with their allocations now. Null if it was refused.
    person: Option<Person>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

/// The result of a command about one allocation.
#[derive(Debug, SimpleObject)]
pub(crate) struct AllocationPayload {
    /// The allocation of the Peer Supporter now. Null if it was refused, in a trial, for Trainers and Wellbeing Champions, and
    /// if the viewer may not see it.
    supporter: Option<Supporter>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

/// The results of a command about several allocations, in the order of its items.
#[derive(Debug, SimpleObject)]
pub(crate) struct AllocationsPayload {
    /// One result per item.
    results: Vec<AllocationPayload>,
}

/// What became of a command about one allocation, before the allocation is read again. `None` if there is nothing to show.
pub(super) type AllocationResult = Result<Option<AllocationId>, CommandRefusal>;

impl RolePayload {
    /// The person now.
    pub(super) async fn done(ctx: &Context<'_>, id: PersonId) -> Result<Self, ApiError> {
        show_result(ctx).await?;
        Ok(Self { person: Some(Person { id, on: None }), refusals: Vec::new() })
    }

    /// The person that a repeated command changed.
    pub(super) async fn repeated(ctx: &Context<'_>, objects: &[ChangedObject]) -> Result<Self, ApiError> {
        match objects.iter().find(|object| object.kind == ObjectKind::Person) {
            Some(object) => Self::done(ctx, PersonId(object.id)).await,
            None => Ok(Self { person: None, refusals: Vec::new() }),
        }
    }

    pub(super) fn refused(refusal: CommandRefusal) -> Self {
        Self { person: None, refusals: vec![refusal] }
    }
}

impl AllocationPayload {
    /// The allocation now.
    pub(super) async fn new(ctx: &Context<'_>, result: AllocationResult) -> Result<Self, ApiError> {
        show_result(ctx).await?;
        Self::read(ctx, result).await
    }

    async fn read(ctx: &Context<'_>, result: AllocationResult) -> Result<Self, ApiError> {
        Ok(match result {
            Ok(None) => Self { supporter: None, refusals: Vec::new() },
            Ok(Some(id)) => Self { supporter: supporter(ctx, id).await?, refusals: Vec::new() },
            Err(refusal) => Self { supporter: None, refusals: vec![refusal] },
        })
    }
}

impl AllocationsPayload {
    /// The allocations now.
    pub(super) async fn new(ctx: &Context<'_>, items: Vec<AllocationResult>) -> Result<Self, ApiError> {
        show_result(ctx).await?;
        let mut results = Vec::with_capacity(items.len());
        for item in items {
            results.push(AllocationPayload::read(ctx, item).await?);
        }
        Ok(Self { results })
    }
}

/// The allocation that a repeated command changed: the newest, if it began another.
pub(super) fn repeated(objects: &[ChangedObject]) -> Option<AllocationId> {
    let allocations = objects.iter().filter(|object| object.kind == ObjectKind::Allocation);
    allocations.map(|object| AllocationId(object.id)).max()
}

/// A Peer Supporter's allocation today. `None` if there is none, or the viewer may not see its record.
async fn supporter(ctx: &Context<'_>, id: AllocationId) -> Result<Option<Supporter>, ApiError> {
    let day_scope = DayScope::on(ctx, None).await?;
    let allocations = &day_scope.index().roster().allocations;
    let Some(unit) = allocations
        .iter()
        .find(|own| own.id == id)
        .filter(|own| day_scope.scope().sees_allocation(own))
        .map(|own| own.unit)
    else {
        return Ok(None);
    };
    let view = day_scope.clone().with_coverage(ctx).await?;
    let Some(place) = view.team_place(unit) else { return Ok(None) };
    let team = Team::new(&view, place);
    let roster = view.index().roster();
    let is_meant = |standing: &Standing| roster.allocations[standing.allocation as usize].id == id;
    let place = team.row().standings.iter().position(is_meant);
    Ok(place.map(|place| Supporter { team, place }))
}
