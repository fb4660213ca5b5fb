//! A row that a change of the register wrote, as it was before and after: what undoing and replaying need.

use sea_orm::entity::prelude::*;

use crate::id::ChangeId;

/// A row that a change of the register wrote, as it was before and after: what undoing and replaying need.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_change_row")]
pub struct Model {
    /// The change.
    #[sea_orm(primary_key, auto_increment = false)]
    pub change_id: ChangeId,
    /// Its number in the order in which the change wrote, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// The table.
    pub table_name: String,
    /// Key of the row.
    pub row_id: i64,
    /// The row before, by column. `None` if it was added. Free JSON, because `table_name` decides which columns it has.
    pub before: Option<Json>,
    /// The row after, by column. `None` if it was removed.
    pub after: Option<Json>,
}

impl ActiveModelBehavior for ActiveModel {}
