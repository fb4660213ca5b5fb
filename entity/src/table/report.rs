//! One week's gap report: which snapshots it compares.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::{ReportId, SnapshotId};

/// One week's gap report: which snapshots it compares.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: ReportId,
    /// The ISO week, `2026-W48`; unique.
    #[sea_orm(unique)]
    pub week: String,
    /// The snapshot whose figures it shows.
    pub snapshot_id: SnapshotId,
    /// The snapshot that was mailed last before; absent for the first report.
    pub previous_snapshot_id: Option<SnapshotId>,
    /// When it was built.
    pub built_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
