//! The runner: what is owed or asked for is claimed in the ledger, run under a limit, and recorded.
//!
//! It may be woken as often as anybody likes, in any number of processes: the ledger lets one of them begin a period's run.
//! Of one job, one run at a time goes on in a process, oldest period first, so that catching up after an outage does not take
//! as much memory as there are missed periods. This module holds the clock; what jobs do is [`Job`]'s, when is
//! [`crate::owed`]'s.

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

use crate::owed::{day_due, due, owed};
use crate::schedule::{Alarm, AlarmError, Entry, Period, Schedule, ScheduleError};

mod attempt;
mod job;

pub use job::{Job, JobError, Outcome, RunContext};

/// How long a claim holds unless it is renewed; after a kill another worker takes over within that time and a minute.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// How many heartbeats fit into a lease: some may fail before it is lost.
const BEATS_A_LEASE: u32 = 4;

/// How many rows of one job are looked at on waking; the rest wait for the next.
const LOOK_AT: u64 = 100;

/// How long the alarm clock may be silent before the runner wakes by itself.
const SILENCE: Duration = Duration::from_secs(90);

/// How long runs that were told to stop at once may take to hand their leases back.
const HAND_BACK: Duration = Duration::from_secs(10);

/// Wakes, claims, runs, records. Clones are the same runner.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "the jobs have none")]
pub struct Runner(Arc<Inner>);

/// What the clones of a runner share.
pub(crate) struct Inner {
    db: DatabaseConnection,
    clock: Clock,
    zone: Tz,
    lanes: Vec<Lane>,
    lease_time: TimeDelta,
    /// This process's random name; each claim adds a number to it.
    name: String,
    claims: AtomicU64,
    tasks: TaskTracker,
    /// No new runs.
    closing: CancellationToken,
    /// Running ones stop where they stand.
    kill: CancellationToken,
}

/// One job, and the right to run it in this process.
struct Lane {
    schedule: Schedule,
    job: Arc<dyn Job>,
    turn: Arc<Mutex<()>>,
}

/// Why a runner cannot be put together: an error of the program or of the machine, not of its user.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A job that the table does not name.
    #[error("the job '{0}' is not in the table of jobs")]
    NotInTable(&'static str),
    /// A schedule that cannot be read.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// The operating system gives no random bytes for the name of this worker.
    #[error("the operating system gives no random bytes ({0}): check that /dev/urandom can be read")]
    Randomness(#[from] getrandom::Error),
}

/// Why a run that a person asked for was not begun.
#[derive(Debug, thiserror::Error)]
pub enum RunNowError {
    /// No such job here.
    #[error("there is no job '{0}'; the jobs are {1}")]
    UnknownJob(String, String),
    /// A week for a daily job, or a day for a weekly one.
    #[error("{0} has no run for {1}")]
    WrongPeriod(String, Period),
    /// A run whose day has not come: its data do not exist yet, and the run of that day would find it done.
    #[error("the run of {0} {1} is due on {2} and will start automatically")]
    ToCome(String, Period, Day),
    /// Another worker holds its lease.
    #[error("{0} {1} is already running; see its outcome with 'psn run list'")]
    Busy(String, Period),
    /// The process is about to stop.
    #[error("this process is stopping and starts no new runs")]
    Stopping,
    /// The ledger could not be reached.
    #[error("the job ledger could not be reached")]
    Database(#[from] DbErr),
}

/// What became of the runs that went on when the process was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Whether all of them came to their end within the limit; else they were stopped and given back.
    pub in_time: bool,
}

impl Runner {
    /// A runner of `jobs` by `table`, in board time `zone`. A job of the table that is not handed in is not run here.
    ///
    /// # Errors
    ///
    /// A job that the table does not name, a schedule that cannot be read, or no random bytes.
    pub fn new(
        db: DatabaseConnection,
        clock: Clock,
        zone: Tz,
        table: &[Entry],
        jobs: Vec<Box<dyn Job>>,
    ) -> Result<Self, SetupError> {
        let mut lanes = Vec::with_capacity(jobs.len());
        for job in jobs {
            let place = table.iter().position(|entry| entry.name == job.name());
            let place = place.ok_or(SetupError::NotInTable(job.name()))?;
            let schedule = table[place].parse()?;
            lanes.push((place, Lane { schedule, job: job.into(), turn: Arc::default() }));
        }
        lanes.sort_by_key(|(place, _)| *place);
        Ok(Self(Arc::new(Inner {
            db,
            clock,
            zone,
            lanes: lanes.into_iter().map(|(_, lane)| lane).collect(),
            lease_time: LEASE,
            name: format!("{:x}-{:016x}", std::process::id(), getrandom::u64()?),
            claims: AtomicU64::new(0),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
            kill: CancellationToken::new(),
        })))
    }

    /// The same runner with another lease time than two minutes; heartbeats are four to a lease.
    #[must_use]
    pub fn with_lease(self, lease_time: TimeDelta) -> Self {
        let Inner { db, clock, zone, lanes, lease_time: _, name, claims, tasks, closing, kill } =
            match Arc::try_unwrap(self.0) {
                Ok(inner) => inner,
                Err(shared) => return Self(shared),
            };
        Self(Arc::new(Inner { db, clock, zone, lanes, lease_time, name, claims, tasks, closing, kill }))
    }

    /// Wakes by the alarm `wake` (see [`crate::schedule::EVERY_MINUTE`]) until `stop` is cancelled, then [drains](Self::drain).
    /// A database that is away is logged, and asked again at the next minute.
    ///
    /// # Errors
    ///
    /// An alarm that cannot be set.
    pub async fn work(&self, wake: &str, stop: CancellationToken, limit: Duration) -> Result<Drained, AlarmError> {
        let bell = Arc::new(Notify::new());
        bell.notify_one(); // what an outage left behind is owed at once
        let alarm = Alarm::set(wake, bell.clone()).await?;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                rang = timeout(SILENCE, bell.notified()) => if rang.is_err() {
                    tracing::warn!("the job ticker is silent; checking for due jobs without it");
                },
            }
            if let Err(error) = self.tick().await {
                tracing::warn!(%error, "job ledger unreachable; retrying within a minute");
            }
        }
        alarm.stop().await;
        Ok(self.drain(limit).await)
    }

    /// Claims what is owed, asked for or left behind now, and begins it; how many jobs were set going. Returns while they
    /// run. Harmless at any time, also while another tick goes on.
    ///
    /// # Errors
    ///
    /// What the database said; what was begun before goes on.
    pub async fn tick(&self) -> Result<usize, DbErr> {
        self.0.tasks.track_future(self.claim_each()).await
    }

    async fn claim_each(&self) -> Result<usize, DbErr> {
        let mut begun = 0;
        for place in 0..self.0.lanes.len() {
            // Where a run of this job goes on, its lane looks for the next itself.
            let Ok(turn) = self.0.lanes[place].turn.clone().try_lock_owned() else { continue };
            if let Some(first) = self.0.next(place).await? {
                begun += 1;
                self.0.tasks.spawn(self.clone().follow(place, first, turn));
            }
        }
        Ok(begun)
    }

    /// Runs what was claimed, and then whatever else this job has to do.
    async fn follow(self, place: usize, first: (Period, Model), _turn: OwnedMutexGuard<()>) {
        let mut next = Some(first);
        while let Some((period, row)) = next {
            let Lane { schedule, job, turn: _ } = &self.0.lanes[place];
            self.0.attempt(schedule.entry, job.clone(), period, &row).await;
            next = self.0.next(place).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "job ledger unreachable; retrying within a minute");
                None
            });
        }
    }

    /// Waits until nothing runs that a [`tick`](Self::tick) began; also what those runs go on to.
    pub async fn idle(&self) {
        for lane in &self.0.lanes {
            drop(lane.turn.lock().await);
        }
    }

    /// Runs `job` for `period` because somebody on this machine asks for it, done or not, and waits for its end. The audit
    /// log has who asked: the operator. The ledger's row as the
    /// attempt left it: done, failed, or to be tried again by the next worker.
    ///
    /// # Errors
    ///
    /// Why it was not begun.
    pub async fn run_now(&self, job: &str, period: Period) -> Result<Model, RunNowError> {
        self.0.tasks.track_future(self.0.run_now(job, period)).await
    }

    /// Begins nothing new and lets running jobs come to their end for at most `limit`; then stops them where they stand and
    /// gives their leases back, so that another worker takes over at once.
    pub async fn drain(&self, limit: Duration) -> Drained {
        let Inner { tasks, closing, kill, .. } = self.0.deref();
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

impl Inner {
    /// The next run of a lane that could be claimed, oldest period first.
    async fn next(&self, place: usize) -> Result<Option<(Period, Model)>, DbErr> {
        let lane = &self.lanes[place];
        let Entry { name, every, .. } = lane.schedule.entry;
        let now = self.clock.now();
        let first = ledger::first_import(&self.db).await?.map(|at| day_of(at, self.zone));
        let mut open = BTreeSet::new();
        if let Some(first) = first {
            let due: Vec<_> = due(&lane.schedule, self.zone, first, now).iter().map(Period::to_string).collect();
            let known = ledger::known(&self.db, name, &due).await?;
            let known = known.iter().filter_map(|text| every.parse(text).ok()).collect();
            open.extend(owed(&lane.schedule, self.zone, &known, first, now));
        }
        for row in ledger::due(&self.db, name, now, LOOK_AT).await? {
            match every.parse(&row.period) {
                Ok(period) => _ = open.insert(period),
                Err(_) => self.refuse(&row, now).await?,
            }
        }
        for period in open {
            if self.closing.is_cancelled() {
                return Ok(None);
            }
            if self.is_held_up(lane, period, first, now).await? {
                continue;
            }
            let (period_text, holder) = (period.to_string(), self.holder());
            let bid = self.bid(name, &period_text, &holder, now);
            if let Some(row) = ledger::claim(&self.db, bid).await? {
                return Ok(Some((period, row)));
            }
        }
        Ok(None)
    }

    /// Whether `period` waits for the daily job that must be over before it: one that is owed for the day on which `period` is due,
    /// or not over in the ledger.
    async fn is_held_up(
        &self,
        lane: &Lane,
        period: Period,
        first: Option<Day>,
        now: DateTime<Utc>,
    ) -> Result<bool, DbErr> {
        let before = self.lanes.iter().find(|other| lane.schedule.entry.after == Some(other.schedule.entry.name));
        let Some(before) = before else { return Ok(false) };
        let day = Period::Day(day_due(&lane.schedule, self.zone, period));
        match ledger::find(&self.db, before.schedule.entry.name, &day.to_string()).await? {
            Some(row) => Ok(match row.state {
                RunState::Done | RunState::Failed => false,
                RunState::Requested | RunState::Running | RunState::Retrying => true,
            }),
            None => Ok(first.is_some_and(|first| due(&before.schedule, self.zone, first, now).contains(&day))),
        }
    }

    /// Fails a row whose period this job does not have, lest it be looked at for ever.
    async fn refuse(&self, row: &Model, now: DateTime<Utc>) -> Result<(), DbErr> {
        let holder = self.holder();
        let bid = self.bid(&row.job, &row.period, &holder, now);
        if let Some(lease) = ledger::claim(&self.db, bid).await?.and_then(|row| row.lease()) {
            let outcome = format!("'{}' is not a valid period for this job.", row.period);
            ledger::fail(&self.db, &lease, now, &outcome).await?;
        }
        Ok(())
    }

    async fn run_now(&self, job: &str, period: Period) -> Result<Model, RunNowError> {
        let Some(lane) = self.lanes.iter().find(|lane| lane.schedule.entry.name == job) else {
            let names: Vec<_> = self.lanes.iter().map(|lane| lane.schedule.entry.name).collect();
            return Err(RunNowError::UnknownJob(job.to_owned(), names.join(", ")));
        };
        if !lane.schedule.entry.every.is_of(period) {
            return Err(RunNowError::WrongPeriod(job.to_owned(), period));
        }
        let due_on = day_due(&lane.schedule, self.zone, period);
        if due_on > self.clock.today(self.zone) {
            return Err(RunNowError::ToCome(job.to_owned(), period, due_on));
        }
        if self.closing.is_cancelled() {
            return Err(RunNowError::Stopping);
        }
        let (period_text, holder) = (period.to_string(), self.holder());
        let bid = self.bid(job, &period_text, &holder, self.clock.now());
        let txn = begin_write(&self.db).await?;
        let before = ledger::find(&txn, job, &period_text).await?;
        let Some(row) = ledger::seize(&txn, bid).await? else {
            txn.rollback().await?;
            return Err(RunNowError::Busy(job.to_owned(), period));
        };
        audit::record(&txn, &ledger::requested(bid.now, Actor::Operator, before.as_ref(), &row)).await?;
        txn.commit().await?;
        self.attempt(lane.schedule.entry, lane.job.clone(), period, &row).await;
        Ok(ledger::find(&self.db, job, &period_text).await?.unwrap_or(row))
    }

    fn bid<'a>(&self, job: &'a str, period: &'a str, holder: &'a str, now: DateTime<Utc>) -> ledger::Bid<'a> {
        ledger::Bid { job, period, holder, now, lease_until: now + self.lease_time }
    }

    /// A name that no claim had before.
    fn holder(&self) -> String {
        format!("{}/{}", self.name, self.claims.fetch_add(1, Ordering::Relaxed))
    }

    fn heartbeat(&self) -> Duration {
        self.lease_time.to_std().unwrap_or_default().max(Duration::from_millis(4)) / BEATS_A_LEASE
    }
}
