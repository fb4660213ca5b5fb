//! Records undo steps for everything that an import writes.
//!
//! Steps are stored in the order of the statements. Undoing them from last to first passes through the same states, and
//! each of them satisfied every key and reference of the tables.

use std::sync::atomic::{AtomicI64, Ordering};

use entity::id::ImportBatchId;
use entity::table::import_undo;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::super::undo;
use entity::store::stored_row::{self, id_column};

/// Writes the undo steps of one import.
pub(super) struct Recorder<'t> {
    pub(super) txn: &'t DatabaseTransaction,
    batch: ImportBatchId,
    next: AtomicI64,
}

/// One undo step, without its sequence number.
struct UndoStep {
    row_id: i64,
    last_row_id: Option<i64>,
    before: Option<serde_json::Value>,
}

#[derive(FromQueryResult)]
struct LastId {
    last: Option<i64>,
}

impl<'t> Recorder<'t> {
    /// Creates a recorder. Step 0 is written by [`undo::record_version`].
    pub(super) fn new(txn: &'t DatabaseTransaction, batch: ImportBatchId) -> Self {
        Self { txn, batch, next: AtomicI64::new(1) }
    }

    /// Returns the highest key of a table. Rows that are added later have higher keys, and no other writer adds rows in
    /// the meantime.
    pub(super) async fn last_id<E: EntityTrait>(&self) -> Result<i64, DbErr> {
        let row = E::find()
            .select_only()
            .column_as(id_column::<E>().max(), "last")
            .into_model::<LastId>()
            .one(self.txn)
            .await?;
        Ok(row.and_then(|row| row.last).unwrap_or(0))
    }

    /// Records that the rows after `last` were added.
    pub(super) async fn added<E: EntityTrait>(&self, last: i64) -> Result<(), DbErr> {
        let now = self.last_id::<E>().await?;
        if now == last {
            return Ok(());
        }
        self.keep::<E>(vec![UndoStep { row_id: last + 1, last_row_id: Some(now), before: None }]).await
    }

    /// Records the rows with these keys before they are changed or removed.
    pub(super) async fn before<E: EntityTrait>(&self, ids: &[i64]) -> Result<(), DbErr> {
        let id = id_column::<E>();
        let rows = E::find().filter(id.is_in(ids.iter().copied())).order_by_asc(id).all(self.txn).await?;
        let step = |row: &E::Model| {
            Ok(UndoStep {
                row_id: stored_row::id::<E>(row)?,
                last_row_id: None,
                before: Some(stored_row::to_json::<E>(row)?),
            })
        };
        self.keep::<E>(rows.iter().map(step).collect::<Result<_, DbErr>>()?).await
    }

    async fn keep<E: EntityTrait>(&self, steps: Vec<UndoStep>) -> Result<(), DbErr> {
        let table = E::default().table_name().to_owned();
        // Fails at the first import that writes to an unknown table, not on the day when an import has to be undone.
        undo::check_known(&table)?;
        let rows = steps.into_iter().map(|UndoStep { row_id, last_row_id, before }| import_undo::ActiveModel {
            batch_id: Set(self.batch),
            seq: Set(self.next.fetch_add(1, Ordering::Relaxed)),
            table_name: Set(table.clone()),
            row_id: Set(row_id),
            last_row_id: Set(last_row_id),
            before: Set(before),
        });
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            return Ok(());
        }
        import_undo::Entity::insert_many(rows).exec_without_returning(self.txn).await?;
        Ok(())
    }
}
