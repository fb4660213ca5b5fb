//! Stored coverage: one day's snapshot, and a unit's figures week by week (COVERAGE.md section 8).

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::coverage::roster::UnitIx;
use entity::period::IsoWeek;
use entity::table::snapshot;

use super::super::day_view::{DayView, known, top};
use super::super::error::ApiError;
use super::super::hidden::{Hidden, Level1Detail, small_number_limit};
use super::super::id::NodeId;
use super::super::loader::{Rows, StoredUnit, TrendRow};
use super::super::scalar::{Date, Instant, Week};
use super::roll_up::RollUp;
use crate::access::Right;

/// One day's stored coverage.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot(pub(crate) snapshot::Model);

/// One day's coverage of every team and unit, written once and never changed. A later snapshot of the same day is a new
/// revision; the newest is shown and older ones are kept.
#[Object]
impl Snapshot {
    /// Opaque; finds the snapshot again with `node`.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Snapshot(self.0.id).encode()
    }

    /// The day that it is about.
    async fn day(&self) -> Date {
        Date(self.0.day)
    }

    /// The number of the revision: 1 for the first of its day, 2 for the next.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// When it was computed.
    async fn computed_at(&self) -> Instant {
        Instant(self.0.computed_at)
    }

    /// The stored figures of a unit. Null if the unit was closed that day and had no team below it, or if the viewer may not
    /// see the figures of every team below it on that day (see `teams`).
    async fn roll_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The unit's code. Defaults to the top of the tree.")] unit_code: Option<String>,
    ) -> Result<Option<RollUp>, ApiError> {
        let (known, scope) = known(ctx).await?;
        let index = &known.facts.index;
        let unit = match &unit_code {
            Some(code) => {
                let named = known.unit_by_code(code).filter(|unit| scope.sees_unit(Right::Figures, *unit));
                Some(named.ok_or_else(|| ApiError::not_found("unit", "unitCode", code))?)
            }
            None => top(index, index.tree(self.0.day), scope),
        };
        let may_see =
            |unit: &UnitIx| scope.sees_below(Right::Figures, *unit) && scope.may_see_below_on(*unit, self.0.day);
        let Some(unit) = unit.filter(may_see) else { return Ok(None) };
        let key = StoredUnit(self.0.id, index.roster().units[unit.at()].id);
        let level1 = Level1Detail::below(scope, unit, small_number_limit(ctx)?);
        Ok(Rows::from_context(ctx)?
            .load_one(key)
            .await?
            .map(|row| RollUp::stored(self.0.day, &row, Hidden::stored(&row, level1, scope))))
    }
}

/// A unit's stored figures of one week.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct TrendPoint {
    /// The week.
    week: Week,
    /// The day of the snapshot that represents the week.
    day: Date,
    /// The figures of that day.
    roll_up: RollUp,
}

impl TrendPoint {
    /// The point of a unit as the viewer may see it.
    pub(crate) fn seen(row: &TrendRow, unit: UnitIx, view: &DayView) -> Self {
        let day = row.snapshot.day;
        let roll_up =
            RollUp::stored(day, &row.figures, Hidden::stored(&row.figures, view.level1_below(unit), view.scope()));
        Self { week: Week(IsoWeek::containing(day)), day: Date(day), roll_up }
    }
}
