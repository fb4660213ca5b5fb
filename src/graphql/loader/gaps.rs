//! Gaps in snapshots: a team's in the last snapshot, and those of all teams in one (COVERAGE.md section 8).

use std::collections::HashMap;
use std::sync::Arc;

use entity::coverage::change;
use entity::id::{SnapshotId, UnitId};
use entity::json_column::MixResults;
use entity::period::Day;
use entity::table::{delivery, report, snapshot, snapshot_team};
use entity::value::{DeliveryKind, DeliveryState, ReportKind, Status};
use sea_orm::sea_query::{Condition, Query};
use sea_orm::{ColumnTrait as _, DerivePartialModel, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::{Load, Rows, distinct};
use crate::graphql::error::ApiError;

/// A team's gap in a snapshot.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "snapshot_team::Entity")]
pub(crate) struct GapRow {
    pub(crate) snapshot_id: SnapshotId,
    pub(crate) unit_id: UnitId,
    pub(crate) unit_code: String,
    pub(crate) unit_name: String,
    pub(crate) status: Status,
    pub(crate) gap: Option<i32>,
    pub(crate) gap_opened_on: Option<Day>,
    mix: MixResults,
}

impl GapRow {
    /// The gap as comparisons use it.
    pub(crate) fn seen(&self) -> change::GapState {
        change::GapState { status: self.status, gap: self.short(), unmet_must: self.mix.count_unmet_must() }
    }

    /// Whole Peer Supporters short.
    pub(crate) fn short(&self) -> Option<u32> {
        self.gap.and_then(|gap| u32::try_from(gap).ok())
    }
}

/// Which snapshot counts as the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum LastSnapshot {
    /// The newest of the day or before it.
    Stored,
    /// The newest of an earlier day whose report has at least one sent mail.
    Mailed,
}

/// A team's row in the last snapshot as of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LastSeen {
    pub(crate) unit: UnitId,
    pub(crate) day: Day,
    pub(crate) last: LastSnapshot,
}

/// A snapshot's day, and the team's row in it. `None` if the unit was not a team then.
pub(crate) type LastGap = (Day, Option<Arc<GapRow>>);

impl Load<LastSeen> for Rows {
    type Value = LastGap;

    /// Two statements for each different day and kind.
    async fn load(&self, keys: &[LastSeen]) -> Result<HashMap<LastSeen, Self::Value>, ApiError> {
        let mut days: HashMap<(Day, LastSnapshot), Vec<UnitId>> = HashMap::new();
        for key in keys {
            days.entry((key.day, key.last)).or_default().push(key.unit);
        }
        let mut seen = HashMap::with_capacity(keys.len());
        for ((day, last), units) in days {
            let newest = snapshot::Entity::find()
                .filter(last.condition(day))
                .order_by_desc(snapshot::Column::Day)
                .order_by_desc(snapshot::Column::Revision)
                .one(self.db()?)
                .await?;
            let Some(newest) = newest else { continue };
            let rows: Vec<GapRow> = snapshot_team::Entity::find()
                .filter(snapshot_team::Column::SnapshotId.eq(newest.id))
                .filter(snapshot_team::Column::UnitId.is_in(units.iter().copied()))
                .into_partial_model()
                .all(self.db()?)
                .await?;
            let mut rows: HashMap<_, _> = rows.into_iter().map(|row| (row.unit_id, Arc::new(row))).collect();
            seen.extend(units.into_iter().map(|unit| (LastSeen { unit, day, last }, (newest.day, rows.remove(&unit)))));
        }
        Ok(seen)
    }
}

impl LastSnapshot {
    fn condition(self, day: Day) -> Condition {
        match self {
            Self::Stored => Condition::all().add(snapshot::Column::Day.lte(day)),
            Self::Mailed => {
                let sent = Query::select()
                    .column(delivery::Column::ReportId)
                    .from(delivery::Entity)
                    .cond_where(delivery::Column::State.eq(DeliveryState::Sent))
                    .and_where(delivery::Column::Kind.eq(DeliveryKind::Report))
                    .to_owned();
                let mailed = Query::select()
                    .column(report::Column::SnapshotId)
                    .from(report::Entity)
                    .cond_where(report::Column::Kind.eq(ReportKind::Weekly))
                    .and_where(report::Column::Id.in_subquery(sent))
                    .to_owned();
                Condition::all().add(snapshot::Column::Day.lt(day)).add(snapshot::Column::Id.in_subquery(mailed))
            }
        }
    }
}

/// The teams of one snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TeamsOf(pub(crate) SnapshotId);

impl Load<TeamsOf> for Rows {
    type Value = Arc<HashMap<UnitId, GapRow>>;

    async fn load(&self, keys: &[TeamsOf]) -> Result<HashMap<TeamsOf, Self::Value>, ApiError> {
        let rows: Vec<GapRow> = snapshot_team::Entity::find()
            .filter(snapshot_team::Column::SnapshotId.is_in(distinct(keys.iter().map(|key| key.0))))
            .into_partial_model()
            .all(self.db()?)
            .await?;
        let mut teams: HashMap<TeamsOf, HashMap<UnitId, GapRow>> = HashMap::new();
        for row in rows {
            teams.entry(TeamsOf(row.snapshot_id)).or_default().insert(row.unit_id, row);
        }
        Ok(teams.into_iter().map(|(key, teams)| (key, Arc::new(teams))).collect())
    }
}
