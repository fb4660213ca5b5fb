//! Removes rejected rows, refusals and undo steps of old imports.

use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ColumnTrait as _, Condition, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _};

use super::Kind;
use super::rows::{instant, recorded};
use crate::period::Day;
use crate::store::audit::AuditContext;
use crate::store::begin_write;
use crate::table::{import_batch, import_reject, import_undo};

/// Replaces the refusal of an import once it is no longer kept.
const REFUSAL_GONE: &str = "Why it was refused is no longer kept.";

pub(super) fn old_batches(cutoff: Day) -> SelectStatement {
    Query::select()
        .column(import_batch::Column::Id)
        .from(import_batch::Entity)
        .and_where(import_batch::Column::FinishedAt.lt(instant(cutoff)))
        .to_owned()
}

/// The condition for old imports with a refusal, which may name a person.
pub(super) fn old_refusal(cutoff: Day) -> Condition {
    Condition::all()
        .add(import_batch::Column::FinishedAt.lt(instant(cutoff)))
        .add(import_batch::Column::Refusal.is_not_null())
        .add(import_batch::Column::Refusal.ne(REFUSAL_GONE))
}

pub(super) fn reject_to_batch() -> sea_orm::RelationDef {
    import_reject::Entity::belongs_to(import_batch::Entity)
        .from(import_reject::Column::BatchId)
        .to(import_batch::Column::Id)
        .into()
}

pub(super) fn undo_to_batch() -> sea_orm::RelationDef {
    import_undo::Entity::belongs_to(import_batch::Entity)
        .from(import_undo::Column::BatchId)
        .to(import_batch::Column::Id)
        .into()
}

/// Removes rejected rows of imports from before `cutoff`, at most `limit`. With the last of them it also removes the
/// reasons why such imports were refused, and the undo steps of such imports, which hold earlier versions of rows.
pub async fn remove_rejects(db: &DatabaseConnection, cutoff: Day, limit: u64, by: &AuditContext) -> Result<u64, DbErr> {
    let some = Query::select()
        .column(import_reject::Column::Id)
        .from(import_reject::Entity)
        .and_where(import_reject::Column::BatchId.in_subquery(old_batches(cutoff)))
        .limit(limit)
        .to_owned();
    let txn = begin_write(db).await?;
    let removed =
        import_reject::Entity::delete_many().filter(import_reject::Column::Id.in_subquery(some)).exec(&txn).await?;
    let mut removed = removed.rows_affected;
    if removed < limit {
        let shortened = import_batch::Entity::update_many()
            .col_expr(import_batch::Column::Refusal, Expr::value(REFUSAL_GONE))
            .filter(old_refusal(cutoff));
        removed += shortened.exec(&txn).await?.rows_affected;
        let steps =
            import_undo::Entity::delete_many().filter(import_undo::Column::BatchId.in_subquery(old_batches(cutoff)));
        removed += steps.exec(&txn).await?.rows_affected;
    }
    recorded(txn, Kind::Rejects, removed, by).await
}
