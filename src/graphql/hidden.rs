//! What of a unit's or a team's figures the viewer does not see: small numbers of allocations, and Level 1 of few people.

use async_graphql::Context;
use entity::coverage::TeamRow;
use entity::coverage::disclosure::{Columns, Limit};
use entity::coverage::roster::UnitIx;
use entity::table::snapshot_unit;

use super::access::Scope;
use super::error::ApiError;
use crate::access::Right;

/// What the viewer sees of the figures of a unit that are not for everyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hidden {
    /// How much of Level 1.
    pub(crate) level1: Level1Detail,
    /// Groups of the allocations that are hidden.
    pub(crate) standing: Columns,
}

/// How much of Level 1 a viewer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level1Detail {
    /// How many people have completed it.
    Count,
    /// The band, if the group is large enough by this limit.
    Band(Limit),
    /// Nothing.
    Hidden,
}

impl Hidden {
    /// What a stored row hides from the viewer with a scope.
    pub(crate) fn stored(row: &snapshot_unit::Model, level1: Level1Detail, scope: &Scope) -> Self {
        let standing = if sees_small_numbers(scope) { Columns::default() } else { row.hidden_standing() };
        Self { level1, standing }
    }
}

impl Level1Detail {
    /// How much a viewer sees of Level 1 of everyone at or below a unit.
    pub(crate) fn below(scope: &Scope, unit: UnitIx, limit: Limit) -> Self {
        if scope.sees_below(Right::Level1Counts, unit) { Self::Count } else { Self::Band(limit) }
    }

    /// How much a viewer sees of Level 1 of a team.
    pub(crate) fn of_team(scope: &Scope, team: &TeamRow, limit: Limit) -> Self {
        if scope.sees_unit(Right::Level1Counts, team.unit) {
            Self::Count
        } else if team.assessed_with.len() > 1 {
            // The viewer sees the band of their own unit as well, and the difference is about the other teams.
            Self::Hidden
        } else {
            Self::Band(limit)
        }
    }
}

/// Whether a viewer sees numbers of allocations below the limit under which they are hidden. Only a right to all of them will do:
/// from a part, the rest of the unit above it would follow.
pub(crate) fn sees_small_numbers(scope: &Scope) -> bool {
    scope.all(Right::SmallNumbers)
}

/// The limit of small numbers.
///
/// # Errors
///
/// [`ApiError::internal`] if the schema was built without one.
pub(crate) fn small_number_limit(ctx: &Context<'_>) -> Result<Limit, ApiError> {
    ctx.data_opt::<Limit>().copied().ok_or_else(|| ApiError::internal("the schema has no limit of small numbers"))
}
