//! Runs of the jobs in the ledger.

use async_graphql::{ID, Object};
use entity::table::job_run;
use entity::value;

use super::super::id::NodeId;
use super::super::scalar::Instant;
use super::enums::RunState;

/// A run of a job for one period.
#[derive(Clone, Debug)]
pub(crate) struct JobRun(pub(crate) job_run::Model);

/// A run of a job for one period. There is one per job and period; repeated attempts are counted.
#[Object]
impl JobRun {
    /// Opaque; finds the run again with `node`.
    pub(crate) async fn id(&self) -> ID {
        NodeId::JobRun(self.0.id).encode()
    }

    /// The job's name: coverage, gap-report, midweek-report, register-mail, audit-check, retention.
    async fn job(&self) -> &str {
        &self.0.job
    }

    /// The period of the run: a day (2026-11-16) or an ISO week (2026-W48).
    async fn period(&self) -> &str {
        &self.0.period
    }

    /// The state of the run.
    async fn state(&self) -> RunState {
        self.0.state.into()
    }

    /// The number of attempts that were begun.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// When the last attempt began. Null before the first.
    async fn started_at(&self) -> Option<Instant> {
        self.0.started_at.map(Instant)
    }

    /// When it was done or failed permanently. Null before that.
    async fn finished_at(&self) -> Option<Instant> {
        self.0.finished_at.map(Instant)
    }

    /// When it is tried again. Null unless it is RETRYING.
    async fn next_attempt_at(&self) -> Option<Instant> {
        self.0.not_before.filter(|_| self.0.state == value::RunState::Retrying).map(Instant)
    }

    /// The result, or why it failed, in one sentence without personal data. Null before the first attempt has ended.
    async fn outcome(&self) -> Option<&str> {
        self.0.outcome.as_deref()
    }
}
