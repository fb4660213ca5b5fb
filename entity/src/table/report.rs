//! A gap report: which snapshots it compares.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::{ReportId, SnapshotId};
use crate::value::ReportKind;

/// A gap report: which snapshots it compares. One per week and kind.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: ReportId,
    /// The ISO week, `2026-W48`; unique with the kind.
    pub week: String,
    /// Which of the week's reports it is.
    pub kind: ReportKind,
    /// The snapshot whose figures it shows.
    pub snapshot_id: SnapshotId,
    /// The snapshot of the previous weekly report that was mailed; for a midweek report, that of the week's own weekly
    /// report if there is one. `None` for the first report.
    pub previous_snapshot_id: Option<SnapshotId>,
    /// When it was built.
    pub built_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
