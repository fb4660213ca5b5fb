//! Whether the database takes writes, proven by a committed one at most every few seconds, however often that is asked.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use entity::store;
use sea_orm::DatabaseConnection;
use tokio::time::timeout;

/// How often writing is proven.
#[derive(Clone, Copy, Debug)]
pub struct ProbeTimes {
    /// For how long a committed write proves that writing works.
    pub fresh: Duration,
    /// For how long another writer may hold SQLite's write lock before that counts as a fault: a large import holds it for
    /// about half of that.
    pub patience: Duration,
}

impl Default for ProbeTimes {
    fn default() -> Self {
        Self { fresh: Duration::from_secs(5), patience: Duration::from_secs(60) }
    }
}

/// What the last write came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    /// No write has ended yet.
    Unknown,
    /// It was committed.
    Committed,
    /// Another writer held the lock for as long as a write waits.
    Busy,
    /// The database refused it.
    Refused,
}

#[derive(Clone, Copy, Debug)]
struct Found {
    last: Last,
    /// When a write was last committed; before the first one, when the probe was made.
    committed: Instant,
}

/// Proves that the database takes writes. Clones share what they have found.
#[derive(Clone, Debug)]
pub(crate) struct WriteProbe {
    db: DatabaseConnection,
    times: ProbeTimes,
    found: Arc<Mutex<Found>>,
    /// Held while a write is under way, which may take longer than a caller waits for it.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl WriteProbe {
    pub(crate) fn new(db: DatabaseConnection, times: ProbeTimes) -> Self {
        let found = Found { last: Last::Unknown, committed: Instant::now() };
        Self { db, times, found: Arc::new(Mutex::new(found)), turn: Arc::default() }
    }

    /// Whether the database takes writes. Waits at most `wait` for a write that is under way.
    pub(crate) async fn is_writable(&self, wait: Duration) -> bool {
        let Found { last, committed } = self.found();
        if last == Last::Committed && committed.elapsed() < self.times.fresh {
            return true;
        }
        if let Ok(turn) = self.turn.clone().try_lock_owned() {
            let probe = self.clone();
            // In a task of its own: a SQLite connection that waits for the lock cannot be called back, and a second one
            // beside it would only take another connection from those who read.
            let write = tokio::spawn(async move {
                let _turn = turn;
                probe.write().await;
            });
            let _ = timeout(wait, write).await;
        } else {
            let _ = timeout(wait, self.turn.lock()).await;
        }
        let Found { last, committed } = self.found();
        match last {
            Last::Committed | Last::Busy => committed.elapsed() < self.times.patience,
            Last::Refused | Last::Unknown => false,
        }
    }

    async fn write(&self) {
        let written = store::prove_writing(&self.db).await;
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        match written {
            Ok(()) => *found = Found { last: Last::Committed, committed: Instant::now() },
            Err(error) => {
                found.last = if store::is_busy(&error) { Last::Busy } else { Last::Refused };
                tracing::warn!(%error, "the database takes no writes");
            }
        }
    }

    fn found(&self) -> Found {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
