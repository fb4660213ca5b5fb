//! Checks whether the database accepts writes, with a committed write at most every few seconds, no matter how often it is
//! called.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use entity::store;
use sea_orm::DatabaseConnection;
use tokio::time::timeout;

/// How often a write is tried.
#[derive(Clone, Copy, Debug)]
pub struct ProbeTimes {
    /// For how long a committed write proves that writing works.
    pub fresh: Duration,
    /// How long another writer may hold SQLite's write lock before that counts as a fault. A large import holds it for about
    /// half of that.
    pub patience: Duration,
}

impl Default for ProbeTimes {
    fn default() -> Self {
        Self { fresh: Duration::from_secs(5), patience: Duration::from_secs(60) }
    }
}

/// The outcome of the last write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LastWrite {
    /// No write has finished yet.
    Unknown,
    /// It was committed.
    Committed,
    /// Another writer held the lock for as long as a write waits.
    Busy,
    /// The database refused it.
    Refused,
}

#[derive(Clone, Copy, Debug)]
struct ProbeState {
    last: LastWrite,
    /// When a write was last committed. Before the first one: when the probe was created.
    committed: Instant,
}

/// Checks that the database accepts writes. Clones share their state.
#[derive(Clone, Debug)]
pub(crate) struct WriteProbe {
    db: DatabaseConnection,
    times: ProbeTimes,
    state: Arc<Mutex<ProbeState>>,
    /// Held while a write is running, which may take longer than a caller waits for it.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl WriteProbe {
    pub(crate) fn new(db: DatabaseConnection, times: ProbeTimes) -> Self {
        let state = ProbeState { last: LastWrite::Unknown, committed: Instant::now() };
        Self { db, times, state: Arc::new(Mutex::new(state)), turn: Arc::default() }
    }

    /// Whether the database accepts writes. Waits at most `wait` for a write that is running.
    pub(crate) async fn is_writable(&self, wait: Duration) -> bool {
        let ProbeState { last, committed } = self.state();
        if last == LastWrite::Committed && committed.elapsed() < self.times.fresh {
            return true;
        }
        if let Ok(turn) = self.turn.clone().try_lock_owned() {
            let probe = self.clone();
            // In its own task: a SQLite connection that waits for the lock cannot be cancelled, and a second waiting one would
            // only take another connection from the readers.
            let write = tokio::spawn(async move {
                let _turn = turn;
                probe.write().await;
            });
            let _ = timeout(wait, write).await;
        } else {
            let _ = timeout(wait, self.turn.lock()).await;
        }
        let ProbeState { last, committed } = self.state();
        match last {
            LastWrite::Committed | LastWrite::Busy => committed.elapsed() < self.times.patience,
            LastWrite::Refused | LastWrite::Unknown => false,
        }
    }

    async fn write(&self) {
        let written = store::prove_writing(&self.db).await;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match written {
            Ok(()) => *state = ProbeState { last: LastWrite::Committed, committed: Instant::now() },
            Err(error) => {
                state.last = if store::is_busy(&error) { LastWrite::Busy } else { LastWrite::Refused };
                tracing::warn!(%error, "database does not accept writes");
            }
        }
    }

    fn state(&self) -> ProbeState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
