//! One day's coverage of every team and unit, written once. The newest revision of a day is shown.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::SnapshotId;
use crate::period::Day;

/// One day's coverage of every team and unit, written once. The newest revision of a day is shown.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "snapshot")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: SnapshotId,
    /// The day that it describes.
    pub day: Day,
    /// 1, 2, ...: higher for a later snapshot of the same day.
    pub revision: i32,
    /// When it was computed.
    pub computed_at: DateTime<Utc>,
    /// The version of the facts that it was computed from. `None` for snapshots from before this was stored.
    pub facts_version: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
