//! When a token or a session was last used, written beside the requests and not within them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use entity::id::{ApiTokenId, SessionId};
use entity::store::access::token::NOTED_EVERY;
use entity::store::access::{session, token};
use sea_orm::DatabaseConnection;
use tokio_util::task::TaskTracker;

/// What was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Used {
    Token(ApiTokenId),
    Session(SessionId),
}

/// Writes uses down, at most once a minute each. Clones share what is under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses {
    writes: TaskTracker,
    begun: Arc<Mutex<HashMap<Used, DateTime<Utc>>>>,
}

impl Uses {
    /// Notes a use; `last` is the one on file.
    pub(super) fn note(&self, db: &DatabaseConnection, used: Used, last: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        let is_fresh = |at: DateTime<Utc>| now - at < NOTED_EVERY;
        if last.is_some_and(is_fresh) {
            return;
        }
        {
            let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
            begun.retain(|_, at| is_fresh(*at));
            if begun.insert(used, now).is_some() {
                return;
            }
        }
        let (db, begun) = (db.clone(), Arc::clone(&self.begun));
        self.writes.spawn(async move {
            let written = match used {
                Used::Token(id) => token::note_use(&db, id, now).await,
                Used::Session(id) => session::note_use(&db, id, now).await,
            };
            if let Err(cause) = written {
                tracing::warn!(%cause, "the use of a token or session could not be noted; its next use is");
                begun.lock().unwrap_or_else(PoisonError::into_inner).remove(&used);
            }
        });
    }

    /// Returns when everything that was noted is written.
    pub(super) async fn settle(&self) {
        self.writes.close();
        self.writes.wait().await;
        self.writes.reopen();
    }
}
