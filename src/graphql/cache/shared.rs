//! One value that is read from the database for every caller, and read again when its version there has changed.
//!
//! Reading takes seconds for a large organisation, and changes may follow each other quickly. Therefore:
//!
//! - One read runs at a time. A caller that waited for it accepts its result if the read began after the caller's request,
//!   whatever has changed in the meantime: all callers that arrive during one read share the next.
//! - The caller that finds a change reads, and waits for the result. Callers that arrive meanwhile get the last value if it was
//!   known to be current less than [`GRACE`] ago, and wait otherwise. No answer is older than that.
//! - A caller that has just changed something in this process never gets a value from before that change.
//! - A read goes on if the caller that began it is cancelled; otherwise impatient callers would keep it from ever finishing.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use entity::actor::Actor;
use entity::clock::Clock;
use tokio::sync::Mutex as AsyncMutex;

use super::super::error::ApiError;
use crate::access::StatementTime;

/// How long the last value may be returned while a newer one is read.
pub(super) const GRACE: TimeDelta = TimeDelta::seconds(1);

/// Where the value comes from.
pub(super) trait VersionedSource: Send + Sync + 'static {
    type Value: Send + Sync + 'static;

    /// Queries the version in the database, with one small statement.
    fn version(&self) -> impl Future<Output = Result<i64, ApiError>> + Send;

    /// Reads the value and its version, or only what has changed since the value `held` was read.
    fn read(&self, held: Option<Arc<Self::Value>>)
    -> impl Future<Output = Result<(i64, Self::Value), ApiError>> + Send;
}

/// The version that a caller saw in the database.
#[derive(Clone, Copy, Debug)]
pub(super) struct SeenVersion {
    pub(super) version: i64,
    /// When the version was queried.
    pub(super) sent: StatementTime,
}

/// The shared value.
pub(super) struct Shared<S: VersionedSource> {
    source: S,
    clock: Clock,
    held: Mutex<Option<CachedValue<S::Value>>>,
    /// The lock of the caller that reads.
    reading: Arc<AsyncMutex<()>>,
    /// The last change of each caller, for as long as it matters.
    changes: Mutex<HashMap<Actor, StatementTime>>,
}

struct CachedValue<V> {
    value: Arc<V>,
    version: i64,
    /// The latest known time at which the value was current.
    current: StatementTime,
}

impl<S: VersionedSource> Shared<S> {
    pub(super) fn new(source: S, clock: Clock) -> Self {
        let (held, changes) = (Mutex::default(), Mutex::default());
        Self { source, clock, held, reading: Arc::default(), changes }
    }

    /// Returns the value for `caller`, who has seen its version in the database.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub(super) async fn get(self: &Arc<Self>, caller: Actor, seen: SeenVersion) -> Result<Arc<S::Value>, ApiError> {
        if let Some(value) = self.of_version(seen).or_else(|| self.since(seen.sent)) {
            return Ok(value);
        }
        let turn = match Arc::clone(&self.reading).try_lock_owned() {
            Ok(turn) => turn,
            Err(_) => match self.last(caller) {
                Some(last) => return Ok(last),
                None => Arc::clone(&self.reading).lock_owned().await,
            },
        };
        if let Some(value) = self.of_version(seen).or_else(|| self.since(seen.sent)) {
            return Ok(value);
        }
        let shared = Arc::clone(self);
        to_the_end(async move {
            let _turn = turn;
            let current = shared.now();
            let held = shared.held().as_ref().map(|held| Arc::clone(&held.value));
            let (version, value) = shared.source.read(held).await?;
            let value = Arc::new(value);
            *shared.held() = Some(CachedValue { value: Arc::clone(&value), version, current });
            Ok(value)
        })
        .await
    }

    /// Queries the version, and returns it with the time of the query.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub(super) async fn query_version(&self) -> Result<SeenVersion, ApiError> {
        let sent = self.now();
        Ok(SeenVersion { version: self.source.version().await?, sent })
    }

    /// Notes that `caller` has just committed a change.
    pub(super) fn changed_by(&self, caller: Actor) {
        let now = self.now();
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        // A value that was current within the grace is newer than these changes.
        changes.retain(|_, change| change.is_within(GRACE, &self.clock));
        changes.insert(caller, now);
    }

    fn now(&self) -> StatementTime {
        StatementTime::now(&self.clock)
    }

    fn held(&self) -> MutexGuard<'_, Option<CachedValue<S::Value>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value if it has the version that was seen.
    fn of_version(&self, seen: SeenVersion) -> Option<Arc<S::Value>> {
        let SeenVersion { version, sent } = seen;
        let mut held = self.held();
        // Equal, and not "as new or newer": a database restored from a backup counts on from an older version.
        let held = held.as_mut().filter(|held| held.version == version)?;
        if held.current.order < sent.order {
            held.current = sent;
        }
        Some(Arc::clone(&held.value))
    }

    /// The value if it was current at `sent` or later: as new as the caller may expect.
    fn since(&self, sent: StatementTime) -> Option<Arc<S::Value>> {
        let held = self.held();
        held.as_ref().filter(|held| held.current.order >= sent.order).map(|held| Arc::clone(&held.value))
    }

    /// The last value, if `caller` may get it while a newer one is read.
    fn last(&self, caller: Actor) -> Option<Arc<S::Value>> {
        let changed = self.changes.lock().unwrap_or_else(PoisonError::into_inner).get(&caller).copied();
        let held = self.held();
        let held = held.as_ref().filter(|held| held.current.is_within(GRACE, &self.clock))?;
        let has_own = changed.is_none_or(|changed| held.current.order >= changed.order);
        has_own.then(|| Arc::clone(&held.value))
    }
}

impl<S: VersionedSource> fmt::Debug for Shared<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.held().as_ref().map(|held| held.version);
        f.debug_struct("Shared").field("version", &version).finish_non_exhaustive()
    }
}

/// Runs `work` on a task of its own, which goes on if the caller is cancelled.
pub(super) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::spawn(work).await.map_err(ApiError::internal)?
}

#[cfg(test)]
mod tests;
