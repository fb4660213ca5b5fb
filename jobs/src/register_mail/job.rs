//! The mails of the register as a job: one run per day, which continues every few minutes until the day is over.

use chrono::TimeDelta;
use entity::store::run::REGISTER_MAIL;

use super::{RegisterMail, RegisterMailError};
use crate::mail::Process;
use crate::runner::{Job, JobError, JobOutcome, RunContext};
use crate::schedule::Period;

/// How long after a run the next one looks for changes.
const PAUSE: TimeDelta = TimeDelta::minutes(5);

#[async_trait::async_trait]
impl Job for RegisterMail {
    fn name(&self) -> &'static str {
        REGISTER_MAIL
    }

    /// Makes and sends the mails that are due, and continues later while the day lasts. The run of a day that is over only sends
    /// what waits; the next day's run makes what it has not made.
    async fn run(&self, ctx: &RunContext, period: Period) -> Result<JobOutcome, JobError> {
        let Period::Day(day) = period else {
            return Err(JobError::Fail(format!("{period} is not a day.")));
        };
        let process = Process { stopping: ctx.stopping.clone(), tasks: ctx.tasks.clone() };
        if day < ctx.today() {
            let outcome = self.send_waiting(&ctx.db, ctx.now, &process).await?;
            return Ok(JobOutcome::Done(outcome.to_string()));
        }
        let outcome = self.run_in(&ctx.db, ctx.now, &process).await?;
        let next = ctx.now + PAUSE;
        let not_before = outcome.next_attempt_at.map_or(next, |at| at.min(next));
        Ok(JobOutcome::ContinueLater { not_before, text: outcome.to_string() })
    }
}

impl From<RegisterMailError> for JobError {
    fn from(error: RegisterMailError) -> Self {
        match error {
            RegisterMailError::Database(cause) => cause.into(),
            RegisterMailError::Facts(entity::store::roster::LoadError::Database(cause)) => cause.into(),
            RegisterMailError::Facts(_) | RegisterMailError::AuditBroken | RegisterMailError::Render(_) => {
                Self::Fail(error.to_string())
            }
        }
    }
}
