//! The data from which coverage is computed, with what the API shows beside it: a unit's kind, who is responsible for it, why
//! it is exempt. Names of people are not cached; they are read when needed.
//!
//! Versions of the data share what a change does not touch: after a command, a process reads again just what is filed about the
//! people and units that it touched.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::coverage::Index;
use entity::coverage::roster::{Delegation, PersonIx, Post, UnitIx};
use entity::id::{AppointmentId, PersonId, UnitId};
use entity::interner::{Interner, Symbol};
use entity::period::{Day, Validity};
use entity::spelling;
use entity::store::roster::{self, LoadError, LoadedRoster};
use entity::table::{appointment, exemption, unit};
use entity::value::AppointmentRole;
use entity::value::register::DelegationKind;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _,
};

use super::error::ApiError;

/// One version of the imported data.
#[derive(Debug)]
pub(crate) struct ReferenceData {
    pub(crate) facts: LoadedRoster,
    pub(crate) directory: Arc<Directory>,
    lookups: Arc<Lookups>,
}

/// Indexes of what comes from files.
#[derive(Debug)]
struct Lookups {
    /// Every unit, by the normalised form of its code.
    by_code: HashMap<String, UnitIx>,
    /// The indexes of the posts that name a person as line manager.
    managed: HashMap<PersonIx, Vec<usize>>,
    /// The levels of units, spelled as on file.
    levels: HashMap<UnitId, Symbol>,
    words: Interner,
}

/// What the API shows of units beside coverage.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    exemptions: HashMap<UnitId, Vec<Exempted>>,
    appointments: HashMap<UnitId, Vec<Appointed>>,
    /// The units with an appointment that names a person, on any day.
    named: HashMap<PersonId, HashSet<UnitId>>,
}

/// A dated exemption of a unit.
#[derive(Clone, Debug)]
pub(crate) struct Exempted {
    pub(crate) validity: Validity,
    pub(crate) reason: String,
    pub(crate) agreed_by: Option<String>,
}

/// A dated appointment of a person who is responsible for a unit.
#[derive(Clone, Debug)]
pub(crate) struct Appointed {
    pub(crate) id: AppointmentId,
    pub(crate) role: AppointmentRole,
    pub(crate) person: PersonId,
    pub(crate) validity: Validity,
    pub(crate) delegate: Option<PersonId>,
    pub(crate) delegate_validity: Validity,
}

impl Appointed {
    /// The appointed person on the day, and their delegate.
    fn names(&self, day: Day) -> impl Iterator<Item = PersonId> {
        let holds = self.validity.holds_on(day);
        let delegate = self.delegate.filter(|_| self.delegate_validity.holds_on(day));
        [Some(self.person), delegate].into_iter().flatten().filter(move |_| holds)
    }
}

impl ReferenceData {
    /// Reads everything with a fixed number of statements, whatever the size of the organisation.
    ///
    /// # Errors
    ///
    /// Database errors, or data that cannot be read.
    pub(crate) async fn load(db: &DatabaseConnection) -> Result<Self, ApiError> {
        // One transaction for both reads: an import in between would mix two versions.
        let txn = roster::begin(db).await?;
        let (facts, txn) = roster::load_within(txn).await.map_err(unreadable)?;
        let mut directory = Directory::default();
        directory.read(&txn, &facts.index, None).await?;
        let lookups = Lookups::read(&txn, &facts.index).await?;
        txn.commit().await?;
        Ok(Self { facts, directory: Arc::new(directory), lookups: Arc::new(lookups) })
    }

    /// Reads what has changed since `held` was read. Returns `None` if everything must be read.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub(crate) async fn load_changes(db: &DatabaseConnection, held: &Self) -> Result<Option<Self>, ApiError> {
        let txn = roster::begin(db).await?;
        let Some((facts, touched)) = roster::load_changes_within(&txn, &held.facts).await.map_err(unreadable)? else {
            return Ok(None);
        };
        let mut directory = Arc::clone(&held.directory);
        if !touched.units.is_empty() {
            let units: Vec<UnitId> = touched.units.into_iter().collect();
            Arc::make_mut(&mut directory).read(&txn, &facts.index, Some(&units)).await?;
        }
        txn.commit().await?;
        Ok(Some(Self { facts, directory, lookups: Arc::clone(&held.lookups) }))
    }

    /// The unit with a code, in any spelling (docs/IMPORT.md, "Keys").
    pub(crate) fn unit_by_code(&self, code: &str) -> Option<UnitIx> {
        self.lookups.by_code.get(&*spelling::key(code)).copied()
    }

    pub(crate) fn unit_by_id(&self, id: UnitId) -> Option<UnitIx> {
        self.facts.index.unit_by_id(id)
    }

    pub(crate) fn person_by_id(&self, id: PersonId) -> Option<PersonIx> {
        self.facts.index.person_by_id(id)
    }

    /// The board's name for the level of a unit.
    pub(crate) fn numbers_of(&self, person: PersonIx) -> Vec<PersonId> {
        let person = &self.facts.index.roster().people[person.at()];
        person.linked.iter().copied().chain([person.id]).collect()
    }

    pub(crate) fn level(&self, unit: UnitId) -> Option<&str> {
        self.lookups.levels.get(&unit).map(|word| self.lookups.words.get(*word))
    }

    /// The people with a post on the day whose named line manager is `manager`.
    pub(crate) fn managed_by(&self, manager: PersonIx, day: Day) -> HashSet<PersonIx> {
        self.managed_posts(manager).filter(|post| post.validity.holds_on(day)).map(|post| post.person).collect()
    }

    /// The units of the posts that count on the day and name `manager` as line manager.
    pub(crate) fn units_managed_by(&self, manager: PersonIx, day: Day) -> HashSet<UnitIx> {
        self.managed_posts(manager).filter(|post| self.facts.index.counts(post, day)).map(|post| post.unit).collect()
    }

    /// The people that a person may decide for on the day: themselves, and those whose delegate they are.
    pub(crate) fn principals_of(&self, person: PersonIx, day: Day) -> Vec<PersonIx> {
        let index = &self.facts.index;
        let units = self.directory.named.get(&index.roster().people[person.at()].id).into_iter().flatten();
        let appointments =
            units.filter_map(|unit| self.unit_by_id(*unit)).flat_map(|unit| index.appointments_for(unit));
        let for_others = appointments.filter(|row| row.has_delegate(person, day)).map(|row| row.person);
        let of_line_managers = self.stood_in_for(person, DelegationKind::Delegate, day);
        let mut principals: Vec<_> = for_others.chain(of_line_managers).chain([person]).collect();
        principals.sort_unstable();
        principals.dedup();
        principals
    }

    /// The people who have a person as acting line manager on the day.
    pub(crate) fn acted_for(&self, person: PersonIx, day: Day) -> impl Iterator<Item = PersonIx> {
        self.stood_in_for(person, DelegationKind::Acting, day)
    }

    fn stood_in_for(&self, person: PersonIx, kind: DelegationKind, day: Day) -> impl Iterator<Item = PersonIx> {
        let rows = self.facts.index.roster().delegations.iter();
        let stands_in =
            move |row: &&Delegation| row.kind == kind && row.delegate == person && row.validity.holds_on(day);
        rows.filter(stands_in).map(|row| row.principal)
    }

    /// The posts of other people that name `manager` as line manager, on any day.
    fn managed_posts(&self, manager: PersonIx) -> impl Iterator<Item = &Post> {
        let posts = &self.facts.index.roster().posts;
        let own = self.lookups.managed.get(&manager).into_iter().flatten().map(|place| &posts[*place]);
        own.filter(move |post| post.person != manager)
    }
}

/// The error of the API for data that could not be read.
fn unreadable(error: LoadError) -> ApiError {
    match error {
        LoadError::Database(error) => error.into(),
        LoadError::Mix(_) => ApiError::internal(error),
    }
}

impl Lookups {
    async fn read(db: &impl ConnectionTrait, index: &Index) -> Result<Self, DbErr> {
        let rows: Vec<(UnitId, Option<String>)> = unit::Entity::find()
            .select_only()
            .columns([unit::Column::Id, unit::Column::Level])
            .filter(unit::Column::Level.is_not_null())
            .into_tuple()
            .all(db)
            .await?;
        let (mut words, mut levels) = (Interner::default(), HashMap::new());
        for (unit, level) in rows {
            levels.extend(level.and_then(|level| words.value(&level)).map(|word| (unit, word)));
        }
        let roster = index.roster();
        let units = (0u32..).map(UnitIx).zip(&roster.units);
        let by_code = units.map(|(place, unit)| (spelling::key(&unit.code).into_owned(), place)).collect();
        let mut managed: HashMap<_, Vec<_>> = HashMap::new();
        for (place, post) in roster.posts.iter().enumerate() {
            if let Some(manager) = post.line_manager {
                managed.entry(manager).or_default().push(place);
            }
        }
        Ok(Self { by_code, managed, levels, words })
    }
}

impl Directory {
    /// Reads what is filed about these units, or about all, in place of what was known of them.
    async fn read(&mut self, db: &impl ConnectionTrait, index: &Index, of: Option<&[UnitId]>) -> Result<(), DbErr> {
        let ids = || of.map(|units| units.iter().copied());
        for unit in of.into_iter().flatten() {
            self.exemptions.remove(unit);
            self.appointments.remove(unit);
        }
        let exempted = exemption::Entity::find()
            .apply_if(ids(), |rows, units| rows.filter(exemption::Column::UnitId.is_in(units)))
            .order_by_asc(exemption::Column::Id);
        for row in exempted.all(db).await? {
            let exemption::Model { id: _, unit_id, valid_from, valid_to, reason, agreed_by } = row;
            let validity = Validity { from: Some(valid_from), to: Some(valid_to) };
            self.exemptions.entry(unit_id).or_default().push(Exempted { validity, reason, agreed_by });
        }
        self.exemptions.values_mut().for_each(|own| own.sort_by_key(|row| std::cmp::Reverse(row.validity.from)));
        let appointed = appointment::Entity::find()
            .apply_if(ids(), |rows, units| rows.filter(appointment::Column::UnitId.is_in(units)))
            .order_by_asc(appointment::Column::Id);
        let lowest = |id: PersonId| index.person_by_id(id).map_or(id, |person| index.roster().people[person.at()].id);
        for row in appointed.all(db).await? {
            let appointed = Appointed {
                id: row.id,
                role: row.role,
                person: lowest(row.person_id),
                validity: Validity { from: row.valid_from, to: row.valid_to },
                delegate: row.delegate_id.map(lowest),
                delegate_validity: Validity { from: row.delegate_from, to: row.delegate_to },
            };
            self.appointments.entry(row.unit_id).or_default().push(appointed);
        }
        self.appointments.values_mut().for_each(|own| own.sort_by_key(|row| std::cmp::Reverse(row.validity.from)));
        self.named.clear();
        for (unit, own) in &self.appointments {
            for named in own.iter().flat_map(|row| [Some(row.person), row.delegate]).flatten() {
                self.named.entry(named).or_default().insert(*unit);
            }
        }
        Ok(())
    }

    /// The exemptions of a unit, latest first.
    pub(crate) fn exemptions(&self, unit: UnitId) -> &[Exempted] {
        self.exemptions.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// The appointments to a unit, latest first.
    pub(crate) fn appointments(&self, unit: UnitId) -> &[Appointed] {
        self.appointments.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// The appointment with an id.
    pub(crate) fn appointment(&self, id: AppointmentId) -> Option<&Appointed> {
        self.appointments.values().flatten().find(|row| row.id == id)
    }

    /// The units for which a person is responsible on the day, or is the delegate, with their role.
    pub(crate) fn answered_by(&self, person: PersonId, day: Day) -> impl Iterator<Item = (UnitId, AppointmentRole)> {
        let units = self.named.get(&person).into_iter().flatten();
        units.flat_map(move |unit| {
            let rows = self.appointments(*unit).iter();
            rows.filter(move |row| row.names(day).any(|named| named == person)).map(|row| (*unit, row.role))
        })
    }
}
