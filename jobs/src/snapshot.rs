//! The `coverage` job: computes one day's coverage from the records on file and stores it as a snapshot.

use chrono::{DateTime, Utc};
use entity::coverage::disclosure::Limit;
use entity::coverage::{self, Breakdowns, Disclosure, Question, change::is_gap};
use entity::period::Day;
use entity::store::begin_write;
use entity::store::roster::{self, LoadError, LoadedRoster, TooLongAgo};
use entity::store::run::COVERAGE;
use entity::store::snapshot::{self, NewSnapshot};
use entity::store::{disclosure, facts, staff_list};
use entity::value::Status;
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr};

use crate::runner::{Job, JobError, JobOutcome, RunContext};
use crate::schedule::Period;

/// Why no snapshot was stored. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The records could not be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The snapshot could not be written.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// Some records of that day are no longer on file.
    #[error(transparent)]
    TooLongAgo(#[from] TooLongAgo),
    /// The computation stopped; the cause is in the log.
    #[error("the computation stopped")]
    Computation,
}

/// A stored snapshot and its totals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCoverage {
    /// The snapshot.
    pub snapshot: entity::table::snapshot::Model,
    /// Number of teams.
    pub teams: usize,
    /// Teams that are COVERED or AT_RISK.
    pub covered: usize,
    /// Teams with a gap.
    pub gaps: usize,
}

/// Computes and stores the coverage of `day` as its newest revision, and decides which of its small numbers are hidden.
///
/// # Errors
///
/// [`SnapshotError`]. Nothing is written in this case.
pub async fn take_snapshot(
    db: &DatabaseConnection,
    day: Day,
    limit: Limit,
    now: DateTime<Utc>,
) -> Result<StoredCoverage, SnapshotError> {
    let (txn, taken) = compute_and_write(db, day, limit, now).await?;
    txn.commit().await?;
    Ok(taken)
}

/// Like [`take_snapshot`], but leaves the transaction open: nothing is stored until the caller commits.
async fn compute_and_write(
    db: &DatabaseConnection,
    day: Day,
    limit: Limit,
    now: DateTime<Utc>,
) -> Result<(DatabaseTransaction, StoredCoverage), SnapshotError> {
    let (facts, coverage) = compute_day(db, day).await?;
    let breakdowns = Breakdowns::from_coverage(&facts.index, &coverage);
    let txn = begin_write(db).await?;
    // Each snapshot must be decided after the one before it, and PostgreSQL lets several transactions write at once.
    facts::lock(&txn).await?;
    let (breakdowns, disclosure) = decide(&txn, day, limit, breakdowns).await?;
    let new = NewSnapshot {
        index: &facts.index,
        coverage: &coverage,
        breakdowns: &breakdowns,
        disclosure: &disclosure,
        facts_version: facts.version,
        computed_at: now,
    };
    let snapshot = snapshot::write(&txn, new).await?;
    Ok((txn, StoredCoverage::new(snapshot, &coverage)))
}

/// Returns the newest snapshot of `day`. Takes one first, as a new revision, if the day has none or if the data has
/// changed since its newest one (COVERAGE.md section 8).
///
/// A day whose records are no longer all on file keeps its snapshot.
///
/// # Errors
///
/// As [`take_snapshot`].
pub async fn ensure_snapshot(
    db: &DatabaseConnection,
    day: Day,
    limit: Limit,
    now: DateTime<Utc>,
) -> Result<entity::table::snapshot::Model, SnapshotError> {
    let newest = snapshot::newest_of(db, day).await?;
    if let Some(newest) = &newest
        && is_current(db, newest).await?
    {
        return Ok(newest.clone());
    }
    match (take_snapshot(db, day, limit, now).await, newest) {
        (Ok(taken), _) => Ok(taken.snapshot),
        (Err(SnapshotError::TooLongAgo(_)), Some(newest)) => Ok(newest),
        (Err(error), _) => Err(error),
    }
}

/// Whether the data is unchanged since a snapshot was computed.
///
/// # Errors
///
/// If the database fails.
pub async fn is_current(db: &DatabaseConnection, snapshot: &entity::table::snapshot::Model) -> Result<bool, DbErr> {
    Ok(snapshot.facts_version == Some(roster::version(db).await?))
}

/// Decides which numbers of a day are hidden. A day between stored ones reveals nothing new, because the day after it
/// is already published.
async fn decide(
    db: &DatabaseTransaction,
    day: Day,
    limit: Limit,
    breakdowns: Breakdowns,
) -> Result<(Breakdowns, Disclosure), SnapshotError> {
    let before = match snapshot::last_until(db, day).await? {
        Some(last) => disclosure::published(db, last.id).await?,
        None => None,
    };
    let is_newest = snapshot::newest(db).await?.is_none_or(|newest| newest.day <= day);
    tokio::task::spawn_blocking(move || {
        let disclosure =
            if is_newest { breakdowns.decide(limit, before.as_ref()) } else { breakdowns.follow(before.as_ref()) };
        (breakdowns, disclosure)
    })
    .await
    .map_err(|_| SnapshotError::Computation)
}

async fn compute_day(db: &DatabaseConnection, day: Day) -> Result<(LoadedRoster, coverage::Coverage), SnapshotError> {
    let facts = roster::load(db).await?;
    facts.check_complete(day)?;
    // A snapshot keeps what is true on its own day, even if it is taken later: lists that were stale then are stale in
    // it. A nation takes seconds, so it does not run on a thread that others wait for.
    tokio::task::spawn_blocking(move || {
        let coverage = coverage::compute(&facts.index, &Question { day, today: Some(day), what_if: None });
        (facts, coverage)
    })
    .await
    .map_err(|_| SnapshotError::Computation)
}

impl StoredCoverage {
    fn new(snapshot: entity::table::snapshot::Model, coverage: &coverage::Coverage) -> Self {
        let count = |wanted: fn(Status) -> bool| coverage.teams.iter().filter(|team| wanted(team.status)).count();
        Self {
            snapshot,
            teams: coverage.teams.len(),
            covered: count(|status| matches!(status, Status::Covered | Status::AtRisk)),
            gaps: count(is_gap),
        }
    }
}

impl std::fmt::Display for StoredCoverage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { snapshot, teams, covered, gaps } = self;
        write!(f, "{teams} teams, {covered} covered, {gaps} with a gap (revision {})", snapshot.revision)
    }
}

/// The job `coverage`: each run stores its day as a new revision.
#[derive(Clone, Copy, Debug)]
pub struct Coverage {
    /// Counts below this are hidden.
    pub limit: Limit,
}

#[async_trait::async_trait]
impl Job for Coverage {
    fn name(&self) -> &'static str {
        COVERAGE
    }

    async fn run(&self, ctx: &RunContext, period: Period) -> Result<JobOutcome, JobError> {
        let (txn, taken) = compute_and_write(&ctx.db, period.first_day(), self.limit, ctx.now).await?;
        let text = taken.to_string();
        // In one transaction, so that a kill in between cannot cause a second revision of the same figures.
        ctx.done_within(&txn, &text).await?;
        txn.commit().await?;
        if let Err(error) = log_staff_list_age(&ctx.db, ctx.today()).await {
            tracing::warn!(%error, "could not read the age of the staff lists");
        }
        Ok(JobOutcome::Done(text))
    }
}

/// Logs how old the oldest staff list is, once per day.
async fn log_staff_list_age(db: &DatabaseConnection, today: Day) -> Result<(), DbErr> {
    let Some(list) = staff_list::oldest(db).await? else { return Ok(()) };
    let (age_in_days, as_at) = (list.age_in_days(today), list.as_at);
    if list.is_old(today) {
        tracing::warn!(employer = list.employer, %as_at, age_in_days, "staff list is old");
    } else {
        tracing::info!(employer = list.employer, %as_at, age_in_days, "oldest staff list");
    }
    Ok(())
}

impl From<SnapshotError> for JobError {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::Database(cause) | SnapshotError::Load(LoadError::Database(cause)) => cause.into(),
            SnapshotError::Load(LoadError::Mix(unreadable)) => {
                Self::Fail(format!("A policy cannot be read: {unreadable}. Correct it and import it again."))
            }
            SnapshotError::TooLongAgo(too_long_ago) => {
                Self::Fail(format!("Coverage was not computed: {too_long_ago}."))
            }
            SnapshotError::Computation => Self::Retry("The computation stopped; see the log.".to_owned()),
        }
    }
}
