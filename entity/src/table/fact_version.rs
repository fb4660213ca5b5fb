//! One row that every change of the facts increments, so that computed coverage can be cached until the facts change.

use sea_orm::entity::prelude::*;

use crate::period::Day;

/// One row that every change of the facts increments, so that computed coverage can be cached until the facts change.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fact_version")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Incremented by one with each change.
    pub version: i64,
    /// The first day for which every fact is on file; absences that ended before it were removed. `None` if all days
    /// are complete.
    pub whole_from: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}
