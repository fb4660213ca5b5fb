//! Removes clients' keys of commands that are no longer kept. A command removes them as well; the job also does when no client
//! sends one.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _, Select};

use super::Kind;
use super::rows::{instant, recorded};
use crate::period::Day;
use crate::store::audit::AuditContext;
use crate::store::begin_write;
use crate::table::idempotency_key;

pub(super) fn old_keys(cutoff: Day) -> Select<idempotency_key::Entity> {
    idempotency_key::Entity::find().filter(idempotency_key::Column::At.lt(instant(cutoff)))
}

/// Removes keys from before `cutoff`, at most `limit`.
pub async fn remove_command_keys(
    db: &DatabaseConnection,
    cutoff: Day,
    limit: u64,
    by: &AuditContext,
) -> Result<u64, DbErr> {
    let some = Query::select()
        .column(idempotency_key::Column::Id)
        .from(idempotency_key::Entity)
        .and_where(idempotency_key::Column::At.lt(instant(cutoff)))
        .limit(limit)
        .to_owned();
    let txn = begin_write(db).await?;
    let old = idempotency_key::Entity::delete_many().filter(idempotency_key::Column::Id.in_subquery(some));
    let removed = old.exec(&txn).await?.rows_affected;
    recorded(txn, Kind::CommandKeys, removed, by).await
}
