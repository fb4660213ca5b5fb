//! The gap reports as jobs: what the ledger is told of a week's mails.

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

    /// Sends what is due. While mails wait, also because the process stops, the run goes on later; a unit with nobody to write to, or
    /// a mail refused for good by a server, makes it a failed run once all others are sent: somebody has to look.
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
