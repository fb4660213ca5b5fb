//! What a job is, and what it may use and answer.

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

/// Something that happens by itself, once a period.
#[async_trait::async_trait]
pub trait Job: Send + Sync {
    /// Its name in the table of jobs and in the ledger.
    fn name(&self) -> &'static str;

    /// Does the work of one period. May be begun again after any failure or kill, so what it did before must be harmless
    /// to do again (or be recorded with [`RunContext::done_within`]). Dropped where it stands when its time limit is over,
    /// its lease is lost, or the process stops.
    ///
    /// # Errors
    ///
    /// [`JobError`], which says whether another attempt may help.
    async fn run(&self, ctx: &RunContext, period: Period) -> Result<Outcome, JobError>;
}

/// How an attempt went well. The texts are one sentence each, shown to people: figures, but no personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The period's work is done.
    Done(String),
    /// The work is as done as it can be now; the rest waits until then. It does not count as a failed attempt.
    Again {
        /// When to go on; at the earliest at the next minute.
        not_before: DateTime<Utc>,
        /// What was done, and what is left.
        text: String,
    },
}

/// How an attempt failed. The texts are as those of [`Outcome`]: what is wrong and what a person can do, no internal text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// Another attempt may go better; it follows as [`RUN`](crate::retry::RUN) says.
    #[error("{0}")]
    Retry(String),
    /// No attempt will go better until somebody does something.
    #[error("{0}")]
    Fail(String),
}

/// What the database said is for the log; the ledger, which clients see, gets a sentence.
impl From<DbErr> for JobError {
    fn from(error: DbErr) -> Self {
        tracing::warn!(%error, "database error in a job");
        Self::Retry("The database was unreachable or returned an error; see the log.".to_owned())
    }
}

/// What the runner hands to an attempt.
#[derive(Clone, Debug)]
pub struct RunContext {
    /// The database.
    pub db: DatabaseConnection,
    /// For instants that are recorded as they happen, such as a mail's acceptance.
    pub clock: Clock,
    /// The board's zone.
    pub zone: Tz,
    /// When this attempt began.
    pub now: DateTime<Utc>,
    /// 1 for the first attempt since the run was owed, asked for, or last went well.
    pub attempt: i32,
    /// Cancelled when the process stops soon: a job of many steps may end with [`Outcome::Again`] between two of them.
    pub stopping: CancellationToken,
    /// For what must come to its end even if the attempt is cut short: the process waits for it before it ends.
    pub tasks: TaskTracker,
    pub(super) lease: Lease,
    pub(super) recorded: Arc<AtomicBool>,
}

impl RunContext {
    /// The civil day in the board's zone on which this attempt began.
    #[must_use]
    pub fn today(&self) -> Day {
        day_of(self.now, self.zone)
    }

    /// Records the run as done within the job's own transaction, as its last statement before the commit: then the work
    /// and its record become true together, and no kill can come between them. The job then returns [`Outcome::Done`]
    /// with the same text.
    ///
    /// # Errors
    ///
    /// When the lease was lost: the job must not commit. When the database fails.
    pub async fn done_within(&self, txn: &impl ConnectionTrait, outcome: &str) -> Result<(), JobError> {
        // Before the statement: a heartbeat that finds the row done must know by whom.
        self.recorded.store(true, Ordering::SeqCst);
        if ledger::done(txn, &self.lease, self.clock.now(), outcome).await? {
            Ok(())
        } else {
            self.recorded.store(false, Ordering::SeqCst);
            Err(JobError::Retry("Another worker has taken over this run.".to_owned()))
        }
    }
}
