//! When a token or a session was last used, written outside of the requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use entity::id::{ApiTokenId, SessionId};
use entity::store::access::token::NOTED_EVERY;
use entity::store::access::{session, token};
use sea_orm::DatabaseConnection;
use tokio_util::task::TaskTracker;

/// The credential that was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Used {
    Token(ApiTokenId),
    Session(SessionId),
}

/// Records uses, at most once a minute each. Clones share the pending writes.
#[derive(Clone, Debug, Default)]
pub(super) struct LastUsedRecorder {
    writes: TaskTracker,
    begun: Arc<Mutex<HashMap<Used, DateTime<Utc>>>>,
}

impl LastUsedRecorder {
    /// Records a use; `last` is the last one in the database.
    pub(super) fn note(&self, db: &DatabaseConnection, used: Used, last: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        let is_fresh = |at: DateTime<Utc>| now - at < NOTED_EVERY;
        if last.is_some_and(is_fresh) {
            return;
        }
        {
            let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
            begun.retain(|_, at| is_fresh(*at));
            // The time of a pending write is kept: otherwise each use would put off the next write.
            if begun.contains_key(&used) {
                return;
            }
            begun.insert(used, now);
        }
        let (db, begun) = (db.clone(), Arc::clone(&self.begun));
        self.writes.spawn(async move {
            let written = match used {
                Used::Token(id) => token::note_use(&db, id, now).await,
                Used::Session(id) => session::note_use(&db, id, now).await,
            };
            if let Err(cause) = written {
                tracing::warn!(%cause, "the last use of a token or session could not be recorded; the next use tries again");
                begun.lock().unwrap_or_else(PoisonError::into_inner).remove(&used);
            }
        });
    }

    /// Waits until everything that was recorded is written.
    pub(super) async fn flush(&self) {
        self.writes.close();
        self.writes.wait().await;
        self.writes.reopen();
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use entity::actor::Actor;
    use entity::store::access::token::NewToken;
    use entity::value::AccessRole;

    use super::*;

    #[tokio::test]
    async fn overlapping_uses_do_not_delay_the_next_write() {
        let db = entity::store::connect("sqlite::memory:").await.unwrap();
        migration::migrate(&db).await.unwrap();
        let nine: DateTime<Utc> = "2026-11-16T09:00:00Z".parse().unwrap();
        let new = NewToken {
            name: "a".to_owned(),
            role: AccessRole::Auditor,
            units: Vec::new(),
            names: false,
            explore: false,
            expires_at: nine + TimeDelta::days(1),
        };
        let secret = entity::secret::Secret::new(entity::secret::SecretKind::Token).unwrap();
        let token = token::create(&db, new, secret.hash(), Actor::Operator, nine).await.unwrap();
        let uses = LastUsedRecorder::default();
        let mut last = None;
        // Two at once each minute: the second has read the stored time before the first was written.
        for minute in 0..5 {
            let now = nine + NOTED_EVERY * minute + TimeDelta::milliseconds(i64::from(minute));
            uses.note(&db, Used::Token(token.id), last, now);
            uses.note(&db, Used::Token(token.id), last, now + TimeDelta::milliseconds(20));
            uses.flush().await;
            last = token::by_id(&db, token.id).await.unwrap().unwrap().last_used_at;
            assert_eq!(last, Some(now), "minute {minute}");
        }
    }
}
