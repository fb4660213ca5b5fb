//! Removes old runs of jobs.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, Condition, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _, Select};

use super::Kind;
use super::rows::{instant, recorded};
use crate::period::Day;
use crate::store::audit::AuditContext;
use crate::store::begin_write;
use crate::table::job_run;
use crate::value::RunState;

pub(super) fn old_runs(cutoff: Day) -> Select<job_run::Entity> {
    job_run::Entity::find().filter(ended_before(cutoff))
}

/// The condition for runs that ended before `cutoff`. A run that has not ended is kept, however old: without its row,
/// the ledger would treat the period as not begun.
fn ended_before(cutoff: Day) -> Condition {
    Condition::all()
        .add(job_run::Column::State.is_in([RunState::Done, RunState::Failed]))
        .add(job_run::Column::FinishedAt.lt(instant(cutoff)))
}

/// Removes runs of jobs that ended before `cutoff`, at most `limit`.
pub async fn remove_runs(db: &DatabaseConnection, cutoff: Day, limit: u64, by: &AuditContext) -> Result<u64, DbErr> {
    let some = Query::select()
        .column(job_run::Column::Id)
        .from(job_run::Entity)
        .cond_where(ended_before(cutoff))
        .limit(limit)
        .to_owned();
    let txn = begin_write(db).await?;
    let removed = job_run::Entity::delete_many().filter(job_run::Column::Id.in_subquery(some)).exec(&txn).await?;
    recorded(txn, Kind::Runs, removed.rows_affected, by).await
}
