//! Rows that belong to a page of other rows, read together: one statement for all the people, trends, deliveries or rejects of
//! a page, whatever its size.
//!
//! The resolvers of a page run as one task, each polled in turn. For three mails, each with its recipient:
//!
//! ```text
//!              first turn               second turn                       afterwards
//! resolver 1   joins with key 1, yields   sees new keys, yields            has its row
//! resolver 2   joins with key 2, yields   sees a new key, yields           has its row
//! resolver 3   joins with key 3, yields   sees none, reads keys 1 to 3     has its row
//! ```
//!
//! A resolver that sees no new key since its last turn closes the wave, because all others have been polled since. Keys that
//! come later begin another wave. Each type of key has a wave of its own.

pub(crate) mod children;
pub(crate) mod gaps;
pub(crate) mod people;

use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_graphql::Context;
use entity::id::{SnapshotId, UnitId};
use entity::period::{Day, IsoWeek};
use entity::table::{snapshot, snapshot_unit};
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use tokio::sync::OnceCell;

use super::error::ApiError;

/// The most keys in one statement; SQLite takes 32,766 values.
pub(crate) const KEYS: usize = 10_000;

/// A kind of rows that are read together.
pub(crate) trait Load<K>: Send + Sync {
    /// The value for a key.
    type Value: Clone + Send + Sync + 'static;

    /// Reads the values for all of `keys`; a key without a value is left out.
    fn load(&self, keys: &[K]) -> impl Future<Output = Result<HashMap<K, Self::Value>, ApiError>> + Send;
}

/// Reads rows for one request.
///
/// `async_graphql::dataloader` waits for a millisecond and then reads the keys that have arrived, which in a large answer is a
/// part of them: the number of statements depends on how busy the machine is. Here a wave of keys is closed when all of the
/// request's resolvers have been polled and none has added a key: one wave per kind of rows and level of the query, now and
/// then two, never one per row.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    db: OnceLock<DatabaseConnection>,
    waves: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

/// Keys that are read together, and then their values.
struct Wave<K, V> {
    keys: Mutex<HashSet<K>>,
    found: OnceCell<Result<HashMap<K, V>, ApiError>>,
}

impl<K: Clone + Eq + Hash, V> Wave<K, V> {
    fn keys(&self) -> std::sync::MutexGuard<'_, HashSet<K>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    /// Returns the loader of the request.
    ///
    /// # Errors
    ///
    /// [`ApiError::internal`] if the request did not come through [`prepare`](super::prepare), or if the schema was built
    /// without a database.
    pub(crate) fn from_context<'a>(ctx: &Context<'a>) -> Result<&'a Self, ApiError> {
        let rows = ctx
            .data_opt::<Self>()
            .ok_or_else(|| ApiError::internal("the request was not prepared with graphql::prepare"))?;
        let db =
            ctx.data_opt::<DatabaseConnection>().ok_or_else(|| ApiError::internal("the schema has no database"))?;
        rows.db.get_or_init(|| db.clone());
        Ok(rows)
    }

    /// Reads the value for `key` together with those of all its neighbours.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub(crate) async fn load_one<K>(&self, key: K) -> Result<Option<<Self as Load<K>>::Value>, ApiError>
    where
        K: Clone + Eq + Hash + Send + Sync + 'static,
        Self: Load<K>,
    {
        let wave = self.join(key.clone());
        let mut waiting = 0;
        while !wave.found.initialized() && waiting != wave.keys().len() {
            waiting = wave.keys().len();
            tokio::task::yield_now().await;
        }
        let found = wave
            .found
            .get_or_init(|| async {
                self.close::<K>();
                let keys: Vec<_> = wave.keys().iter().cloned().collect();
                let mut found = HashMap::with_capacity(keys.len());
                for keys in keys.chunks(KEYS) {
                    found.extend(self.load(keys).await?);
                }
                Ok(found)
            })
            .await;
        found.as_ref().map(|found| found.get(&key).cloned()).map_err(Clone::clone)
    }

    /// Adds `key` to the open wave of its kind.
    fn join<K>(&self, key: K) -> Arc<Wave<K, <Self as Load<K>>::Value>>
    where
        K: Clone + Eq + Hash + Send + Sync + 'static,
        Self: Load<K>,
    {
        let mut waves = self.waves.lock().unwrap_or_else(PoisonError::into_inner);
        let open = waves.get(&TypeId::of::<K>()).cloned().and_then(|wave| wave.downcast().ok());
        let wave = open.unwrap_or_else(|| {
            let wave = Arc::new(Wave { keys: Mutex::default(), found: OnceCell::new() });
            waves.insert(TypeId::of::<K>(), wave.clone());
            wave
        });
        wave.keys().insert(key);
        wave
    }

    /// Closes the open wave. Later keys of this kind make a wave of their own.
    fn close<K: 'static>(&self) {
        self.waves.lock().unwrap_or_else(PoisonError::into_inner).remove(&TypeId::of::<K>());
    }

    fn db(&self) -> Result<&DatabaseConnection, ApiError> {
        self.db.get().ok_or_else(|| ApiError::internal("the loader has no database"))
    }
}

/// The stored roll-up of one unit in one snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StoredUnit(pub(crate) SnapshotId, pub(crate) UnitId);

impl Load<StoredUnit> for Rows {
    type Value = Arc<snapshot_unit::Model>;

    async fn load(&self, keys: &[StoredUnit]) -> Result<HashMap<StoredUnit, Self::Value>, ApiError> {
        let rows = snapshot_unit::Entity::find()
            .filter(snapshot_unit::Column::SnapshotId.is_in(distinct(keys.iter().map(|key| key.0))))
            .filter(snapshot_unit::Column::UnitId.is_in(distinct(keys.iter().map(|key| key.1))))
            .all(self.db()?)
            .await?;
        Ok(rows.into_iter().map(|row| (StoredUnit(row.snapshot_id, row.unit_id), Arc::new(row))).collect())
    }
}

/// A snapshot by its id.
impl Load<SnapshotId> for Rows {
    type Value = Arc<snapshot::Model>;

    async fn load(&self, keys: &[SnapshotId]) -> Result<HashMap<SnapshotId, Self::Value>, ApiError> {
        let rows =
            snapshot::Entity::find().filter(snapshot::Column::Id.is_in(keys.iter().copied())).all(self.db()?).await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// A unit's stored roll-ups, one per week, of the weeks up to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Trend {
    pub(crate) unit: UnitId,
    pub(crate) until: Day,
    /// 1 or more.
    pub(crate) weeks: u32,
}

/// One week of a trend.
#[derive(Clone, Debug)]
pub(crate) struct TrendRow {
    pub(crate) snapshot: snapshot::Model,
    pub(crate) figures: snapshot_unit::Model,
}

impl Load<Trend> for Rows {
    type Value = Arc<Vec<TrendRow>>;

    /// Two statements for each different (day, weeks); the units of a page share them.
    async fn load(&self, keys: &[Trend]) -> Result<HashMap<Trend, Self::Value>, ApiError> {
        let mut spans: HashMap<(Day, u32), Vec<UnitId>> = HashMap::new();
        for key in keys {
            spans.entry((key.until, key.weeks)).or_default().push(key.unit);
        }
        let mut trends = HashMap::with_capacity(keys.len());
        for ((until, weeks), units) in spans {
            let weekly = self.weekly(until, weeks).await?;
            let rows = snapshot_unit::Entity::find()
                .filter(snapshot_unit::Column::SnapshotId.is_in(weekly.iter().map(|snapshot| snapshot.id)))
                .filter(snapshot_unit::Column::UnitId.is_in(units.iter().copied()))
                .all(self.db()?)
                .await?;
            let mut rows: HashMap<_, _> = rows.into_iter().map(|row| ((row.unit_id, row.snapshot_id), row)).collect();
            for unit in units {
                let points = weekly.iter().filter_map(|snapshot| {
                    let figures = rows.remove(&(unit, snapshot.id))?;
                    Some(TrendRow { snapshot: snapshot.clone(), figures })
                });
                trends.insert(Trend { unit, until, weeks }, Arc::new(points.collect()));
            }
        }
        Ok(trends)
    }
}

impl Rows {
    /// The snapshot that represents each of the `weeks` up to the week of `until`, oldest first: Monday's, or the last of the
    /// week if Monday has none; of a day's revisions the newest.
    async fn weekly(&self, until: Day, weeks: u32) -> Result<Vec<snapshot::Model>, ApiError> {
        let from = until.monday().plus_days(-7 * (i64::from(weeks) - 1));
        let rows = snapshot::Entity::find()
            .filter(snapshot::Column::Day.between(from, until))
            .order_by_asc(snapshot::Column::Day)
            .order_by_asc(snapshot::Column::Revision)
            .all(self.db()?)
            .await?;
        let mut weekly: Vec<snapshot::Model> = Vec::new();
        for row in rows {
            match weekly.last_mut() {
                Some(last) if IsoWeek::containing(last.day) == IsoWeek::containing(row.day) => {
                    let is_monday = last.day == last.day.monday();
                    if !is_monday || last.day == row.day {
                        *last = row;
                    }
                }
                _ => weekly.push(row),
            }
        }
        Ok(weekly)
    }
}

fn distinct<T: Ord>(ids: impl Iterator<Item = T>) -> Vec<T> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
