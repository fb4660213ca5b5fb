//! What is sent together, and the shared state of the attempts in one run: the clock, whether another mail may be started, and
//! how outcomes are recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use entity::store::delivery::{self as store, AttemptOutcome, Attempted, Batch};
use entity::table::delivery;
use entity::value::{Action, DeliveryKind};
use sea_orm::{DatabaseConnection, DbErr};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Email;
use crate::retry::{END_OF_ATTEMPT, Retry};

/// Mails that are sent together.
#[async_trait::async_trait]
pub(crate) trait Mailing: Sync {
    /// Its name in the log.
    fn name(&self) -> String;

    /// Its mails.
    fn batch(&self) -> Batch;

    /// The event of the audit log when one of its mails was sent.
    fn action(&self) -> Action;

    /// The details of that event, by the key of the mail's recipient.
    fn named(&self, recipient: &str) -> serde_json::Value;

    /// Whether a mail of this kind is counted, and compared with others to find out whether the server refuses the service.
    fn counts(&self, kind: DeliveryKind) -> bool;

    /// Returns a stored mail as it is sent.
    async fn email(&self, mail: delivery::Model) -> Result<Email, DbErr>;
}

/// How the process that sends mails is stopped.
#[derive(Clone, Debug, Default)]
pub struct Process {
    /// Cancelled when the process is about to stop. No further mail is started then.
    pub stopping: CancellationToken,
    /// Tasks that the process waits for before it ends.
    pub tasks: TaskTracker,
}

/// The shared state of the attempts in one run.
pub(super) struct Sending<'a> {
    pub(super) db: &'a DatabaseConnection,
    pub(super) mailing: &'a dyn Mailing,
    process: &'a Process,
    now: DateTime<Utc>,
    started: Instant,
    /// Number of attempts whose outcome could not be recorded yet. While it is not 0, no further mail is started. A count and
    /// not a flag, because recording one attempt does not mean that the others are recorded.
    unrecorded: Arc<AtomicUsize>,
}

impl<'a> Sending<'a> {
    pub(super) fn new(
        db: &'a DatabaseConnection,
        mailing: &'a dyn Mailing,
        process: &'a Process,
        now: DateTime<Utc>,
    ) -> Self {
        Self { db, mailing, process, now, started: Instant::now(), unrecorded: Arc::default() }
    }

    /// Returns the current time in whole microseconds, the precision of PostgreSQL. A run may take an hour, and claims and
    /// records need the time at which they are made.
    pub(super) fn clock(&self) -> DateTime<Utc> {
        (self.now + self.started.elapsed()).trunc_subsecs(6)
    }

    /// Whether another mail may be started.
    pub(super) fn may_start(&self) -> bool {
        !self.process.stopping.is_cancelled() && self.unrecorded.load(Ordering::SeqCst) == 0
    }

    /// Records the outcome of an attempt, in a task of its own that continues if the run is cancelled, for example because the
    /// database is unreachable for so long that the run loses its lease. It retries until the claim expires and the mail is due
    /// again.
    pub(super) async fn record(&self, mail: &delivery::Model, settled: AttemptOutcome) -> Result<(), DbErr> {
        let (db, name, unrecorded) = (self.db.clone(), self.mailing.name(), self.unrecorded.clone());
        let (action, named) = (self.mailing.action(), self.mailing.named(&mail.recipient));
        let (id, attempt) = (mail.id, mail.attempts);
        let left = mail.next_attempt_at.map_or(TimeDelta::zero(), |until| until - self.clock());
        let end = Instant::now() + left.to_std().unwrap_or_default();
        let recorded = self.process.tasks.spawn(async move {
            let (mut retry, mut is_counted) = (Retry::new(END_OF_ATTEMPT).until(end), false);
            loop {
                let attempted = Attempted { id, action, named: named.clone(), attempt };
                let Err(error) = store::record(&db, attempted, settled.clone()).await else {
                    unrecorded.fetch_sub(usize::from(is_counted), Ordering::SeqCst);
                    return Ok(());
                };
                unrecorded.fetch_add(usize::from(!is_counted), Ordering::SeqCst);
                is_counted = true;
                tracing::warn!(%error, mailing = name, delivery = %id, "could not record the outcome of a mail; retrying");
                if !retry.again().await {
                    return Err(error);
                }
            }
        });
        recorded.await.unwrap_or_else(|_| Err(DbErr::Custom("the outcome of a mail was not recorded".to_owned())))
    }
}
