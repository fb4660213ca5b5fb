//! The figures of a unit or a team that are hidden from the viewer: small numbers of allocations, and Level 1 of few people.

use async_graphql::Context;
use entity::coverage::TeamRow;
use entity::coverage::disclosure::{Columns, Limit};
use entity::coverage::roster::UnitIx;
use entity::table::snapshot_unit;

use super::access::Scope;
use super::error::ApiError;
use crate::access::Right;

/// How much a viewer may see of the figures of a unit that are not for everyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hidden {
    /// Level 1.
    pub(crate) level1: Level1Detail,
    /// The hidden groups of allocations that do not count.
    pub(crate) standing: Columns,
}

/// How much of Level 1 a viewer may see.
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
    /// The figures of a stored row that are hidden from the viewer with a scope.
    pub(crate) fn stored(row: &snapshot_unit::Model, level1: Level1Detail, scope: &Scope) -> Self {
        let standing = if sees_small_numbers(scope) { Columns::default() } else { row.hidden_standing() };
        Self { level1, standing }
    }
}

impl Level1Detail {
    /// How much a viewer may see of Level 1 of everyone at or below a unit.
    pub(crate) fn below(scope: &Scope, unit: UnitIx, limit: Limit) -> Self {
        if scope.sees_below(Right::Level1Counts, unit) { Self::Count } else { Self::Band(limit) }
    }

    /// How much a viewer may see of Level 1 of a team.
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

/// Whether a viewer may see numbers of allocations below the limit under which they are hidden. Only a right to everything is
/// enough: from a part, the rest of the unit above it could be derived.
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
