//! Rows of a staff list that named a unit and were rejected (COVERAGE.md section 5).

use sea_orm::entity::prelude::*;

use crate::id::{RowsNotReadId, StaffListId, UnitId};

/// Rows of a staff list that named a unit and were rejected (COVERAGE.md section 5).
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rows_not_read")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: RowsNotReadId,
    /// The list.
    pub staff_list_id: StaffListId,
    /// The unit that the rows named.
    pub unit_id: UnitId,
    /// Number of rows.
    pub rows: i32,
}

impl ActiveModelBehavior for ActiveModel {}
