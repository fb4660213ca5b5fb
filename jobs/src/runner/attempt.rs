//! One attempt at a run: the job in a task of its own, under a time limit, with a lease that heartbeats renew, and its
//! outcome recorded in the ledger.

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

use super::job::{Job, JobError, JobOutcome, RunContext};
use super::state::RunnerState;
use crate::retry::{END_OF_RUN, RUN, Retry};
use crate::schedule::{Entry, Period};

/// How long an aborted job may take to stop. After that its lease expires by itself, so that two workers never work at
/// once.
const LET_GO: Duration = Duration::from_secs(5);

/// The earliest time for [`JobOutcome::ContinueLater`].
const NEXT_MINUTE: TimeDelta = TimeDelta::minutes(1);

/// How an attempt ended.
#[derive(Debug)]
enum AttemptEnd {
    Done(String),
    ContinueLater {
        not_before: DateTime<Utc>,
        text: String,
    },
    Retry(String),
    Fail(String),
    /// The process is stopping: another worker may start at once.
    Released,
    /// The lease was lost, or the job did not stop: there is nothing to record.
    Lost,
}

impl RunnerState {
    /// Runs `job` for `period` under the lease of `row`, and records how it ended.
    pub(super) async fn attempt(&self, entry: Entry, job: Arc<dyn Job>, period: Period, row: &Model) {
        let Some(lease) = row.lease() else { return };
        let begun = Instant::now();
        tracing::debug!(job = entry.name, %period, attempt = row.attempts, "run started");
        let recorded = Arc::new(AtomicBool::new(false));
        let end = if row.attempts > RUN.attempts() {
            AttemptEnd::Fail(format!(
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
        let known_already = matches!(end, AttemptEnd::Done(_)) && recorded.load(Ordering::SeqCst);
        let kept = known_already || self.record(&lease, row.attempts, &end).await;
        let duration_ms = begun.elapsed().as_millis();
        let attempt = row.attempts;
        match end {
            _ if !kept => {
                tracing::warn!(job = entry.name, %period, attempt, duration_ms, "lease lost; another worker has taken over the run or will do so");
            }
            AttemptEnd::Done(outcome) => {
                tracing::info!(job = entry.name, %period, attempt, duration_ms, outcome, "run done");
            }
            AttemptEnd::ContinueLater { not_before, text } => {
                tracing::info!(job = entry.name, %period, attempt, duration_ms, outcome = text, %not_before, "run will continue later");
            }
            AttemptEnd::Retry(outcome) => {
                tracing::warn!(job = entry.name, %period, attempt, duration_ms, outcome, "run failed; will retry");
            }
            AttemptEnd::Fail(outcome) => {
                tracing::error!(job = entry.name, %period, attempt, duration_ms, outcome, "run failed; no more retries");
            }
            AttemptEnd::Released => {
                tracing::warn!(job = entry.name, %period, attempt, duration_ms, "run stopped because its worker is stopping");
            }
            AttemptEnd::Lost => {}
        }
    }

    /// Runs the job in a task of its own, until it ends, reaches its time limit, loses its lease, or the process stops.
    async fn supervise(&self, entry: Entry, job: Arc<dyn Job>, period: Period, ctx: RunContext) -> AttemptEnd {
        let (lease, recorded) = (ctx.lease.clone(), ctx.recorded.clone());
        let mut leased_until = self.clock.now() + self.lease_time;
        // A task, so that a panic is caught, and a long computation does not delay the heartbeats.
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
                    break AttemptEnd::Retry(format!("Stopped: it took longer than its limit of {minutes} minutes."));
                }
                () = self.kill.cancelled() => break AttemptEnd::Released,
                _ = beats.tick() => {}
            }
            let until = self.clock.now() + self.lease_time;
            match timeout(beat, ledger::renew(&self.db, &lease, until)).await {
                Ok(Ok(true)) => leased_until = until,
                // The job has recorded itself as done and is about to return.
                Ok(Ok(false)) if recorded.load(Ordering::SeqCst) => {}
                Ok(Ok(false)) => break AttemptEnd::Lost,
                Ok(Err(_)) | Err(_) if self.clock.now() <= leased_until => {
                    tracing::warn!(job = entry.name, %period, "could not renew the lease; it is still valid");
                }
                Ok(Err(_)) | Err(_) => break AttemptEnd::Lost,
            }
        };
        task.abort();
        match timeout(LET_GO, &mut task).await {
            // The job ended in the same moment, which counts.
            Ok(ended @ Ok(_)) => end_of(ended),
            Ok(Err(_)) => cut_short,
            Err(_) => AttemptEnd::Lost,
        }
    }

    /// Records the outcome in the ledger. Returns false if the lease was lost or the database stayed unreachable.
    async fn record(&self, lease: &Lease, attempt: i32, end: &AttemptEnd) -> bool {
        let mut retry = Retry::new(END_OF_RUN);
        loop {
            match self.write(lease, attempt, end).await {
                Ok(kept) => return kept,
                Err(error) => {
                    tracing::warn!(%error, tried = retry.attempt(), "could not record the outcome of a run");
                }
            }
            // An aborted process has no time for another try.
            if !retry.again_unless(&self.kill).await {
                return false;
            }
        }
    }

    async fn write(&self, lease: &Lease, attempt: i32, end: &AttemptEnd) -> Result<bool, DbErr> {
        let now = self.clock.now();
        match end {
            AttemptEnd::Done(outcome) => ledger::done(&self.db, lease, now, outcome).await,
            AttemptEnd::ContinueLater { not_before, text } => {
                ledger::reschedule(&self.db, lease, (*not_before).max(now + NEXT_MINUTE), text).await
            }
            AttemptEnd::Retry(outcome) => match RUN.after(attempt) {
                Some(wait) => ledger::retry(&self.db, lease, now + wait, outcome).await,
                None => {
                    let outcome = format!("Given up after {attempt} attempts. Last error: {outcome}");
                    ledger::fail(&self.db, lease, now, &outcome).await
                }
            },
            AttemptEnd::Fail(outcome) => ledger::fail(&self.db, lease, now, outcome).await,
            AttemptEnd::Released => ledger::release(&self.db, lease, now).await,
            AttemptEnd::Lost => Ok(false),
        }
    }
}

fn end_of(ended: Result<Result<JobOutcome, JobError>, JoinError>) -> AttemptEnd {
    match ended {
        Ok(Ok(JobOutcome::Done(text))) => AttemptEnd::Done(text),
        Ok(Ok(JobOutcome::ContinueLater { not_before, text })) => AttemptEnd::ContinueLater { not_before, text },
        Ok(Err(JobError::Retry(text))) => AttemptEnd::Retry(text),
        Ok(Err(JobError::Fail(text))) => AttemptEnd::Fail(text),
        // The panic hook has logged the message, which may name people, so it is not stored in the ledger.
        Err(error) if error.is_panic() => AttemptEnd::Retry("Stopped by a programming error; see the log.".to_owned()),
        // The runtime is shutting down, so the lease expires as after a kill.
        Err(_) => AttemptEnd::Lost,
    }
}
