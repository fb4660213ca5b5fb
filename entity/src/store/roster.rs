//! Loads the whole roster as plain data, or what has changed since it was loaded, in a fixed number of queries whatever
//! the size of the board.

mod changes;
mod disputed;
mod organisation;
mod people;
mod register;
mod roles;
mod unit_facts;

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IsolationLevel, Select,
    TransactionOptions, TransactionTrait as _,
};

pub use self::changes::{Steps, load_changes, load_changes_within};
pub use self::disputed::says;
use super::policy::UnreadableMix;
use super::{facts, is_postgres};
use crate::coverage::Index;
use crate::coverage::roster::{Organisation, PersonIx, Roster, UnitIx};
use crate::id::{PersonId, UnitId};
use crate::interner::{Interner, Symbol};
use crate::period::Day;
use crate::table::fact_version;

/// Why the facts could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The database failed or was unreachable.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// A stored policy that this program cannot read.
    #[error(transparent)]
    Mix(#[from] UnreadableMix),
}

/// The facts at one moment, indexed for queries about any day, with their version.
#[derive(Debug)]
pub struct LoadedRoster {
    /// Incremented with every change; equal versions mean equal facts.
    pub version: i64,
    /// The first day for which every fact is on file. Earlier days cannot be computed: absences that ended before it
    /// were removed, and a team would look covered that was not. `None` if all days are complete.
    pub whole_from: Option<Day>,
    /// The facts.
    pub index: Index,
    /// What the last changes touched.
    pub steps: Steps,
}

/// Some facts of a day are no longer on file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "coverage of {day} can no longer be computed: absences that ended before {whole_from} were removed at the end of \
     their retention period. Choose {whole_from} or a later day, or use the stored figures of that day"
)]
pub struct TooLongAgo {
    /// The requested day.
    pub day: Day,
    /// The first day for which every fact is on file.
    pub whole_from: Day,
}

impl LoadedRoster {
    /// Checks that coverage of `day` can be computed from these facts.
    ///
    /// # Errors
    ///
    /// [`TooLongAgo`] if some facts of that day were removed.
    pub fn check_complete(&self, day: Day) -> Result<(), TooLongAgo> {
        match self.whole_from {
            Some(whole_from) if day < whole_from => Err(TooLongAgo { day, whole_from }),
            Some(_) | None => Ok(()),
        }
    }
}

/// Returns the version of the facts on file. Reads one row.
pub async fn version(db: &impl sea_orm::ConnectionTrait) -> Result<i64, DbErr> {
    facts::current(db).await.map(|row| row.version)
}

/// Reads every fact on file, as of one moment. Texts that are only compared are stored once; names, addresses and
/// employee numbers are not read at all.
///
/// # Errors
///
/// [`LoadError`].
pub async fn load(db: &DatabaseConnection) -> Result<LoadedRoster, LoadError> {
    let (facts, txn) = load_within(begin(db).await?).await?;
    txn.commit().await?;
    Ok(facts)
}

/// Begins a transaction that sees the database as of one moment: an import completely or not at all.
pub async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    // SQLite's transactions always do.
    let isolation_level = is_postgres(db).then_some(IsolationLevel::RepeatableRead);
    db.begin_with_options(TransactionOptions { isolation_level, ..TransactionOptions::default() }).await
}

/// Reads every fact like [`load`], as seen by a transaction that may have changed some. Returns the transaction as
/// well.
///
/// # Errors
///
/// [`LoadError`]. The transaction is rolled back then.
pub async fn load_within(txn: DatabaseTransaction) -> Result<(LoadedRoster, DatabaseTransaction), LoadError> {
    let fact_version::Model { id: _, version, whole_from } = facts::current(&txn).await?;
    let mut loader = Loader {
        txn,
        organisation: Organisation::default(),
        units: HashMap::new(),
        people: HashMap::new(),
        employers: HashMap::new(),
    };
    loader.units().await?;
    loader.people().await?;
    loader.posts().await?;
    loader.passes().await?;
    loader.staff_lists().await?;
    loader.successions().await?;
    loader.away().await?;
    loader.agreements().await?;
    loader.frameworks().await?;
    let Loader { txn, organisation, .. } = loader;
    let empty = Index::new(Roster { organisation: organisation.into(), ..Roster::default() });
    let network = roles::read(&txn, &empty, None).await?;
    let filed = unit_facts::read(&txn, &empty, None).await?;
    let index = empty.with_network(network, filed);
    Ok((LoadedRoster { version, whole_from, index, steps: Steps::default() }, txn))
}

/// Reads the tables of the organisation one after another.
struct Loader {
    txn: DatabaseTransaction,
    organisation: Organisation,
    units: HashMap<UnitId, UnitIx>,
    /// Several ids of linked people are one person.
    people: HashMap<PersonId, PersonIx>,
    /// The employer by person id.
    employers: HashMap<PersonId, Option<Symbol>>,
}

impl Loader {
    /// Passes each row to `keep` as it arrives.
    async fn each<E: EntityTrait, R: FromQueryResult + Send>(
        &mut self,
        select: Select<E>,
        mut keep: impl FnMut(&mut Known<'_>, R),
    ) -> Result<(), DbErr> {
        let mut known = Known { organisation: &mut self.organisation, units: &self.units, people: &self.people };
        each(&self.txn, select, |row| keep(&mut known, row)).await
    }
}

/// The indexes that rows of other tables refer to.
struct Known<'a> {
    organisation: &'a mut Organisation,
    units: &'a HashMap<UnitId, UnitIx>,
    people: &'a HashMap<PersonId, PersonIx>,
}

impl Known<'_> {
    fn person(&self, id: PersonId) -> Option<PersonIx> {
        self.people.get(&id).copied()
    }

    fn unit(&self, id: UnitId) -> Option<UnitIx> {
        self.units.get(&id).copied()
    }
}

/// Passes each row to `keep` as it arrives, so that a nation's posts are never held twice.
async fn each<E: EntityTrait, R: FromQueryResult + Send>(
    txn: &DatabaseTransaction,
    select: Select<E>,
    mut keep: impl FnMut(R),
) -> Result<(), DbErr> {
    let mut rows = select.into_model::<R>().stream(txn).await?;
    while let Some(row) = rows.try_next().await? {
        keep(row);
    }
    Ok(())
}

fn optional(words: &mut Interner, text: Option<&str>) -> Option<Symbol> {
    text.and_then(|text| words.value(text))
}
