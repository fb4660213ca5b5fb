//! The steps that undo the last import, in the order in which it wrote: one row per changed or removed row, and one per
//! run of added rows. Every change of the facts removes all of them, see [`crate::store::facts::bump_data_version`].

use sea_orm::entity::prelude::*;

use crate::id::ImportBatchId;

/// One step to undo the last import.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_undo")]
pub struct Model {
    /// The import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub batch_id: ImportBatchId,
    /// Its number in the order in which the import wrote, from 0. Steps are undone from the highest to the lowest.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// The table that was written to. Step 0 is `fact_version`; its `row_id` is the version that the import left.
    pub table_name: String,
    /// Key of the row, or of the first row that was added.
    pub row_id: i64,
    /// Key of the last row that was added. `None` if the row was changed or removed.
    pub last_row_id: Option<i64>,
    /// The row before the import, by column. `None` if rows were added. Free JSON, because `table_name` decides which
    /// columns it has.
    pub before: Option<Json>,
}

impl ActiveModelBehavior for ActiveModel {}
