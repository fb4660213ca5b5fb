//! One value that is read from the database for every caller, and read again when its version there has changed.
//!
//! A reading takes seconds on a large board, and changes may come quickly. Therefore:
//!
//! - One reading runs at a time. What a caller who waited finds there is new enough if its reading began after the caller
//!   asked, whatever has changed in the meantime: all who came during one reading share the next.
//! - Who finds the change reads, and waits for it. Callers who come while that goes on are given the last value if it was
//!   known to be current less than [`GRACE`] ago, and wait otherwise. No answer is older than that.
//! - A caller who has just changed something in this process is never given a value from before that change.
//! - A reading goes on when the caller who began it has gone; otherwise callers in a hurry would keep it from ever ending.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use entity::actor::Actor;
use entity::clock::Clock;
use tokio::sync::Mutex as AsyncMutex;

use super::super::error::ApiError;
use crate::access::Sent;

/// For how long the last value may be given while a newer one is read.
pub(super) const GRACE: TimeDelta = TimeDelta::seconds(1);

/// Where the value comes from.
pub(super) trait Source: Send + Sync + 'static {
    type Value: Send + Sync + 'static;

    /// The version in the database: one small statement.
    fn version(&self) -> impl Future<Output = Result<i64, ApiError>> + Send;

    /// The value, with its version.
    fn read(&self) -> impl Future<Output = Result<(i64, Self::Value), ApiError>> + Send;
}

/// See the module.
pub(super) struct Shared<S: Source> {
    source: S,
    clock: Clock,
    held: Mutex<Option<Held<S::Value>>>,
    /// Held by the one who reads.
    reading: Arc<AsyncMutex<()>>,
    /// When each caller last changed something, for as long as that matters.
    changes: Mutex<HashMap<Actor, Sent>>,
}

struct Held<V> {
    value: Arc<V>,
    version: i64,
    /// A moment at which the value was current: the latest that is known.
    current: Sent,
}

impl<S: Source> Shared<S> {
    pub(super) fn new(source: S, clock: Clock) -> Self {
        let (held, changes) = (Mutex::default(), Mutex::default());
        Self { source, clock, held, reading: Arc::default(), changes }
    }

    /// The value for `caller`, who has seen its version at the moment that stands beside it.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub(super) async fn get(
        self: &Arc<Self>,
        caller: Actor,
        (version, asked): (i64, Sent),
    ) -> Result<Arc<S::Value>, ApiError> {
        if let Some(value) = self.of_version(version, asked).or_else(|| self.since(asked)) {
            return Ok(value);
        }
        let turn = match Arc::clone(&self.reading).try_lock_owned() {
            Ok(turn) => turn,
            Err(_) => match self.last(caller) {
                Some(last) => return Ok(last),
                None => Arc::clone(&self.reading).lock_owned().await,
            },
        };
        if let Some(value) = self.of_version(version, asked).or_else(|| self.since(asked)) {
            return Ok(value);
        }
        let shared = Arc::clone(self);
        to_the_end(async move {
            let _turn = turn;
            let current = shared.now();
            let (version, value) = shared.source.read().await?;
            let value = Arc::new(value);
            *shared.held() = Some(Held { value: Arc::clone(&value), version, current });
            Ok(value)
        })
        .await
    }

    /// Asks for the version, and when that was.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub(super) async fn look(&self) -> Result<(i64, Sent), ApiError> {
        let asked = self.now();
        Ok((self.source.version().await?, asked))
    }

    /// Notes that `caller` has changed something: committed, just now.
    pub(super) fn changed_by(&self, caller: Actor) {
        let now = self.now();
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        // What was current within the grace is later than these.
        changes.retain(|_, change| change.is_within(GRACE, &self.clock));
        changes.insert(caller, now);
    }

    fn now(&self) -> Sent {
        Sent::now(&self.clock)
    }

    fn held(&self) -> MutexGuard<'_, Option<Held<S::Value>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value if it is of the version that was seen at `asked`.
    fn of_version(&self, version: i64, asked: Sent) -> Option<Arc<S::Value>> {
        let mut held = self.held();
        // Not "as new or newer": a database restored from a copy counts from an older version on.
        let held = held.as_mut().filter(|held| held.version == version)?;
        if held.current.order < asked.order {
            held.current = asked;
        }
        Some(Arc::clone(&held.value))
    }

    /// The value if it was current at `asked` or later: as new as the caller may expect.
    fn since(&self, asked: Sent) -> Option<Arc<S::Value>> {
        let held = self.held();
        held.as_ref().filter(|held| held.current.order >= asked.order).map(|held| Arc::clone(&held.value))
    }

    /// The last value, if it may be given to `caller` while a newer one is read.
    fn last(&self, caller: Actor) -> Option<Arc<S::Value>> {
        let changed = self.changes.lock().unwrap_or_else(PoisonError::into_inner).get(&caller).copied();
        let held = self.held();
        let held = held.as_ref().filter(|held| held.current.is_within(GRACE, &self.clock))?;
        let has_own = changed.is_none_or(|changed| held.current.order >= changed.order);
        has_own.then(|| Arc::clone(&held.value))
    }
}

impl<S: Source> fmt::Debug for Shared<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.held().as_ref().map(|held| held.version);
        f.debug_struct("Shared").field("version", &version).finish_non_exhaustive()
    }
}

/// Runs `work` on a task of its own, which goes on when the caller has gone.
pub(super) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::spawn(work).await.map_err(ApiError::internal)?
}

#[cfg(test)]
mod tests;
