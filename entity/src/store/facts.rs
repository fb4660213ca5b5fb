//! The one row that stands for all facts on file: each writer locks it and increments it.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _, QuerySelect as _};

use crate::table::{fact_version, import_undo};

/// The row as it is now.
pub(super) async fn current(db: &impl ConnectionTrait) -> Result<fact_version::Model, DbErr> {
    fact_version::Entity::find_by_id(1).one(db).await?.ok_or_else(missing)
}

/// Blocks other writers of facts until the transaction ends. PostgreSQL lets several write at once: the row that
/// every change of the facts counts up stands for all of them. On SQLite the transaction has the write lock already.
pub async fn lock(txn: &DatabaseTransaction) -> Result<fact_version::Model, DbErr> {
    fact_version::Entity::find().lock_exclusive().one(txn).await?.ok_or_else(missing)
}

/// What is kept of the facts in memory is stale from here on, and what would take the last import back is removed: it does not
/// fit any more, and may hold what was just erased.
pub async fn count_up(txn: &DatabaseTransaction) -> Result<(), DbErr> {
    let version = Expr::col(fact_version::Column::Version).add(1);
    fact_version::Entity::update_many().col_expr(fact_version::Column::Version, version).exec(txn).await?;
    import_undo::Entity::delete_many().exec(txn).await?;
    Ok(())
}

pub(super) fn missing() -> DbErr {
    DbErr::RecordNotFound("fact_version".to_owned())
}
