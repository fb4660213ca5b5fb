//! The gap reports as jobs: how the outcome of a week's mails is recorded in the ledger.

use chrono::TimeDelta;
use entity::store::run::job_of;

use super::sending::Process;
use super::{GapReport, ReportError};
use crate::runner::{Job, JobError, JobOutcome, RunContext};
use crate::schedule::Period;

#[async_trait::async_trait]
impl Job for GapReport {
    fn name(&self) -> &'static str {
        job_of(self.kind)
    }

    /// Sends the mails that are due. If mails wait, for example because the process stops, the run continues later. If a unit
    /// has no recipient, or a server refused a mail permanently, the run fails once all other mails are sent, so that an
    /// operator acts.
    async fn run(&self, ctx: &RunContext, period: Period) -> Result<JobOutcome, JobError> {
        let Period::Week(week) = period else {
            return Err(JobError::Fail(format!("{period} is not a week.")));
        };
        let process = Process { stopping: ctx.stopping.clone(), tasks: ctx.tasks.clone() };
        let outcome = self.run_in(&ctx.db, week, ctx.now, &process).await?;
        let text = outcome.to_string();
        if outcome.waits() {
            let not_before = outcome.next_attempt_at.unwrap_or(ctx.now + TimeDelta::minutes(1));
            Ok(JobOutcome::ContinueLater { not_before, text })
        } else if outcome.needs_attention() {
            Err(JobError::Fail(text))
        } else {
            Ok(JobOutcome::Done(text))
        }
    }
}

impl From<ReportError> for JobError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Database(cause) => cause.into(),
            ReportError::Snapshot(cause) => cause.into(),
            ReportError::NoSnapshot(_) => Self::Retry(error.to_string()),
            ReportError::AuditBroken | ReportError::Malformed(_) | ReportError::Render(_) => {
                Self::Fail(error.to_string())
            }
        }
    }
}
