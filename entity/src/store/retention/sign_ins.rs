//! Removes old sessions and sign-in links.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, Condition, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _};

use super::Kind;
use super::rows::{instant, recorded};
use crate::period::Day;
use crate::store::audit::AuditContext;
use crate::store::begin_write;
use crate::table::{session, sign_in_link};

pub(super) fn over_sessions(cutoff: Day) -> Condition {
    Condition::any()
        .add(session::Column::ExpiresAt.lt(instant(cutoff)))
        .add(session::Column::EndedAt.lt(instant(cutoff)))
}

pub(super) fn over_links(cutoff: Day) -> Condition {
    Condition::any()
        .add(sign_in_link::Column::ExpiresAt.lt(instant(cutoff)))
        .add(sign_in_link::Column::UsedAt.lt(instant(cutoff)))
}

/// Removes sessions and sign-in links that ended before `cutoff`, at most `limit` of each.
pub async fn remove_sign_ins(
    db: &DatabaseConnection,
    cutoff: Day,
    limit: u64,
    by: &AuditContext,
) -> Result<u64, DbErr> {
    let sessions = Query::select()
        .column(session::Column::Id)
        .from(session::Entity)
        .cond_where(over_sessions(cutoff))
        .limit(limit)
        .to_owned();
    let links = Query::select()
        .column(sign_in_link::Column::Id)
        .from(sign_in_link::Entity)
        .cond_where(over_links(cutoff))
        .limit(limit)
        .to_owned();
    let txn = begin_write(db).await?;
    let sessions = session::Entity::delete_many().filter(session::Column::Id.in_subquery(sessions)).exec(&txn).await?;
    let links =
        sign_in_link::Entity::delete_many().filter(sign_in_link::Column::Id.in_subquery(links)).exec(&txn).await?;
    recorded(txn, Kind::SignIns, sessions.rows_affected + links.rows_affected, by).await
}
