//! Keeps, beside everything that an import writes, what takes it back.
//!
//! Steps are kept in the order in which the statements run, so that taking them back from the last to the first goes through
//! the same states, each of which satisfied every key and reference of the tables.

use std::sync::atomic::{AtomicI64, Ordering};

use entity::id::ImportBatchId;
use entity::table::import_undo;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::super::stored_row::{self, id_column};
use super::super::undo;

/// Writes the steps of one import.
pub(super) struct Recorder<'t> {
    pub(super) txn: &'t DatabaseTransaction,
    batch: ImportBatchId,
    next: AtomicI64,
}

/// One step, without its place.
struct Step {
    row_id: i64,
    last_row_id: Option<i64>,
    before: Option<serde_json::Value>,
}

#[derive(FromQueryResult)]
struct LastId {
    last: Option<i64>,
}

impl<'t> Recorder<'t> {
    /// Step 0 is kept by [`undo::begin`].
    pub(super) fn new(txn: &'t DatabaseTransaction, batch: ImportBatchId) -> Self {
        Self { txn, batch, next: AtomicI64::new(1) }
    }

    /// The highest key of a table; what is added after it has higher ones, and no one else adds to it meanwhile.
    pub(super) async fn last_id<E: EntityTrait>(&self) -> Result<i64, DbErr> {
        let row = E::find()
            .select_only()
            .column_as(id_column::<E>().max(), "last")
            .into_model::<LastId>()
            .one(self.txn)
            .await?;
        Ok(row.and_then(|row| row.last).unwrap_or(0))
    }

    /// Rows after `last` were added.
    pub(super) async fn added<E: EntityTrait>(&self, last: i64) -> Result<(), DbErr> {
        let now = self.last_id::<E>().await?;
        if now == last {
            return Ok(());
        }
        self.keep::<E>(vec![Step { row_id: last + 1, last_row_id: Some(now), before: None }]).await
    }

    /// The rows with these keys are about to be changed or removed.
    pub(super) async fn before<E: EntityTrait>(&self, ids: &[i64]) -> Result<(), DbErr> {
        let id = id_column::<E>();
        let rows = E::find().filter(id.is_in(ids.iter().copied())).order_by_asc(id).all(self.txn).await?;
        let step = |row: &E::Model| {
            Ok(Step {
                row_id: stored_row::id::<E>(row)?,
                last_row_id: None,
                before: Some(stored_row::to_json::<E>(row)?),
            })
        };
        self.keep::<E>(rows.iter().map(step).collect::<Result<_, DbErr>>()?).await
    }

    async fn keep<E: EntityTrait>(&self, steps: Vec<Step>) -> Result<(), DbErr> {
        let table = E::default().table_name().to_owned();
        // At the first import that writes to a table, not on the day on which an import has to be taken back.
        undo::is_known(&table)?;
        let rows = steps.into_iter().map(|Step { row_id, last_row_id, before }| import_undo::ActiveModel {
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
