//! The version of the facts on file: one row, which each writer locks and increments, and what the last changes touched.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _,
    QueryFilter as _, QuerySelect as _,
};

use crate::json_column::Touched;
use crate::table::{fact_change, fact_version, import_undo};

/// How many versions back it is known what each change touched. A process that is further behind reads everything.
const CHANGES_KEPT: i64 = 10_000;

/// Returns the current row.
pub(super) async fn current(db: &impl ConnectionTrait) -> Result<fact_version::Model, DbErr> {
    fact_version::Entity::find_by_id(1).one(db).await?.ok_or_else(missing)
}

/// Blocks other writers of facts until the transaction ends. PostgreSQL allows several writers at once, so all of them
/// lock this row. On SQLite the transaction has the write lock already.
pub async fn lock(txn: &DatabaseTransaction) -> Result<fact_version::Model, DbErr> {
    fact_version::Entity::find().lock_exclusive().one(txn).await?.ok_or_else(missing)
}

/// Increments the data version, after which every process reads all facts again, and removes the undo steps of the last
/// import: they no longer fit the data, and may hold what was just erased. For changes whose extent is not known, such as
/// an import, or that reach beyond [`Touched`]: new people and units, posts, links, absences, staff lists.
pub async fn bump_data_version(txn: &DatabaseTransaction) -> Result<(), DbErr> {
    increment(txn).await?;
    // No process can go from a version before this one to a later one in small steps.
    fact_change::Entity::delete_many().exec(txn).await?;
    Ok(())
}

/// Increments the data version like [`bump_data_version`], and records that the transaction changed nothing but the
/// facts that [`Touched`] names. Every process then reads just those again. Returns the new version.
///
/// Call it after the writes, in the same transaction. A person whose role or allocation was removed is touched too.
pub async fn bump_data_version_touching(txn: &DatabaseTransaction, touched: &Touched) -> Result<i64, DbErr> {
    increment(txn).await?;
    // The row is locked by the increment, so the versions follow each other without gaps.
    let version = current(txn).await?.version;
    let change = fact_change::ActiveModel { version: Set(version), touched: Set(touched.clone()) };
    fact_change::Entity::insert(change).exec_without_returning(txn).await?;
    let old = fact_change::Column::Version.lte(version.saturating_sub(CHANGES_KEPT));
    fact_change::Entity::delete_many().filter(old).exec(txn).await?;
    Ok(version)
}

async fn increment(txn: &DatabaseTransaction) -> Result<(), DbErr> {
    let version = Expr::col(fact_version::Column::Version).add(1);
    fact_version::Entity::update_many().col_expr(fact_version::Column::Version, version).exec(txn).await?;
    import_undo::Entity::delete_many().exec(txn).await?;
    Ok(())
}

pub(super) fn missing() -> DbErr {
    DbErr::RecordNotFound("fact_version".to_owned())
}
