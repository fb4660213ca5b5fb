//! Loads what has changed since the roster was loaded: the facts of the people and units that the changes in between
//! touched, in a fixed number of queries.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use sea_orm::{
    ColumnTrait as _, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait as _, FromQueryResult, JoinType,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::people::{certificate, completion_to_course};
use super::{LoadError, LoadedRoster, begin, each, roles, unit_facts};
use crate::coverage::index::{Extent, Replacement};
use crate::coverage::roster::{Pass, PersonIx, Training};
use crate::id::{PersonId, UnitId};
use crate::json_column::Touched;
use crate::period::Day;
use crate::store::facts;
use crate::table::{completion, course, fact_change, fact_version};
use crate::value::Level;

/// If more people or units than this were touched, everything is loaded: that takes about as long.
const MOST_TOUCHED: usize = 500;
/// If the training of more people than this has changed since everything was loaded, everything is loaded again, so
/// that what is kept beside the organisation stays small.
const MOST_RETRAINED: usize = 10_000;
/// Number of steps that a roster remembers.
const STEPS_KEPT: usize = 64;

/// What the last changes touched, oldest first. Each step begins with the version in which the one before it ended.
#[derive(Clone, Debug, Default)]
pub struct Steps(VecDeque<Arc<VersionStep>>);

#[derive(Debug)]
struct VersionStep {
    from: i64,
    extent: Extent,
}

impl Steps {
    fn then(&self, step: VersionStep) -> Self {
        let excess = (self.0.len() + 1).saturating_sub(STEPS_KEPT);
        Self(self.0.iter().skip(excess).cloned().chain([Arc::new(step)]).collect())
    }
}

impl LoadedRoster {
    /// Returns what has changed between an earlier version and this one. `None` if that is not known: everything may
    /// have changed.
    #[must_use]
    pub fn changes_since(&self, version: i64) -> Option<Extent> {
        if version == self.version {
            return Some(Extent::default());
        }
        let first = self.steps.0.iter().position(|step| step.from == version)?;
        let mut extent = Extent::default();
        self.steps.0.iter().skip(first).for_each(|step| extent.extend(&step.extent));
        Some(extent)
    }
}

/// Reads what has changed since `held` was loaded, as of one moment. Returns `None` if everything must be loaded: some
/// change in between was not recorded, or touched too much.
///
/// # Errors
///
/// [`LoadError`].
pub async fn load_changes(db: &DatabaseConnection, held: &LoadedRoster) -> Result<Option<LoadedRoster>, LoadError> {
    let txn = begin(db).await?;
    let changed = load_changes_within(&txn, held).await?;
    txn.commit().await?;
    Ok(changed.map(|(changed, _)| changed))
}

/// Reads what has changed like [`load_changes`], as seen by a transaction. Returns what was touched as well.
///
/// # Errors
///
/// [`LoadError`].
pub async fn load_changes_within(
    txn: &DatabaseTransaction,
    held: &LoadedRoster,
) -> Result<Option<(LoadedRoster, Touched)>, LoadError> {
    let fact_version::Model { id: _, version, whole_from } = facts::current(txn).await?;
    let Some(touched) = touched_between(txn, held.version, version).await? else { return Ok(None) };
    let index = &held.index;
    let people: Option<BTreeSet<PersonIx>> = touched.people.iter().map(|id| index.person_by_id(*id)).collect();
    let units = touched.units.iter().map(|id| index.unit_by_id(*id)).collect();
    // New people and units are never recorded as touched; if it happens, everything is loaded.
    let (Some(people), Some(units)) = (people, units) else { return Ok(None) };
    let extent = Extent { people, units };
    if extent.people.len().max(extent.units.len()) > MOST_TOUCHED
        || index.roster().retrained.len() > MOST_RETRAINED
        || whole_from != held.whole_from
    {
        return Ok(None);
    }
    let mut replacement = Replacement { extent: extent.clone(), ..Replacement::default() };
    if !extent.people.is_empty() {
        let rows = extent.people.iter().map(|person| &index.roster().people[person.at()]);
        let ids: Vec<PersonId> = rows.flat_map(|row| std::iter::once(row.id).chain(row.linked.clone())).collect();
        replacement.roles = roles::read(txn, index, Some(&ids)).await?;
        replacement.training = training(txn, held, &ids).await?;
    }
    if !extent.units.is_empty() {
        let ids: Vec<UnitId> = touched.units.iter().copied().collect();
        replacement.filed = unit_facts::read(txn, index, Some(&ids)).await?;
    }
    let steps = held.steps.then(VersionStep { from: held.version, extent });
    Ok(Some((LoadedRoster { version, whole_from, index: index.replace(replacement), steps }, touched)))
}

/// Reads what the changes after `before`, up to and including `version`, touched. `None` if one is not recorded.
async fn touched_between(txn: &DatabaseTransaction, before: i64, version: i64) -> Result<Option<Touched>, DbErr> {
    let Ok(expected) = usize::try_from(version - before) else { return Ok(None) };
    if expected == 0 || expected > MOST_TOUCHED {
        return Ok(None);
    }
    let rows = fact_change::Entity::find()
        .filter(fact_change::Column::Version.gt(before))
        .filter(fact_change::Column::Version.lte(version))
        .all(txn)
        .await?;
    if rows.len() < expected {
        return Ok(None);
    }
    let mut touched = Touched::default();
    rows.into_iter().for_each(|row| touched.extend(row.touched));
    Ok(Some(touched))
}

/// A completion of any level.
#[derive(FromQueryResult)]
struct CompletionRow {
    person_id: PersonId,
    completed_on: Day,
    valid_to: Option<Day>,
    level: Level,
}

/// Reads the training of these people.
async fn training(
    txn: &DatabaseTransaction,
    held: &LoadedRoster,
    of: &[PersonId],
) -> Result<HashMap<PersonIx, Training>, DbErr> {
    let select = completion::Entity::find()
        .select_only()
        .columns([completion::Column::PersonId, completion::Column::CompletedOn, completion::Column::ValidTo])
        .column(course::Column::Level)
        .join(JoinType::InnerJoin, completion_to_course())
        .filter(completion::Column::PersonId.is_in(of.iter().copied()))
        .order_by_asc(completion::Column::Id);
    let mut training: HashMap<PersonIx, Training> = HashMap::new();
    each(txn, select, |row: CompletionRow| {
        let Some(person) = held.index.person_by_id(row.person_id) else { return };
        let Training { level1_on, passes } = training.entry(person).or_default();
        match certificate(row.level) {
            None => *level1_on = level1_on.iter().copied().chain([row.completed_on]).min(),
            Some(certificate) => {
                passes.push(Pass { person, certificate, on: row.completed_on, expires: row.valid_to });
            }
        }
    })
    .await?;
    training.values_mut().for_each(|own| own.passes.sort_by_key(|pass| pass.on));
    Ok(training)
}
