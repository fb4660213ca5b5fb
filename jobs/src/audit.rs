//! The `audit-check` job: every day the whole audit log is checked, so that a break is found when it is a day old at most.

use entity::store::audit::{self, Verified};
use entity::store::run::AUDIT_CHECK;

use crate::runner::{Job, JobError, Outcome, RunContext};
use crate::schedule::Period;

/// The job `audit-check`. It logs where the log ends: kept with other logs, out of reach of whoever owns the database, that
/// shows a log that was written anew.
#[derive(Clone, Copy, Debug)]
pub struct AuditCheck;

#[async_trait::async_trait]
impl Job for AuditCheck {
    fn name(&self) -> &'static str {
        AUDIT_CHECK
    }

    async fn run(&self, ctx: &RunContext, _: Period) -> Result<Outcome, JobError> {
        let Verified { sound, head, broken } = audit::verify(&ctx.db).await?;
        if let Some(broken) = broken {
            tracing::error!(%broken, sound, "the audit log is broken");
            return Err(JobError::Fail(format!(
                "The audit log is broken: {broken}. Keep the database as it is and find out who had access to it."
            )));
        }
        let head = head.map(|head| head.to_string()).unwrap_or_default();
        tracing::info!(head, "the audit log is whole");
        Ok(Outcome::Done(format!("{sound} events, none changed or removed; the last is {head}")))
    }
}
