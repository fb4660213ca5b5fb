//! One attempt at one run: the job in a task of its own, under a time limit, its lease kept alive by heartbeats, its end
//! written into the ledger.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use entity::store::run::{self as ledger, Lease};
use entity::table::job_run::Model;
use sea_orm::DbErr;
use tokio::task::JoinError;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use super::{Inner, Job, JobError, Outcome, RunContext};
use crate::retry::{END_OF_RUN, RUN, Retry};
use crate::schedule::{Entry, Period};

/// How long a job that was told to stop may take to let go; then its lease is left to run out, lest two work at once.
const LET_GO: Duration = Duration::from_secs(5);

/// How soon [`Outcome::Again`] may be again.
const NEXT_MINUTE: TimeDelta = TimeDelta::minutes(1);

/// How an attempt ended.
#[derive(Debug)]
enum End {
    Done(String),
    Again {
        not_before: DateTime<Utc>,
        text: String,
    },
    Retry(String),
    Fail(String),
    /// The process stops: another worker may begin at once.
    Released,
    /// The lease was lost, or the job would not let go: nothing is ours to record.
    Lost,
}

impl Inner {
    /// Runs `job` for `period` under the lease of `row`, and records how it ended.
    pub(super) async fn attempt(&self, entry: Entry, job: Arc<dyn Job>, period: Period, row: &Model) {
        let Some(lease) = row.lease() else { return };
        let begun = Instant::now();
        tracing::debug!(job = entry.name, %period, attempt = row.attempts, "run started");
        let recorded = Arc::new(AtomicBool::new(false));
        let end = if row.attempts > RUN.attempts() {
            End::Fail(format!(
                "Given up: started {} times, and each time the process ended before the run did.",
                RUN.attempts()
            ))
        } else {
            let ctx = RunContext {
                db: self.db.clone(),
                clock: self.clock.clone(),
                zone: self.zone,
                now: row.started_at.unwrap_or_else(|| self.clock.now()),
                attempt: row.attempts,
                stopping: self.closing.child_token(),
                tasks: self.tasks.clone(),
                lease: lease.clone(),
                recorded: recorded.clone(),
            };
            self.supervise(entry, job, period, ctx).await
        };
        let known_already = matches!(end, End::Done(_)) && recorded.load(Ordering::SeqCst);
        let kept = known_already || self.record(&lease, row.attempts, &end).await;
        let duration_ms = begun.elapsed().as_millis();
        let attempt = row.attempts;
        match end {
            _ if !kept => {
                tracing::warn!(job = entry.name, %period, attempt, duration_ms, "lease lost; another worker has taken over the run or will do so");
            }
            End::Done(outcome) => {
                tracing::info!(job = entry.name, %period, attempt, duration_ms, outcome, "run done");
            }
            End::Again { not_before, text } => {
                tracing::info!(job = entry.name, %period, attempt, duration_ms, outcome = text, %not_before, "run will continue later");
            }
            End::Retry(outcome) => {
                tracing::warn!(job = entry.name, %period, attempt, duration_ms, outcome, "run failed; will retry");
            }
            End::Fail(outcome) => {
                tracing::error!(job = entry.name, %period, attempt, duration_ms, outcome, "run failed; no more retries");
            }
            End::Released => {
                tracing::warn!(job = entry.name, %period, attempt, duration_ms, "run stopped because its worker is stopping");
            }
            End::Lost => {}
        }
    }

    /// The job in a task of its own, until it ends, its limit is over, its lease is lost, or the process stops.
    async fn supervise(&self, entry: Entry, job: Arc<dyn Job>, period: Period, ctx: RunContext) -> End {
        let (lease, recorded) = (ctx.lease.clone(), ctx.recorded.clone());
        let mut leased_until = self.clock.now() + self.lease_time;
        // A task, so that a panic is caught, and a job that computes for long does not hold up the heartbeats.
        let mut task = AbortOnDropHandle::new(tokio::spawn(async move { job.run(&ctx, period).await }));
        let mut limit = std::pin::pin!(sleep(entry.limit));
        let beat = self.heartbeat();
        let mut beats = interval(beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beats.reset(); // the first tick would be at once
        let cut_short = loop {
            tokio::select! {
                biased;
                ended = &mut task => return end_of(ended),
                () = &mut limit => {
                    let minutes = entry.limit.as_secs() / 60;
                    break End::Retry(format!("Stopped: it took longer than its limit of {minutes} minutes."));
                }
                () = self.kill.cancelled() => break End::Released,
                _ = beats.tick() => {}
            }
            let until = self.clock.now() + self.lease_time;
            match timeout(beat, ledger::renew(&self.db, &lease, until)).await {
                Ok(Ok(true)) => leased_until = until,
                // The job has recorded itself as done, and is about to say so.
                Ok(Ok(false)) if recorded.load(Ordering::SeqCst) => {}
                Ok(Ok(false)) => break End::Lost,
                Ok(Err(_)) | Err(_) if self.clock.now() <= leased_until => {
                    tracing::warn!(job = entry.name, %period, "could not renew the lease; it is still valid");
                }
                Ok(Err(_)) | Err(_) => break End::Lost,
            }
        };
        task.abort();
        match timeout(LET_GO, &mut task).await {
            // It ended by itself in the same moment: that counts.
            Ok(ended @ Ok(_)) => end_of(ended),
            Ok(Err(_)) => cut_short,
            Err(_) => End::Lost,
        }
    }

    /// Writes the end into the ledger. False when the lease was lost, or the database stayed away.
    async fn record(&self, lease: &Lease, attempt: i32, end: &End) -> bool {
        let mut retry = Retry::new(END_OF_RUN);
        loop {
            match self.write(lease, attempt, end).await {
                Ok(kept) => return kept,
                Err(error) => {
                    tracing::warn!(%error, tried = retry.attempt(), "could not record the outcome of a run");
                }
            }
            // A process that was told to stop at once has no time for another try.
            if !retry.again_unless(&self.kill).await {
                return false;
            }
        }
    }

    async fn write(&self, lease: &Lease, attempt: i32, end: &End) -> Result<bool, DbErr> {
        let now = self.clock.now();
        match end {
            End::Done(outcome) => ledger::done(&self.db, lease, now, outcome).await,
            End::Again { not_before, text } => {
                ledger::again(&self.db, lease, (*not_before).max(now + NEXT_MINUTE), text).await
            }
            End::Retry(outcome) => match RUN.after(attempt) {
                Some(wait) => ledger::retry(&self.db, lease, now + wait, outcome).await,
                None => {
                    let outcome = format!("Given up after {attempt} attempts. Last error: {outcome}");
                    ledger::fail(&self.db, lease, now, &outcome).await
                }
            },
            End::Fail(outcome) => ledger::fail(&self.db, lease, now, outcome).await,
            End::Released => ledger::release(&self.db, lease, now).await,
            End::Lost => Ok(false),
        }
    }
}

fn end_of(ended: Result<Result<Outcome, JobError>, JoinError>) -> End {
    match ended {
        Ok(Ok(Outcome::Done(text))) => End::Done(text),
        Ok(Ok(Outcome::Again { not_before, text })) => End::Again { not_before, text },
        Ok(Err(JobError::Retry(text))) => End::Retry(text),
        Ok(Err(JobError::Fail(text))) => End::Fail(text),
        // What it said is in the log by the panic hook, and may name people: not in the ledger.
        Err(error) if error.is_panic() => End::Retry("Stopped by a programming error; see the log.".to_owned()),
        // The runtime itself comes to its end: the process is as good as killed, and the lease runs out.
        Err(_) => End::Lost,
    }
}
