//! The interface between the runner and a job.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::clock::{Clock, day_of};
use entity::period::Day;
use entity::store::run::{self as ledger, Lease};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::schedule::Period;

/// Work that runs automatically, once per period.
#[async_trait::async_trait]
pub trait Job: Send + Sync {
    /// Its name in the table of jobs and in the ledger.
    fn name(&self) -> &'static str;

    /// Does the work of one period. It may start again after any failure or kill, so repeating earlier work must be
    /// harmless, unless the work is recorded with [`RunContext::done_within`]. The future is dropped if its time limit
    /// is reached, its lease is lost, or the process stops.
    ///
    /// # Errors
    ///
    /// [`JobError`], which says whether another attempt may help.
    async fn run(&self, ctx: &RunContext, period: Period) -> Result<JobOutcome, JobError>;
}

/// How an attempt succeeded. The texts are one sentence each, shown to people, with figures but without personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobOutcome {
    /// The period's work is done.
    Done(String),
    /// All work that is possible now is done; the rest waits. This does not count as a failed attempt.
    ContinueLater {
        /// When to continue; at the earliest at the next minute.
        not_before: DateTime<Utc>,
        /// What was done, and what remains.
        text: String,
    },
}

/// How an attempt failed. As in [`JobOutcome`], the texts are shown to people: what is wrong and what to do, without
/// internal text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// Another attempt may succeed. It follows after the times of [`RUN`](crate::retry::RUN).
    #[error("{0}")]
    Retry(String),
    /// No attempt will succeed until someone acts.
    #[error("{0}")]
    Fail(String),
}

/// The database error goes to the log. The ledger, which clients can see, gets a general sentence.
impl From<DbErr> for JobError {
    fn from(error: DbErr) -> Self {
        tracing::warn!(%error, "database error in a job");
        Self::Retry("The database was unreachable or returned an error; see the log.".to_owned())
    }
}

/// What an attempt may use.
#[derive(Clone, Debug)]
pub struct RunContext {
    /// The database.
    pub db: DatabaseConnection,
    /// The clock, for events that are recorded as they happen, such as the acceptance of a mail.
    pub clock: Clock,
    /// The board's zone.
    pub zone: Tz,
    /// When this attempt began.
    pub now: DateTime<Utc>,
    /// The number of the attempt: 1 for the first since the run was due, requested, or last succeeded.
    pub attempt: i32,
    /// Cancelled when the process stops soon. A job of many steps may end with [`JobOutcome::ContinueLater`] between
    /// two of them.
    pub stopping: CancellationToken,
    /// For work that must finish even if the attempt is cut short. The process waits for it before it ends.
    pub tasks: TaskTracker,
    pub(super) lease: Lease,
    pub(super) recorded: Arc<AtomicBool>,
}

impl RunContext {
    /// Returns the date in the board's zone on which this attempt started.
    #[must_use]
    pub fn today(&self) -> Day {
        day_of(self.now, self.zone)
    }

    /// Records the run as done within the job's own transaction, as its last statement before the commit. The work and
    /// its record then take effect together, and no kill can separate them. The job must then return
    /// [`JobOutcome::Done`] with the same text.
    ///
    /// # Errors
    ///
    /// If the lease was lost, in which case the job must not commit, or if the database fails.
    pub async fn done_within(&self, txn: &impl ConnectionTrait, outcome: &str) -> Result<(), JobError> {
        // This comes before the statement, so that a heartbeat that finds the row done knows the cause.
        self.recorded.store(true, Ordering::SeqCst);
        if ledger::done(txn, &self.lease, self.clock.now(), outcome).await? {
            Ok(())
        } else {
            self.recorded.store(false, Ordering::SeqCst);
            Err(JobError::Retry("Another worker has taken over this run.".to_owned()))
        }
    }
}
