//! The gap reports as jobs: how the outcome of a week's mails is recorded in the ledger.

use chrono::{DateTime, TimeDelta, Utc};
use entity::period::IsoWeek;
use entity::store::report as store;
use entity::store::run::{self, GAP_REPORT, job_of};
use entity::value::{ReportKind, RunState};

use super::{GapReport, ReportError};
use crate::catch_up::occurrence;
use crate::mail::Process;
use crate::runner::{Job, JobError, JobOutcome, RunContext};
use crate::schedule::{Period, TABLE};

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
        if self.kind == ReportKind::Midweek
            && let Some(outcome) = self.not_now(ctx, week).await?
        {
            return Ok(outcome);
        }
        let process = Process { stopping: ctx.stopping.clone(), tasks: ctx.tasks.clone() };
        let outcome = self.run_in(&ctx.db, week, ctx.now, &process).await?;
        let text = outcome.to_string();
        let due = self.due(ctx, week).filter(|at| outcome.idle.is_some() && *at > ctx.now);
        if let Some(not_before) = due {
            // A run that was requested early and had nothing to send must not take the place of the scheduled one.
            Ok(JobOutcome::ContinueLater { not_before, text })
        } else if outcome.waits() {
            let not_before = outcome.next_attempt_at.unwrap_or(ctx.now + TimeDelta::minutes(1));
            Ok(JobOutcome::ContinueLater { not_before, text })
        } else if outcome.needs_attention() {
            Err(JobError::Fail(text))
        } else {
            Ok(JobOutcome::Done(text))
        }
    }
}

impl GapReport {
    /// Why a midweek report is not built now. It compares with the weekly report of its week, so it waits while that is still
    /// to be built; and once the week is over, the next weekly report has said what it would say.
    async fn not_now(&self, ctx: &RunContext, week: IsoWeek) -> Result<Option<JobOutcome>, JobError> {
        if store::find(&ctx.db, week, ReportKind::Midweek).await?.is_some() {
            return Ok(None);
        }
        if ctx.today() > week.monday().plus_days(6) {
            return Ok(Some(JobOutcome::Done("nothing to send: the week is over".to_owned())));
        }
        let is_built = store::find(&ctx.db, week, ReportKind::Weekly).await?.is_some();
        let weekly = run::find(&ctx.db, GAP_REPORT, &week.to_string()).await?;
        let is_coming = weekly.is_some_and(|run| !matches!(run.state, RunState::Done | RunState::Failed));
        Ok((is_coming && !is_built).then(|| JobOutcome::ContinueLater {
            not_before: ctx.now + TimeDelta::minutes(1),
            text: format!("waits for the weekly report of {week}"),
        }))
    }

    /// When the schedule starts the run of a week.
    fn due(&self, ctx: &RunContext, week: IsoWeek) -> Option<DateTime<Utc>> {
        let entry = TABLE.into_iter().find(|entry| entry.name == job_of(self.kind))?;
        occurrence(&entry.parse().ok()?, ctx.zone, Period::Week(week))
    }
}

impl From<ReportError> for JobError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Database(cause) => cause.into(),
            ReportError::Snapshot(cause) => cause.into(),
            ReportError::NoSnapshot(_) => Self::Retry(error.to_string()),
            ReportError::AuditBroken | ReportError::Malformed { .. } | ReportError::Render(_) => {
                Self::Fail(error.to_string())
            }
        }
    }
}
