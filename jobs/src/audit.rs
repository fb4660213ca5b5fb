//! The `audit-check` job: checks the whole audit log every day, so that tampering is found within a day.

use entity::store::audit::{self, Verified};
use entity::store::run::AUDIT_CHECK;

use crate::runner::{Job, JobError, JobOutcome, RunContext};
use crate::schedule::Period;

/// The job `audit-check`. It logs the id and hash of the last event. If that line is kept with other logs, out of
/// reach of the database's owner, it reveals an audit log that was rewritten.
#[derive(Clone, Copy, Debug)]
pub struct AuditCheck;

#[async_trait::async_trait]
impl Job for AuditCheck {
    fn name(&self) -> &'static str {
        AUDIT_CHECK
    }

    async fn run(&self, ctx: &RunContext, _: Period) -> Result<JobOutcome, JobError> {
        let Verified { sound, head, broken } = audit::verify(&ctx.db).await?;
        if let Some(broken) = broken {
            tracing::error!(%broken, sound, "the audit log is broken");
            return Err(JobError::Fail(format!(
                "The audit log is broken: {broken}. Keep the database as it is and find out who had access to it."
            )));
        }
        let head = head.map(|head| head.to_string()).unwrap_or_default();
        tracing::info!(head, "the audit log is whole");
        Ok(JobOutcome::Done(format!("{sound} events, none changed or removed; the last is {head}")))
    }
}
