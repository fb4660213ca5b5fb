//! Refused attempts to come in, in the audit log: at most one line a second, with how many there were, so that nobody floods it.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use entity::actor::Actor;
use entity::store::audit::{Event, record_alone};
use entity::value::Action;
use sea_orm::DatabaseConnection;
use serde_json::json;
use tokio_util::task::TaskTracker;

/// The least time between two lines.
const APART: TimeDelta = TimeDelta::seconds(1);

/// Counts refusals, and writes them down beside the requests. Clones share everything.
#[derive(Clone, Debug, Default)]
pub(super) struct Refusals {
    writes: TaskTracker,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    written: Option<DateTime<Utc>>,
    waiting: u64,
    /// When the first of those that wait was refused.
    since: Option<DateTime<Utc>>,
    /// The last request that was refused.
    request: Option<String>,
    /// Whether those that wait will be written without anybody coming.
    due: bool,
}

impl Refusals {
    /// Notes one.
    pub(super) fn note(&self, db: &DatabaseConnection, now: DateTime<Utc>, request: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.waiting += 1;
        seen.since.get_or_insert(now);
        seen.request = Some(request.to_owned());
        if seen.written.is_none_or(|written| now - written >= APART) {
            self.write(db, &mut seen, now);
        } else if !std::mem::replace(&mut seen.due, true) {
            let (refusals, db) = (self.clone(), db.clone());
            tokio::spawn(async move {
                tokio::time::sleep(APART.to_std().unwrap_or_default()).await;
                let mut seen = refusals.seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.due = false;
                if seen.waiting > 0 {
                    refusals.write(&db, &mut seen, now + APART);
                }
            });
        }
    }

    /// Returns when everything that was noted is written.
    pub(super) async fn settle(&self, db: &DatabaseConnection, now: DateTime<Utc>) {
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if seen.waiting > 0 {
                self.write(db, &mut seen, now);
            }
        }
        self.writes.close();
        self.writes.wait().await;
        self.writes.reopen();
    }

    fn write(&self, db: &DatabaseConnection, seen: &mut Seen, now: DateTime<Utc>) {
        seen.written = Some(now);
        let event = Event {
            at: seen.since.take().unwrap_or(now),
            actor: Actor::Anonymous,
            action: Action::SignInRefused,
            object: None,
            before: None,
            after: Some(json!({ "attempts": std::mem::take(&mut seen.waiting) })),
            request_id: seen.request.take(),
        };
        let db = db.clone();
        self.writes.spawn(async move {
            if let Err(cause) = record_alone(&db, &event).await {
                tracing::warn!(%cause, "refused attempts to sign in could not be recorded");
            }
        });
    }
}
