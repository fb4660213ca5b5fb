//! The version of the facts on file: one row, which each writer locks and increments.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _, QuerySelect as _};

use crate::table::{fact_version, import_undo};

/// Returns the current row.
pub(super) async fn current(db: &impl ConnectionTrait) -> Result<fact_version::Model, DbErr> {
    fact_version::Entity::find_by_id(1).one(db).await?.ok_or_else(missing)
}

/// Blocks other writers of facts until the transaction ends. PostgreSQL allows several writers at once, so all of them
/// lock this row. On SQLite the transaction has the write lock already.
pub async fn lock(txn: &DatabaseTransaction) -> Result<fact_version::Model, DbErr> {
    fact_version::Entity::find().lock_exclusive().one(txn).await?.ok_or_else(missing)
}

/// Increments the data version, which invalidates every in-memory cache, and removes the undo steps of the last import:
/// they no longer fit the data, and may hold what was just erased.
pub async fn bump_data_version(txn: &DatabaseTransaction) -> Result<(), DbErr> {
    let version = Expr::col(fact_version::Column::Version).add(1);
    fact_version::Entity::update_many().col_expr(fact_version::Column::Version, version).exec(txn).await?;
    import_undo::Entity::delete_many().exec(txn).await?;
    Ok(())
}

pub(super) fn missing() -> DbErr {
    DbErr::RecordNotFound("fact_version".to_owned())
}
