//! The imported data in its newest version and the coverage of the last requested days, computed once for every caller.
//!
//! A dashboard sends many small queries about the same day. Each request knows the version of the data, which its
//! authentication has read in passing; the data is read again only if that version has changed, see [`shared`], and after a command
//! only what it touched. Computations go on if the request that began them is cancelled, so that an impatient caller does not
//! keep one from ever finishing. How many run at a time, and for whom, is decided in [`turns`].
//!
//! The crate `moka` is not used: a shelf has two or three entries, and the shared computation that the crate offers must go on
//! without the request that began it and wait for its caller's turn.

mod compute;
mod shared;
mod shelf;
pub(crate) mod turns;
mod versions;

use std::sync::Arc;
use std::time::Duration;

use entity::actor::Actor;
use entity::clock::Clock;
use entity::coverage::breakdown::PreviousRelease;
use entity::coverage::{Coverage, Disclosure, WhatIf};
use entity::id::SnapshotId;
use entity::period::Day;
use entity::store::{roster, snapshot};
use sea_orm::DatabaseConnection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::shared::{SeenVersion, Shared, VersionedSource, to_the_end};
use self::shelf::Shelf;
use self::turns::{Turn, Turns};
use self::versions::Versions;
use super::directory::ReferenceData;
use super::error::ApiError;
use crate::access::DataState;

/// Days besides today whose coverage is cached. The coverage of a whole nation takes some 100 MB per day.
const DAYS_KEPT: usize = 3;
/// Cached versions of today's coverage: of the present data, and of the previous data while it is read again.
const TODAYS_KEPT: usize = 2;

/// The cache. Clones share everything.
#[derive(Clone, Debug)]
pub(crate) struct CoverageCache(Arc<CacheInner>);

#[derive(Debug)]
struct CacheInner {
    db: DatabaseConnection,
    clock: Clock,
    facts: Arc<Shared<FactsSource>>,
    /// Today has a shelf of its own, so that other days never push it out.
    today: Shelf<DayKey, Coverage>,
    days: Shelf<DayKey, Coverage>,
    published_today: Shelf<PublishedKey, PublishedNumbers>,
    published: Shelf<PublishedKey, PublishedNumbers>,
    /// What the last snapshots published, which never changes.
    releases: Shelf<SnapshotId, Option<PreviousRelease>>,
    /// The data from which the kept coverage was computed.
    versions: Versions,
    turns: Turns,
    /// The commands of this process wait for each other here, and not with a connection to the database.
    commands: Arc<Semaphore>,
}

/// The imported data in the database.
#[derive(Debug)]
struct FactsSource(DatabaseConnection);

impl VersionedSource for FactsSource {
    type Value = ReferenceData;

    async fn version(&self) -> Result<i64, ApiError> {
        Ok(roster::version(&self.0).await?)
    }

    async fn read(&self, held: Option<Arc<ReferenceData>>) -> Result<(i64, ReferenceData), ApiError> {
        let changed = match held {
            Some(held) => ReferenceData::load_changes(&self.0, &held).await?,
            None => None,
        };
        let known = match changed {
            Some(changed) => changed,
            None => ReferenceData::load(&self.0).await?,
        };
        Ok((known.facts.version, known))
    }
}

/// A version of the data, a day and today: from today on, coverage depends on the present age of the staff lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct DayKey {
    version: i64,
    day: Day,
    today: Day,
}

impl DayKey {
    fn new(known: &ReferenceData, day: Day, today: Day) -> Self {
        // Coverage of a past day does not depend on when it is computed.
        Self { version: known.facts.version, day, today: today.min(day.plus_days(1)) }
    }

    fn is_today(self) -> bool {
        self.day == self.today
    }
}

/// The small numbers of a day that are published, decided once.
#[derive(Debug, Default)]
pub(crate) struct PublishedNumbers {
    pub(crate) disclosure: Disclosure,
}

/// A version of the data and a day, and the last snapshot up to that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PublishedKey {
    version: i64,
    day: Day,
    last: Option<SnapshotId>,
}

impl CoverageCache {
    pub(crate) fn new(db: DatabaseConnection, clock: Clock) -> Self {
        let facts = Arc::new(Shared::new(FactsSource(db.clone()), clock.clone()));
        Self(Arc::new(CacheInner {
            db,
            clock,
            facts,
            today: Shelf::new(TODAYS_KEPT),
            days: Shelf::new(DAYS_KEPT),
            published_today: Shelf::new(TODAYS_KEPT),
            published: Shelf::new(DAYS_KEPT),
            releases: Shelf::new(TODAYS_KEPT),
            versions: Versions::default(),
            turns: Turns::default(),
            commands: Arc::new(Semaphore::new(1)),
        }))
    }

    /// Returns the data for `caller`: the newest, or what was the newest less than a second ago while it is read again.
    ///
    /// # Errors
    ///
    /// Database errors, or data that cannot be read.
    pub(crate) async fn known(
        &self,
        caller: Actor,
        data_state: Option<&DataState>,
    ) -> Result<Arc<ReferenceData>, ApiError> {
        let facts = &self.0.facts;
        let seen = match data_state.filter(|data_state| data_state.is_fresh(&self.0.clock)) {
            Some(data_state) => SeenVersion { version: data_state.newest.facts, sent: data_state.sent },
            None => facts.query_version().await?,
        };
        facts.get(caller, seen).await
    }

    /// Notes that `caller` has changed the data: from now on it sees the change.
    pub(crate) fn changed_by(&self, caller: Actor) {
        self.0.facts.changed_by(caller);
    }

    /// Waits for the turn of a command of the register. `None` if it does not come within `limit`.
    pub(crate) async fn command_turn(&self, limit: Duration) -> Option<OwnedSemaphorePermit> {
        let turn = Arc::clone(&self.0.commands).acquire_owned();
        tokio::time::timeout(limit, turn).await.ok().and_then(Result::ok)
    }

    /// Returns the newest data, also if `caller` has just changed it.
    ///
    /// # Errors
    ///
    /// As [`known`](Self::known).
    pub(crate) async fn newest(&self, caller: Actor) -> Result<Arc<ReferenceData>, ApiError> {
        self.changed_by(caller);
        self.known(caller, None).await
    }

    /// Returns the coverage on `day`, computed for `caller` unless it is cached.
    ///
    /// # Errors
    ///
    /// [`ApiError::internal`] if the computation panicked.
    pub(crate) async fn coverage(
        &self,
        caller: Actor,
        known: &Arc<ReferenceData>,
        day: Day,
        today: Day,
    ) -> Result<Arc<Coverage>, ApiError> {
        let key = DayKey::new(known, day, today);
        let cell = if key.is_today() { self.0.today.cell(key) } else { self.0.days.cell(key) };
        if let Some(coverage) = cell.get() {
            return Ok(Arc::clone(coverage));
        }
        // Before the work begins, so that requests that a caller cancels cause one computation at most.
        let own = self.own_turn(caller, key.is_today()).await?;
        let (inner, known) = (Arc::clone(&self.0), Arc::clone(known));
        to_the_end(async move {
            let compute = || inner.compute(known, key, own, None);
            cell.get_or_try_init(compute).await.map(Arc::clone)
        })
        .await
    }

    /// Returns the small numbers of a day that are published: those that the last snapshot up to that day published and that
    /// have not changed since. Decided once for every caller of the day.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub(crate) async fn published(
        &self,
        caller: Actor,
        data_state: Option<&DataState>,
        known: &Arc<ReferenceData>,
        coverage: &Arc<Coverage>,
        today: Day,
    ) -> Result<Arc<PublishedNumbers>, ApiError> {
        let day = coverage.day;
        let last = self.last_snapshot(data_state, day).await?;
        let (key, is_today) = (PublishedKey { version: known.facts.version, day, last }, day == today);
        let cell = if is_today { self.0.published_today.cell(key) } else { self.0.published.cell(key) };
        if let Some(published) = cell.get() {
            return Ok(Arc::clone(published));
        }
        let own = self.own_turn(caller, is_today).await?;
        let (inner, known, coverage) = (Arc::clone(&self.0), Arc::clone(known), Arc::clone(coverage));
        to_the_end(async move {
            let publish = || inner.publish(known, coverage, last, own);
            cell.get_or_try_init(publish).await.map(Arc::clone)
        })
        .await
    }

    /// Computes the coverage on `day` with another policy. The result is not cached.
    ///
    /// # Errors
    ///
    /// As [`coverage`](Self::coverage).
    pub(crate) async fn what_if(
        &self,
        caller: Actor,
        known: &Arc<ReferenceData>,
        day: Day,
        today: Day,
        asked: WhatIf,
    ) -> Result<Arc<Coverage>, ApiError> {
        let own = self.own_turn(caller, false).await?;
        self.0.compute(Arc::clone(known), DayKey { version: known.facts.version, day, today }, own, Some(asked)).await
    }

    /// Takes the turns for a computation over everyone that is neither a day nor a policy.
    ///
    /// # Errors
    ///
    /// As [`Turns`].
    pub(crate) async fn turns(&self, caller: Actor) -> Result<(Turn, Turn), ApiError> {
        Ok((self.0.turns.own(caller).await?, self.0.turns.other().await?))
    }

    async fn own_turn(&self, caller: Actor, is_today: bool) -> Result<Option<Turn>, ApiError> {
        match is_today {
            true => Ok(None),
            false => self.0.turns.own(caller).await.map(Some),
        }
    }

    /// The last snapshot up to `day`: the newest of all, except for a past day.
    async fn last_snapshot(&self, data_state: Option<&DataState>, day: Day) -> Result<Option<SnapshotId>, ApiError> {
        match data_state
            .filter(|data_state| data_state.is_fresh(&self.0.clock))
            .map(|data_state| data_state.newest.snapshot)
        {
            Some(None) => Ok(None),
            Some(Some((newest, of))) if of <= day => Ok(Some(newest)),
            Some(Some(_)) | None => Ok(snapshot::last_until(&self.0.db, day).await?.map(|snapshot| snapshot.id)),
        }
    }
}

#[cfg(test)]
mod tests;
