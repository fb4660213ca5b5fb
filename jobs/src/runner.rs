//! The runner claims due and requested runs in the job ledger, runs them under a time limit, and records their outcome.
//!
//! It may be woken at any time and in any number of processes: the ledger lets only one of them start a period's run.
//! In one process, only one run per job is active, oldest period first, so that catching up after an outage does not
//! need memory for every missed period. This module uses the clock; [`Job`] defines the work, and [`crate::catch_up`]
//! the due periods.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Tz;
use entity::clock::Clock;
use entity::table::job_run::Model;
use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::{Notify, OwnedMutexGuard};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::schedule::{Entry, Period, ScheduleError, Ticker, TickerError};

mod attempt;
mod claim;
mod job;
mod request;
mod state;

use claim::ClaimedRun;
pub use job::{Job, JobError, JobOutcome, RunContext};
pub use request::RunNowError;
use state::{JobSlot, RunnerState};

/// How long a claim is valid unless it is renewed. After a kill, another worker takes over within this time and a
/// minute.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// How long the ticker may be silent before the runner wakes without it.
const SILENCE: Duration = Duration::from_secs(90);

/// How long stopped runs may take to release their leases.
const HAND_BACK: Duration = Duration::from_secs(10);

/// Claims, runs and records jobs. A clone is the same runner.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "jobs do not implement Debug")]
pub struct Runner(Arc<RunnerState>);

/// The runner is misconfigured: an error of the program, not of its user.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A job is not in the table of jobs.
    #[error("the job '{0}' is not in the table of jobs")]
    NotInTable(&'static str),
    /// A schedule is invalid.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// The operating system gives no random bytes for the name of this worker.
    #[error("the operating system gives no random bytes ({0}): check that /dev/urandom can be read")]
    Randomness(#[from] getrandom::Error),
}

/// The result of stopping the active runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Whether all runs finished within the limit. Otherwise they were aborted and released.
    pub in_time: bool,
}

impl Runner {
    /// Creates a runner of `jobs` with the schedules in `table`, in the board's zone. A job of the table that is not in
    /// `jobs` does not run here.
    ///
    /// # Errors
    ///
    /// If a job is not in the table, a schedule is invalid, or there are no random bytes.
    pub fn new(
        db: DatabaseConnection,
        clock: Clock,
        zone: Tz,
        table: &[Entry],
        jobs: Vec<Box<dyn Job>>,
    ) -> Result<Self, SetupError> {
        Self::with_lease(db, clock, zone, table, jobs, LEASE)
    }

    /// Like [`new`](Self::new), with claims that are valid for `lease_time` instead of two minutes. There are four
    /// heartbeats per lease.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_lease(
        db: DatabaseConnection,
        clock: Clock,
        zone: Tz,
        table: &[Entry],
        jobs: Vec<Box<dyn Job>>,
        lease_time: TimeDelta,
    ) -> Result<Self, SetupError> {
        let mut slots = Vec::with_capacity(jobs.len());
        for job in jobs {
            let place = table.iter().position(|entry| entry.name == job.name());
            let place = place.ok_or(SetupError::NotInTable(job.name()))?;
            let schedule = table[place].parse()?;
            slots.push((place, JobSlot { schedule, job: job.into(), turn: Arc::default() }));
        }
        slots.sort_by_key(|(place, _)| *place);
        Ok(Self(Arc::new(RunnerState {
            db,
            clock,
            zone,
            slots: slots.into_iter().map(|(_, slot)| slot).collect(),
            lease_time,
            name: format!("{:x}-{:016x}", std::process::id(), getrandom::u64()?),
            claims: AtomicU64::new(0),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
            kill: CancellationToken::new(),
        })))
    }

    /// Wakes by the cron expression `wake` (see [`crate::schedule::EVERY_MINUTE`]) until `stop` is cancelled, then
    /// [drains](Self::drain). If the database is unreachable, this is logged and retried at the next minute.
    ///
    /// # Errors
    ///
    /// If the ticker cannot be started.
    pub async fn work(&self, wake: &str, stop: CancellationToken, limit: Duration) -> Result<Drained, TickerError> {
        let ticks = Arc::new(Notify::new());
        ticks.notify_one(); // periods missed in an outage are due at once
        let ticker = Ticker::set(wake, ticks.clone()).await?;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                rang = timeout(SILENCE, ticks.notified()) => if rang.is_err() {
                    tracing::warn!("the job ticker is silent; checking for due jobs without it");
                },
            }
            if let Err(error) = self.tick().await {
                tracing::warn!(%error, "job ledger unreachable; retrying within a minute");
            }
        }
        ticker.stop().await;
        Ok(self.drain(limit).await)
    }

    /// Claims due, requested and abandoned runs and starts them. Returns the number of jobs that were started, while
    /// they run. It is safe to call at any time, even during another tick.
    ///
    /// # Errors
    ///
    /// If the database fails. Runs that were already started continue.
    pub async fn tick(&self) -> Result<usize, DbErr> {
        self.0.tasks.track_future(self.claim_each()).await
    }

    async fn claim_each(&self) -> Result<usize, DbErr> {
        let mut begun = 0;
        for place in 0..self.0.slots.len() {
            // If a run of this job is active, it looks for the next one itself.
            let Ok(turn) = self.0.slots[place].turn.clone().try_lock_owned() else { continue };
            if let Some(first) = self.0.claim_next(place).await? {
                begun += 1;
                self.0.tasks.spawn(self.clone().run_claimed(place, first, turn));
            }
        }
        Ok(begun)
    }

    /// Runs a claimed run, and then every other due run of this job.
    async fn run_claimed(self, place: usize, first: ClaimedRun, _turn: OwnedMutexGuard<()>) {
        let mut next = Some(first);
        while let Some(ClaimedRun { period, row }) = next {
            let JobSlot { schedule, job, turn: _ } = &self.0.slots[place];
            self.0.attempt(schedule.entry, job.clone(), period, &row).await;
            next = self.0.claim_next(place).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "job ledger unreachable; retrying within a minute");
                None
            });
        }
    }

    /// Waits until all runs that a [`tick`](Self::tick) started have finished, including those that follow them.
    pub async fn idle(&self) {
        for slot in &self.0.slots {
            drop(slot.turn.lock().await);
        }
    }

    /// Runs `job` for `period` at the request of the operator, even if it is already done, and waits for its end. The
    /// audit log records the operator. Returns the ledger's row after the attempt: done, failed, or to be retried by
    /// the next worker.
    ///
    /// # Errors
    ///
    /// Why it was not started.
    pub async fn run_now(&self, job: &str, period: Period) -> Result<Model, RunNowError> {
        self.0.tasks.track_future(self.0.run_now(job, period)).await
    }

    /// Starts no new runs and waits at most `limit` for active ones. Then aborts them and releases their leases, so
    /// that another worker can take over at once.
    pub async fn drain(&self, limit: Duration) -> Drained {
        let RunnerState { tasks, closing, kill, .. } = self.0.deref();
        closing.cancel();
        tasks.close();
        if timeout(limit, tasks.wait()).await.is_ok() {
            return Drained { in_time: true };
        }
        kill.cancel();
        if timeout(HAND_BACK, tasks.wait()).await.is_err() {
            tracing::warn!("some runs could not be released; their leases will expire");
        }
        Drained { in_time: false }
    }
}
