//! Rows that hang below a page of others, read together: one statement for all the people, trends, deliveries or rejects that
//! a page names, whatever its size.

pub(crate) mod children;

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use entity::id::{PersonId, SnapshotId, UnitId};
use entity::period::{Day, IsoWeek};
use entity::table::{person, snapshot, snapshot_team, snapshot_unit};
use sea_orm::{
    ColumnTrait as _, DatabaseConnection, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::error::ApiError;

/// Reads the rows; see the module.
#[derive(Debug)]
pub(crate) struct Rows {
    db: DatabaseConnection,
}

impl Rows {
    pub(crate) fn loader(db: DatabaseConnection) -> DataLoader<Self> {
        DataLoader::new(Self { db }, tokio::spawn)
    }

    pub(crate) fn of<'a>(ctx: &Context<'a>) -> Result<&'a DataLoader<Self>, ApiError> {
        ctx.data_opt::<DataLoader<Self>>().ok_or_else(|| ApiError::internal("the schema has no loader"))
    }
}

/// What the API tells of a person.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct PersonRow {
    pub(crate) id: PersonId,
    pub(crate) employer: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
}

impl Loader<PersonId> for Rows {
    type Value = Arc<PersonRow>;
    type Error = ApiError;

    async fn load(&self, keys: &[PersonId]) -> Result<HashMap<PersonId, Self::Value>, ApiError> {
        let rows: Vec<PersonRow> = person::Entity::find()
            .select_only()
            .columns([
                person::Column::Id,
                person::Column::Employer,
                person::Column::FirstName,
                person::Column::LastName,
            ])
            .filter(person::Column::Id.is_in(keys.iter().copied()))
            .into_model()
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// The stored roll-up of one unit in one snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StoredUnit(pub(crate) SnapshotId, pub(crate) UnitId);

impl Loader<StoredUnit> for Rows {
    type Value = Arc<snapshot_unit::Model>;
    type Error = ApiError;

    async fn load(&self, keys: &[StoredUnit]) -> Result<HashMap<StoredUnit, Self::Value>, ApiError> {
        let rows = snapshot_unit::Entity::find()
            .filter(snapshot_unit::Column::SnapshotId.is_in(distinct(keys.iter().map(|key| key.0))))
            .filter(snapshot_unit::Column::UnitId.is_in(distinct(keys.iter().map(|key| key.1))))
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().map(|row| (StoredUnit(row.snapshot_id, row.unit_id), Arc::new(row))).collect())
    }
}

/// A snapshot by its id.
impl Loader<SnapshotId> for Rows {
    type Value = Arc<snapshot::Model>;
    type Error = ApiError;

    async fn load(&self, keys: &[SnapshotId]) -> Result<HashMap<SnapshotId, Self::Value>, ApiError> {
        let rows =
            snapshot::Entity::find().filter(snapshot::Column::Id.is_in(keys.iter().copied())).all(&self.db).await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// A unit's stored roll-ups, one a week, of the weeks up to a day.
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

impl Loader<Trend> for Rows {
    type Value = Arc<Vec<TrendRow>>;
    type Error = ApiError;

    /// Two statements for each different (day, weeks), which the units of a page share.
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
                .all(&self.db)
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
    /// The snapshot that stands for each of the `weeks` that end with the week of `until`, oldest first: Monday's, or the
    /// last of the week where Monday has none; of a day's revisions the newest.
    async fn weekly(&self, until: Day, weeks: u32) -> Result<Vec<snapshot::Model>, ApiError> {
        let from = until.monday().plus_days(-7 * (i64::from(weeks) - 1));
        let rows = snapshot::Entity::find()
            .filter(snapshot::Column::Day.between(from, until))
            .order_by_asc(snapshot::Column::Day)
            .order_by_asc(snapshot::Column::Revision)
            .all(&self.db)
            .await?;
        let mut weekly: Vec<snapshot::Model> = Vec::new();
        for row in rows {
            match weekly.last_mut() {
                Some(last) if IsoWeek::of(last.day) == IsoWeek::of(row.day) => {
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

/// A team's row in the newest snapshot on or before a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LastSeen {
    pub(crate) unit: UnitId,
    pub(crate) until: Day,
}

/// A snapshot's day, and a team's row in it; no row where it was no team then.
pub(crate) type Seen = (Day, Option<Arc<snapshot_team::Model>>);

impl Loader<LastSeen> for Rows {
    type Value = Seen;
    type Error = ApiError;

    /// Two statements for each different day.
    async fn load(&self, keys: &[LastSeen]) -> Result<HashMap<LastSeen, Self::Value>, ApiError> {
        let mut days: HashMap<Day, Vec<UnitId>> = HashMap::new();
        for key in keys {
            days.entry(key.until).or_default().push(key.unit);
        }
        let mut seen = HashMap::with_capacity(keys.len());
        for (until, units) in days {
            let newest = snapshot::Entity::find()
                .filter(snapshot::Column::Day.lte(until))
                .order_by_desc(snapshot::Column::Day)
                .order_by_desc(snapshot::Column::Revision)
                .one(&self.db)
                .await?;
            let Some(newest) = newest else { continue };
            let rows = snapshot_team::Entity::find()
                .filter(snapshot_team::Column::SnapshotId.eq(newest.id))
                .filter(snapshot_team::Column::UnitId.is_in(units.iter().copied()))
                .all(&self.db)
                .await?;
            let mut rows: HashMap<_, _> = rows.into_iter().map(|row| (row.unit_id, Arc::new(row))).collect();
            seen.extend(units.into_iter().map(|unit| (LastSeen { unit, until }, (newest.day, rows.remove(&unit)))));
        }
        Ok(seen)
    }
}

fn distinct<T: Ord>(ids: impl Iterator<Item = T>) -> Vec<T> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
