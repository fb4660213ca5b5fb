//! What a runner's clones share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use entity::clock::Clock;
use entity::store::run as ledger;
use sea_orm::DatabaseConnection;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::job::Job;
use crate::schedule::Schedule;

/// Heartbeats per lease: some may fail before the lease is lost.
const BEATS_A_LEASE: u32 = 4;

/// The shared state of a runner's clones.
pub(crate) struct RunnerState {
    pub(super) db: DatabaseConnection,
    pub(super) clock: Clock,
    pub(super) zone: Tz,
    pub(super) slots: Vec<JobSlot>,
    pub(super) lease_time: TimeDelta,
    /// The random name of this process. Each claim adds a number to it.
    pub(super) name: String,
    pub(super) claims: AtomicU64,
    pub(super) tasks: TaskTracker,
    /// When cancelled, no new runs start.
    pub(super) closing: CancellationToken,
    /// When cancelled, active runs are aborted.
    pub(super) kill: CancellationToken,
}

/// A job and the right to run it in this process.
pub(super) struct JobSlot {
    pub(super) schedule: Schedule,
    pub(super) job: Arc<dyn Job>,
    pub(super) turn: Arc<Mutex<()>>,
}

impl RunnerState {
    pub(super) fn bid<'a>(
        &self,
        job: &'a str,
        period: &'a str,
        holder: &'a str,
        now: DateTime<Utc>,
    ) -> ledger::ClaimRequest<'a> {
        ledger::ClaimRequest { job, period, holder, now, lease_until: now + self.lease_time }
    }

    /// Returns a name that no earlier claim has used.
    pub(super) fn new_holder(&self) -> String {
        format!("{}/{}", self.name, self.claims.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn heartbeat(&self) -> Duration {
        self.lease_time.to_std().unwrap_or_default().max(Duration::from_millis(4)) / BEATS_A_LEASE
    }
}
