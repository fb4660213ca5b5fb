//! The ledger: table `job_run`, one row per job and period. It alone decides which worker runs what, so two replicas, a
//! double tick, a crash and a restart are all the same harmless case.
//!
//! ```text
//!               claim                       done
//!  (no row) ───────────────▶ RUNNING ─────────────────▶ DONE ───┐
//!  REQUESTED ──────────────▶   │ ▲                              │ request
//!  RETRYING, not_before past ─▶│ │ claim, when                  │
//!                              │ └─ the lease has run out       ▼
//!                              ├── retry, reschedule, release ──▶ RETRYING / REQUESTED
//!                              └── fail ──▶ FAILED ── request ──▶ REQUESTED
//! ```
//!
//! Every step is one statement, atomic on both engines. Every step out of RUNNING is guarded by the holder's name, which is
//! new with each claim: a worker that lost its lease cannot mark the run of the one that took over.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;

use super::audit::Event;
use crate::actor::Actor;
use crate::id::JobRunId;
use crate::period::Day;
use crate::table::import_batch;
use crate::table::job_run::{ActiveModel, Column, Entity, Model};
use crate::value::{Action, ImportState, ReportKind, RunState};

/// The job that stores a day's coverage. Its periods are days, `2026-11-23`.
pub const COVERAGE: &str = "coverage";
/// The job that mails a week's gap report. Its periods are ISO weeks, `2026-W48`.
pub const GAP_REPORT: &str = "gap-report";
/// The job that mails what became worse since a week's gap report. Its periods are ISO weeks.
pub const MIDWEEK_REPORT: &str = "midweek-report";
/// The mails of the register.
pub const REGISTER_MAIL: &str = "register-mail";
/// The job that checks the audit log. Its periods are days.
pub const AUDIT_CHECK: &str = "audit-check";
/// The job that removes data whose retention period has ended. Its periods are days.
pub const RETENTION: &str = "retention";

/// Returns the job that makes and mails the reports of a kind.
#[must_use]
pub const fn job_of(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Weekly => GAP_REPORT,
        ReportKind::Midweek => MIDWEEK_REPORT,
    }
}

/// A worker's claim on the run of a job for a period.
#[derive(Clone, Copy, Debug)]
pub struct ClaimRequest<'a> {
    /// The job's name.
    pub job: &'a str,
    /// The period as text.
    pub period: &'a str,
    /// The name under which the lease is held; unique for each claim, in any process.
    pub holder: &'a str,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// End of the lease unless it is renewed.
    pub lease_until: DateTime<Utc>,
}

/// The right to run one row and to record its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The row.
    pub run: JobRunId,
    /// The name under which it is held.
    pub holder: String,
}

/// Filters the rows of a list. By default all rows match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Only rows of this job.
    pub job: Option<String>,
    /// Only rows in this state.
    pub state: Option<RunState>,
}

/// Claims a run that has not begun, that was requested, whose back-off has passed, or whose lease has expired. Returns the
/// row as it is now, or `None` if another worker holds it or it is done.
pub async fn claim(db: &impl ConnectionTrait, claim: ClaimRequest<'_>) -> Result<Option<Model>, DbErr> {
    upsert(db, claim, Expr::col((Entity, Column::Attempts)).add(1), claimable(claim.now)).await
}

/// Claims a run because a person requests it now, even if it is done or waits for its back-off. Returns `None` if
/// another worker holds a valid lease. Attempts are counted from 1 again.
pub async fn force_claim(db: &impl ConnectionTrait, claim: ClaimRequest<'_>) -> Result<Option<Model>, DbErr> {
    let open = Condition::any().add(Column::State.ne(RunState::Running)).add(Column::LeaseUntil.lt(claim.now));
    upsert(db, claim, Expr::val(1), open).await
}

async fn upsert(
    db: &impl ConnectionTrait,
    claim: ClaimRequest<'_>,
    attempts: Expr,
    open: Condition,
) -> Result<Option<Model>, DbErr> {
    let ClaimRequest { job, period, holder, now, lease_until } = claim;
    let row = ActiveModel {
        state: Set(RunState::Running),
        attempts: Set(1),
        holder: Set(Some(holder.to_owned())),
        lease_until: Set(Some(lease_until)),
        not_before: Set(None),
        started_at: Set(Some(now)),
        finished_at: Set(None),
        ..blank(job, period)
    };
    // The outcome stays: until this attempt ends, the last one's best describes the problem.
    let taken_over = OnConflict::columns([Column::Job, Column::Period])
        .update_columns([
            Column::State,
            Column::Holder,
            Column::LeaseUntil,
            Column::NotBefore,
            Column::StartedAt,
            Column::FinishedAt,
        ])
        .value(Column::Attempts, attempts)
        .action_cond_where(open)
        .to_owned();
    returned(Entity::insert(row).on_conflict(taken_over).exec_with_returning(db).await)
}

/// Requests a run ("send again"): the worker begins it when it next wakes. A done, failed or waiting run becomes
/// requested, with its attempts counted from 0 again; one that is requested or running is left alone. Returns the row
/// as it is afterwards.
pub async fn request(db: &impl ConnectionTrait, job: &str, period: &str) -> Result<Model, DbErr> {
    let row = ActiveModel {
        state: Set(RunState::Requested),
        attempts: Set(0),
        not_before: Set(None),
        finished_at: Set(None),
        ..blank(job, period)
    };
    let asked_again = OnConflict::columns([Column::Job, Column::Period])
        .update_columns([Column::State, Column::Attempts, Column::NotBefore, Column::FinishedAt])
        .action_cond_where(Column::State.is_in([RunState::Done, RunState::Failed, RunState::Retrying]))
        .to_owned();
    match returned(Entity::insert(row).on_conflict(asked_again).exec_with_returning(db).await)? {
        Some(row) => Ok(row),
        None => find(db, job, period).await?.ok_or_else(|| DbErr::RecordNotFound(format!("{job} {period}"))),
    }
}

/// Returns the audit event of a requested run, with the state of its row `before` and after.
#[must_use]
pub fn requested(at: DateTime<Utc>, actor: Actor, before: Option<&Model>, row: &Model) -> Event {
    let state = |row: &Model| json!({ "state": row.state.as_str() });
    Event {
        object: Some(format!("run:{}/{}", row.job, row.period)),
        before: before.map(state),
        after: Some(state(row)),
        ..Event::new(at, actor, Action::RunRequested)
    }
}

/// Returns a row whose other columns are all empty.
fn blank(job: &str, period: &str) -> ActiveModel {
    ActiveModel { job: Set(job.to_owned()), period: Set(period.to_owned()), ..ActiveModel::default() }
}

/// Turns an upsert without a result into `None`: if its condition does not hold, SeaORM reports an error.
fn returned(row: Result<Model, DbErr>) -> Result<Option<Model>, DbErr> {
    match row {
        Ok(row) => Ok(Some(row)),
        Err(DbErr::RecordNotFound(_) | DbErr::RecordNotInserted) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the condition for a row that may be claimed.
fn claimable(now: DateTime<Utc>) -> Condition {
    Condition::any()
        .add(Column::State.eq(RunState::Requested))
        .add(Condition::all().add(Column::State.eq(RunState::Retrying)).add(Column::NotBefore.lte(now)))
        .add(Condition::all().add(Column::State.eq(RunState::Running)).add(Column::LeaseUntil.lt(now)))
}

/// Renews the lease until `until` (heartbeat). Returns false if the lease is lost and another worker may have the run.
///
/// # Errors
///
/// The database error. The lease may still be valid.
pub async fn renew(db: &impl ConnectionTrait, lease: &Lease, until: DateTime<Utc>) -> Result<bool, DbErr> {
    update_held(db, lease, ActiveModel { lease_until: Set(Some(until)), ..ActiveModel::default() }).await
}

/// Marks the run as done. `outcome` says what it did in one sentence without personal data. Returns false if the lease
/// is lost.
pub async fn done(db: &impl ConnectionTrait, lease: &Lease, now: DateTime<Utc>, outcome: &str) -> Result<bool, DbErr> {
    update_held(db, lease, ActiveModel { finished_at: Set(Some(now)), ..ended(RunState::Done, outcome) }).await
}

/// Marks the run as permanently failed, with an `outcome` as for [`done`]. Returns false if the lease is lost.
pub async fn fail(db: &impl ConnectionTrait, lease: &Lease, now: DateTime<Utc>, outcome: &str) -> Result<bool, DbErr> {
    update_held(db, lease, ActiveModel { finished_at: Set(Some(now)), ..ended(RunState::Failed, outcome) }).await
}

/// Marks the attempt as failed; another may begin from `not_before`. Returns false if the lease is lost.
pub async fn retry(
    db: &impl ConnectionTrait,
    lease: &Lease,
    not_before: DateTime<Utc>,
    outcome: &str,
) -> Result<bool, DbErr> {
    update_held(db, lease, ActiveModel { not_before: Set(Some(not_before)), ..ended(RunState::Retrying, outcome) })
        .await
}

/// Marks the attempt as successful with work left to do from `not_before`; earlier failures are no longer counted.
/// Returns false if the lease is lost.
pub async fn reschedule(
    db: &impl ConnectionTrait,
    lease: &Lease,
    not_before: DateTime<Utc>,
    outcome: &str,
) -> Result<bool, DbErr> {
    let row = ended(RunState::Retrying, outcome);
    update_held(db, lease, ActiveModel { not_before: Set(Some(not_before)), attempts: Set(0), ..row }).await
}

/// Gives the run back because the worker stops: another may begin it at once, and the attempt does not count. Returns
/// false if the lease is lost.
pub async fn release(db: &impl ConnectionTrait, lease: &Lease, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let row = ended(RunState::Retrying, "Stopped with its worker; another worker takes over.");
    let released = Entity::update_many()
        .set(ActiveModel { not_before: Set(Some(now)), ..row })
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).sub(1))
        .filter(held(lease))
        .exec(db)
        .await?;
    Ok(released.rows_affected == 1)
}

/// Returns the columns that are common to all rows that are no longer running.
fn ended(state: RunState, outcome: &str) -> ActiveModel {
    ActiveModel {
        state: Set(state),
        holder: Set(None),
        lease_until: Set(None),
        outcome: Set(Some(outcome.to_owned())),
        ..ActiveModel::default()
    }
}

async fn update_held(db: &impl ConnectionTrait, lease: &Lease, row: ActiveModel) -> Result<bool, DbErr> {
    Ok(Entity::update_many().set(row).filter(held(lease)).exec(db).await?.rows_affected == 1)
}

fn held(lease: &Lease) -> Condition {
    Condition::all()
        .add(Column::Id.eq(lease.run))
        .add(Column::Holder.eq(lease.holder.as_str()))
        .add(Column::State.eq(RunState::Running))
}

/// Returns the rows of `job` that may be claimed now: requested, past their back-off, or with an expired lease. Oldest
/// period first, at most `limit`.
pub async fn due(db: &impl ConnectionTrait, job: &str, now: DateTime<Utc>, limit: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::Job.eq(job))
        .filter(claimable(now))
        .order_by_asc(Column::Period)
        .limit(limit)
        .all(db)
        .await
}

/// Returns those of `periods` for which `job` has a row in any state.
pub async fn known(db: &impl ConnectionTrait, job: &str, periods: &[String]) -> Result<Vec<String>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::Period)
        .filter(Column::Job.eq(job))
        .filter(Column::Period.is_in(periods.iter().map(String::as_str)))
        .into_tuple()
        .all(db)
        .await
}

/// Returns when the first import was applied. Before that nothing is due, since there is no data.
pub async fn first_import(db: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, DbErr> {
    import_batch::Entity::find()
        .select_only()
        .column(import_batch::Column::FinishedAt)
        .filter(import_batch::Column::State.eq(ImportState::Applied))
        .order_by_asc(import_batch::Column::FinishedAt)
        .into_tuple()
        .one(db)
        .await
}

/// Refuses a period that ends on `last` and lies entirely before the first import, `imported`: a run without data would
/// be recorded as complete and would report zero gaps.
///
/// # Errors
///
/// Why it is refused, and what to do instead, in one sentence.
pub fn refuse_before_first_import(period: &str, last: Day, imported: Option<Day>) -> Result<(), String> {
    match imported {
        Some(imported) if last >= imported => Ok(()),
        Some(imported) => Err(format!(
            "There is no data for {period}: the first import was on {imported}. Choose that day or a later one"
        )),
        None => Err(format!("There is no data for {period}: no files have been imported yet. Import them first")),
    }
}

/// Returns the row of `job` for `period`.
pub async fn find(db: &impl ConnectionTrait, job: &str, period: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Job.eq(job)).filter(Column::Period.eq(period)).one(db).await
}

/// Returns a page of rows, newest first by the order in which they were first claimed or requested: at most `limit`,
/// after the row `after`, with which the previous page ended.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &RunFilter,
    after: Option<JobRunId>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(matching(filter))
        .filter(Condition::all().add_option(after.map(|id| Column::Id.lt(id))))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await
}

/// Returns the number of rows on all pages of [`list`].
pub async fn count(db: &impl ConnectionTrait, filter: &RunFilter) -> Result<u64, DbErr> {
    Entity::find().filter(matching(filter)).count(db).await
}

fn matching(filter: &RunFilter) -> Condition {
    let RunFilter { job, state } = filter;
    Condition::all()
        .add_option(job.as_deref().map(|job| Column::Job.eq(job)))
        .add_option(state.map(|state| Column::State.eq(state)))
}

impl Model {
    /// Returns the lease under which this row is held. `None` if it is not held.
    #[must_use]
    pub fn lease(&self) -> Option<Lease> {
        Some(Lease { run: self.id, holder: self.holder.clone()? })
    }
}
