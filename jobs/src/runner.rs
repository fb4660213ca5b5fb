//! The runner claims due and requested runs in the job ledger, runs them under a time limit, and records their outcome.
//!
//! It may be woken at any time and in any number of processes: the ledger lets only one of them start a period's run.
//! In one process, only one run per job is active, oldest period first, so that catching up after an outage does not
//! need memory for every missed period. This module uses the clock; [`Job`] defines the work, and [`crate::catch_up`]
//! the due periods.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use entity::actor::Actor;
use entity::clock::{Clock, day_of};
use entity::period::Day;
use entity::store::{audit, begin_write, run as ledger};
use entity::table::job_run::Model;
use entity::value::RunState;
use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::catch_up::{day_due, due_periods, missed_periods};
use crate::schedule::{Entry, Period, Schedule, ScheduleError, Ticker, TickerError};

mod attempt;
mod job;

pub use job::{Job, JobError, JobOutcome, RunContext};

/// How long a claim is valid unless it is renewed. After a kill, another worker takes over within this time and a
/// minute.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// Heartbeats per lease: some may fail before the lease is lost.
const BEATS_A_LEASE: u32 = 4;

/// Rows of one job to look at per wake-up; the rest wait for the next one.
const LOOK_AT: u64 = 100;

/// How long the ticker may be silent before the runner wakes without it.
const SILENCE: Duration = Duration::from_secs(90);

/// How long stopped runs may take to release their leases.
const HAND_BACK: Duration = Duration::from_secs(10);

/// Claims, runs and records jobs. A clone is the same runner.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "jobs do not implement Debug")]
pub struct Runner(Arc<RunnerState>);

/// The shared state of a runner's clones.
pub(crate) struct RunnerState {
    db: DatabaseConnection,
    clock: Clock,
    zone: Tz,
    slots: Vec<JobSlot>,
    lease_time: TimeDelta,
    /// The random name of this process. Each claim adds a number to it.
    name: String,
    claims: AtomicU64,
    tasks: TaskTracker,
    /// When cancelled, no new runs start.
    closing: CancellationToken,
    /// When cancelled, active runs are aborted.
    kill: CancellationToken,
}

/// A job and the right to run it in this process.
struct JobSlot {
    schedule: Schedule,
    job: Arc<dyn Job>,
    turn: Arc<Mutex<()>>,
}

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

/// Why a requested run was not started.
#[derive(Debug, thiserror::Error)]
pub enum RunNowError {
    /// The job does not exist.
    #[error("there is no job '{0}'; the jobs are {1}")]
    UnknownJob(String, String),
    /// A week for a daily job, or a day for a weekly one.
    #[error("{0} has no run for {1}")]
    WrongPeriod(String, Period),
    /// The day of the run has not come, so its data is incomplete, and its own run would find it done.
    #[error("the run of {0} {1} is due on {2} and will start automatically")]
    NotStarted(String, Period, Day),
    /// Another worker is running it.
    #[error("{0} {1} is already running; see its outcome with 'psn run list'")]
    Busy(String, Period),
    /// The process is stopping.
    #[error("this process is stopping and starts no new runs")]
    Stopping,
    /// The ledger could not be reached.
    #[error("the job ledger could not be reached")]
    Database(#[from] DbErr),
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
    async fn run_claimed(self, place: usize, first: (Period, Model), _turn: OwnedMutexGuard<()>) {
        let mut next = Some(first);
        while let Some((period, row)) = next {
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

impl RunnerState {
    /// Claims the next run of a job, oldest period first.
    async fn claim_next(&self, place: usize) -> Result<Option<(Period, Model)>, DbErr> {
        let slot = &self.slots[place];
        let Entry { name, every, .. } = slot.schedule.entry;
        let now = self.clock.now();
        let first = ledger::first_import(&self.db).await?.map(|at| day_of(at, self.zone));
        let mut open = BTreeSet::new();
        if let Some(first) = first {
            let due: Vec<_> =
                due_periods(&slot.schedule, self.zone, first, now).iter().map(Period::to_string).collect();
            let known = ledger::known(&self.db, name, &due).await?;
            let known = known.iter().filter_map(|text| every.parse(text).ok()).collect();
            open.extend(missed_periods(&slot.schedule, self.zone, &known, first, now));
        }
        for row in ledger::due(&self.db, name, now, LOOK_AT).await? {
            match every.parse(&row.period) {
                Ok(period) => _ = open.insert(period),
                Err(_) => self.fail_unknown_period(&row, now).await?,
            }
        }
        for period in open {
            if self.closing.is_cancelled() {
                return Ok(None);
            }
            if self.is_held_up(slot, period, first, now).await? {
                continue;
            }
            let (period_text, holder) = (period.to_string(), self.new_holder());
            let bid = self.bid(name, &period_text, &holder, now);
            if let Some(row) = ledger::claim(&self.db, bid).await? {
                return Ok(Some((period, row)));
            }
        }
        Ok(None)
    }

    /// Whether `period` waits for the daily job that must finish before it: one that is missing for the day on which `period`
    /// is due, or not finished in the ledger.
    async fn is_held_up(
        &self,
        slot: &JobSlot,
        period: Period,
        first: Option<Day>,
        now: DateTime<Utc>,
    ) -> Result<bool, DbErr> {
        let before = self.slots.iter().find(|other| slot.schedule.entry.after == Some(other.schedule.entry.name));
        let Some(before) = before else { return Ok(false) };
        let day = Period::Day(day_due(&slot.schedule, self.zone, period));
        match ledger::find(&self.db, before.schedule.entry.name, &day.to_string()).await? {
            Some(row) => Ok(match row.state {
                RunState::Done | RunState::Failed => false,
                RunState::Requested | RunState::Running | RunState::Retrying => true,
            }),
            None => Ok(first.is_some_and(|first| due_periods(&before.schedule, self.zone, first, now).contains(&day))),
        }
    }

    /// Fails a row whose period is not valid for this job, so that it is not looked at again.
    async fn fail_unknown_period(&self, row: &Model, now: DateTime<Utc>) -> Result<(), DbErr> {
        let holder = self.new_holder();
        let bid = self.bid(&row.job, &row.period, &holder, now);
        if let Some(lease) = ledger::claim(&self.db, bid).await?.and_then(|row| row.lease()) {
            let outcome = format!("'{}' is not a valid period for this job.", row.period);
            ledger::fail(&self.db, &lease, now, &outcome).await?;
        }
        Ok(())
    }

    async fn run_now(&self, job: &str, period: Period) -> Result<Model, RunNowError> {
        let Some(slot) = self.slots.iter().find(|slot| slot.schedule.entry.name == job) else {
            let names: Vec<_> = self.slots.iter().map(|slot| slot.schedule.entry.name).collect();
            return Err(RunNowError::UnknownJob(job.to_owned(), names.join(", ")));
        };
        if !slot.schedule.entry.every.is_of(period) {
            return Err(RunNowError::WrongPeriod(job.to_owned(), period));
        }
        let due_on = day_due(&slot.schedule, self.zone, period);
        if due_on > self.clock.today(self.zone) {
            return Err(RunNowError::NotStarted(job.to_owned(), period, due_on));
        }
        if self.closing.is_cancelled() {
            return Err(RunNowError::Stopping);
        }
        let (period_text, holder) = (period.to_string(), self.new_holder());
        let bid = self.bid(job, &period_text, &holder, self.clock.now());
        let txn = begin_write(&self.db).await?;
        let before = ledger::find(&txn, job, &period_text).await?;
        let Some(row) = ledger::force_claim(&txn, bid).await? else {
            txn.rollback().await?;
            return Err(RunNowError::Busy(job.to_owned(), period));
        };
        audit::record(&txn, &ledger::requested(bid.now, Actor::Operator, before.as_ref(), &row)).await?;
        txn.commit().await?;
        self.attempt(slot.schedule.entry, slot.job.clone(), period, &row).await;
        Ok(ledger::find(&self.db, job, &period_text).await?.unwrap_or(row))
    }

    fn bid<'a>(&self, job: &'a str, period: &'a str, holder: &'a str, now: DateTime<Utc>) -> ledger::ClaimRequest<'a> {
        ledger::ClaimRequest { job, period, holder, now, lease_until: now + self.lease_time }
    }

    /// Returns a name that no earlier claim has used.
    fn new_holder(&self) -> String {
        format!("{}/{}", self.name, self.claims.fetch_add(1, Ordering::Relaxed))
    }

    fn heartbeat(&self) -> Duration {
        self.lease_time.to_std().unwrap_or_default().max(Duration::from_millis(4)) / BEATS_A_LEASE
    }
}
