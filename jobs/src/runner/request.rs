//! Runs that the operator requests.

use entity::actor::Actor;
use entity::period::Day;
use entity::store::{audit, begin_write, run as ledger};
use entity::table::job_run::Model;
use sea_orm::DbErr;

use super::state::RunnerState;
use crate::catch_up::day_due;
use crate::schedule::Period;

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

impl RunnerState {
    pub(super) async fn run_now(&self, job: &str, period: Period) -> Result<Model, RunNowError> {
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
}
