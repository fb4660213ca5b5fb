//! One row that every change of the facts counts up, so that computed coverage can be kept until it is stale.

use sea_orm::entity::prelude::*;

use crate::period::Day;

/// One row that every change of the facts counts up, so that computed coverage can be kept until it is stale.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fact_version")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Counts up by one with each change.
    pub version: i64,
    /// The first day of which every fact is on file; absences that ended before it were removed. All days when absent.
    pub whole_from: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}
