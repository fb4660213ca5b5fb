//! The facts as of their last change, and the coverage of the last days asked for, computed once for everybody.
//!
//! A dashboard asks many small questions of the same day. Each request looks at one row, the version of the facts; only when
//! that has changed are the facts read again, and however many requests wait for them, they are read once. The work goes on
//! when the request that began it has gone, so that a caller in a hurry does not keep it from ever ending.

use std::sync::{Arc, Mutex, PoisonError};

use entity::coverage::{Breakdowns, Coverage, Disclosure, Index, Question, WhatIf, compute};
use entity::id::SnapshotId;
use entity::period::Day;
use entity::store::{disclosure, roster, snapshot};
use sea_orm::DatabaseConnection;
use tokio::sync::{OnceCell, Semaphore};

use super::directory::Known;
use super::error::ApiError;

/// Days whose coverage is kept. A nation's day takes some 100 MB.
const DAYS_KEPT: usize = 4;
/// Computations at a time; each keeps a processor busy.
const AT_A_TIME: usize = 2;

/// See the module. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct CoverageCache(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: DatabaseConnection,
    known: Mutex<Option<Arc<Known>>>,
    loading: tokio::sync::Mutex<()>,
    /// The last asked for last.
    days: Mutex<Vec<Kept>>,
    /// The last asked for last.
    published: Mutex<Vec<KeptPublished>>,
    computing: Arc<Semaphore>,
}

#[derive(Clone, Debug)]
struct Kept {
    key: DayKey,
    coverage: Arc<OnceCell<Arc<Coverage>>>,
}

/// Of which facts, day and today: from today on, an answer depends on how old the staff lists are by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DayKey {
    pub(super) version: i64,
    pub(super) day: Day,
    pub(super) today: Day,
}

/// What of a day's small numbers is published, decided once.
#[derive(Debug, Default)]
pub(crate) struct Published {
    pub(crate) disclosure: Disclosure,
}

/// Of which facts and day, and after which snapshot.
type PublishedKey = (i64, Day, Option<SnapshotId>);

#[derive(Clone, Debug)]
struct KeptPublished {
    key: PublishedKey,
    published: Arc<OnceCell<Arc<Published>>>,
}

impl CoverageCache {
    pub(crate) fn new(db: DatabaseConnection) -> Self {
        Self(Arc::new(Inner {
            db,
            known: Mutex::new(None),
            loading: tokio::sync::Mutex::new(()),
            days: Mutex::new(Vec::new()),
            published: Mutex::new(Vec::new()),
            computing: Arc::new(Semaphore::new(AT_A_TIME)),
        }))
    }

    /// The facts on file now: one row read, or everything where they have changed.
    ///
    /// # Errors
    ///
    /// What the database said, or facts that cannot be read.
    pub(crate) async fn known(&self) -> Result<Arc<Known>, ApiError> {
        let version = roster::version(&self.0.db).await?;
        if let Some(known) = self.0.held(version) {
            return Ok(known);
        }
        let inner = Arc::clone(&self.0);
        to_the_end(async move {
            let _one = inner.loading.lock().await;
            if let Some(known) = inner.held(version) {
                return Ok(known);
            }
            let known = Arc::new(Known::load(&inner.db).await?);
            *inner.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&known));
            Ok(known)
        })
        .await
    }

    /// The coverage on `day`, computed unless it is kept.
    ///
    /// # Errors
    ///
    /// [`ApiError::internal`] when the computation panicked.
    pub(crate) async fn coverage(&self, known: &Arc<Known>, day: Day, today: Day) -> Result<Arc<Coverage>, ApiError> {
        // Of a day that is over by now it does not matter when it is asked.
        let today = today.min(day.plus_days(1));
        let key = DayKey { version: known.facts.version, day, today };
        let cell = self.0.cell(key);
        if let Some(coverage) = cell.get() {
            return Ok(Arc::clone(coverage));
        }
        let (inner, known) = (Arc::clone(&self.0), Arc::clone(known));
        to_the_end(async move { cell.get_or_try_init(|| inner.compute(known, key, None)).await.map(Arc::clone) }).await
    }

    /// What of a day's small numbers is published: what the last snapshot up to that day published and has not changed since.
    /// Decided once for everybody who asks of the day.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub(crate) async fn published(
        &self,
        known: &Arc<Known>,
        coverage: &Arc<Coverage>,
    ) -> Result<Arc<Published>, ApiError> {
        let day = coverage.day;
        let last = snapshot::last_until(&self.0.db, day).await?.map(|snapshot| snapshot.id);
        let cell = self.0.published_cell((known.facts.version, day, last));
        if let Some(published) = cell.get() {
            return Ok(Arc::clone(published));
        }
        let (inner, known, coverage) = (Arc::clone(&self.0), Arc::clone(known), Arc::clone(coverage));
        to_the_end(async move { cell.get_or_try_init(|| inner.publish(known, coverage, last)).await.map(Arc::clone) })
            .await
    }

    /// The coverage on `day` with another policy: computed each time and not kept.
    ///
    /// # Errors
    ///
    /// As [`coverage`](Self::coverage).
    pub(crate) async fn what_if(
        &self,
        known: &Arc<Known>,
        (day, today): (Day, Day),
        asked: WhatIf,
    ) -> Result<Arc<Coverage>, ApiError> {
        let key = DayKey { version: known.facts.version, day, today };
        self.0.compute(Arc::clone(known), key, Some(asked)).await
    }
}

impl Inner {
    fn held(&self, version: i64) -> Option<Arc<Known>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Not "as new or newer": a database restored from a copy counts from an older version on.
        known.as_ref().filter(|known| known.facts.version == version).map(Arc::clone)
    }

    /// The place of a day's coverage; it becomes the last asked for, and what was asked for longest ago makes room.
    fn cell(&self, key: DayKey) -> Arc<OnceCell<Arc<Coverage>>> {
        let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        let place = days.iter().position(|kept| kept.key == key);
        let kept =
            place.map(|place| days.remove(place)).unwrap_or_else(|| Kept { key, coverage: Arc::new(OnceCell::new()) });
        // Facts that have changed are asked of no more.
        days.retain(|kept| kept.key.version == key.version);
        days.push(kept.clone());
        let excess = days.len().saturating_sub(DAYS_KEPT);
        days.drain(..excess);
        kept.coverage
    }

    /// The place of what a day publishes; what was asked for longest ago makes room.
    fn published_cell(&self, key: PublishedKey) -> Arc<OnceCell<Arc<Published>>> {
        let mut all = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        let place = all.iter().position(|kept| kept.key == key);
        let kept = place
            .map(|place| all.remove(place))
            .unwrap_or_else(|| KeptPublished { key, published: Arc::new(OnceCell::new()) });
        all.push(kept.clone());
        let excess = all.len().saturating_sub(DAYS_KEPT);
        all.drain(..excess);
        kept.published
    }

    async fn publish(
        &self,
        known: Arc<Known>,
        coverage: Arc<Coverage>,
        last: Option<SnapshotId>,
    ) -> Result<Arc<Published>, ApiError> {
        let before = match last {
            Some(last) => disclosure::published(&self.db, last).await?,
            None => None,
        };
        let work = move || {
            let breakdowns = Breakdowns::of(&known.facts.index, &coverage);
            let disclosure = breakdowns.follow(before.as_ref());
            Arc::new(Published { disclosure })
        };
        tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)
    }

    async fn compute(&self, known: Arc<Known>, key: DayKey, asked: Option<WhatIf>) -> Result<Arc<Coverage>, ApiError> {
        let turn = Arc::clone(&self.computing).acquire_owned().await.map_err(ApiError::internal)?;
        let work = move || {
            // Held here, and not by the caller: a caller that goes away does not make the processor free.
            let _turn = turn;
            let index: &Index = &known.facts.index;
            let DayKey { version: _, day, today } = key;
            Arc::new(compute(index, &Question { day, today: Some(today), what_if: asked.as_ref() }))
        };
        tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)
    }
}

/// Runs `work` on a task of its own, which goes on when the caller has gone.
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::spawn(work).await.map_err(ApiError::internal)?
}
