//! The data from which coverage is computed, with what the API shows beside it: a unit's kind, who is responsible for it, why
//! it is exempt, how much protected time an allocation has. Names of people are not cached; they are read when needed.

use std::collections::{HashMap, HashSet};

use entity::coverage::roster::{Delegation, PersonIx, Post, UnitIx};
use entity::id::{AllocationId, AppointmentId, PersonId, UnitId};
use entity::interner::{Interner, Symbol};
use entity::period::{Day, Validity};
use entity::spelling;
use entity::store::links;
use entity::store::roster::{self, LoadError, LoadedRoster};
use entity::table::{allocation_terms, appointment, exemption, unit};
use entity::value::AppointmentRole;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::error::ApiError;

/// One version of the imported data.
#[derive(Debug)]
pub(crate) struct ReferenceData {
    pub(crate) facts: LoadedRoster,
    pub(crate) directory: Directory,
    /// Every unit, by the normalised form of its code.
    by_code: HashMap<String, UnitIx>,
    /// People by their linked ids, except the lowest id of each person.
    linked: HashMap<PersonId, PersonIx>,
    /// The indexes of the posts that name a person as line manager.
    managed: HashMap<PersonIx, Vec<usize>>,
}

/// The data that the API shows beside coverage.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    words: Interner,
    levels: HashMap<UnitId, Symbol>,
    exemptions: HashMap<UnitId, Vec<Exempted>>,
    appointments: HashMap<UnitId, Vec<Appointed>>,
    /// The units with an appointment that names a person, on any day.
    named: HashMap<PersonId, HashSet<UnitId>>,
    /// Protected time with its first day, oldest first; the first entry of an allocation has no such day.
    protected_hours: HashMap<AllocationId, Vec<HoursFrom>>,
}

/// Protected time in hundredths of an hour per month, with its first day.
type HoursFrom = (Option<Day>, Option<i32>);

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
        let (facts, txn) = roster::load_within(txn).await.map_err(|error| match error {
            LoadError::Database(error) => error.into(),
            LoadError::Mix(_) => ApiError::internal(error),
        })?;
        let directory = Directory::load(&txn).await?;
        txn.commit().await?;
        Ok(Self::new(facts, directory))
    }

    fn new(facts: LoadedRoster, directory: Directory) -> Self {
        let units = &facts.index.roster().units;
        let by_code = (0u32..)
            .map(UnitIx)
            .zip(units)
            .map(|(place, unit)| (spelling::key(&unit.code).into_owned(), place))
            .collect();
        let mut managed: HashMap<_, Vec<_>> = HashMap::new();
        for (place, post) in facts.index.roster().posts.iter().enumerate() {
            if let Some(manager) = post.line_manager {
                managed.entry(manager).or_default().push(place);
            }
        }
        let people = (0u32..).map(PersonIx).zip(&facts.index.roster().people);
        let linked = people.flat_map(|(place, person)| person.linked.iter().map(move |id| (*id, place))).collect();
        Self { facts, directory, by_code, linked, managed }
    }

    /// The unit with a code, in any spelling (docs/IMPORT.md, "Keys").
    pub(crate) fn unit_by_code(&self, code: &str) -> Option<UnitIx> {
        self.by_code.get(&*spelling::key(code)).copied()
    }

    pub(crate) fn unit_by_id(&self, id: UnitId) -> Option<UnitIx> {
        // The roster's units are in the order of their ids.
        let place = self.facts.index.roster().units.binary_search_by_key(&id, |unit| unit.id);
        place.ok().and_then(|place| u32::try_from(place).ok()).map(UnitIx)
    }

    pub(crate) fn person_by_id(&self, id: PersonId) -> Option<PersonIx> {
        // The roster's people are in the order of their ids too.
        let place = self.facts.index.roster().people.binary_search_by_key(&id, |person| person.id);
        let place = place.ok().and_then(|place| u32::try_from(place).ok()).map(PersonIx);
        place.or_else(|| self.linked.get(&id).copied())
    }

    /// The people with a post on the day whose named line manager is `manager`.
    pub(crate) fn managed_by(&self, manager: PersonIx, day: Day) -> HashSet<PersonIx> {
        self.managed_posts(manager).filter(|post| post.validity.holds_on(day)).map(|post| post.person).collect()
    }

    /// The units of the posts that count on the day and name `manager` as line manager.
    pub(crate) fn units_managed_by(&self, manager: PersonIx, day: Day) -> HashSet<UnitIx> {
        self.managed_posts(manager).filter(|post| self.facts.index.counts(post, day)).map(|post| post.unit).collect()
    }

    /// The people for whom a person acts on the day: themselves, and those whose delegate they are.
    pub(crate) fn principals_of(&self, person: PersonIx, day: Day) -> Vec<PersonIx> {
        let index = &self.facts.index;
        let units = self.directory.named.get(&index.roster().people[person.at()].id).into_iter().flatten();
        let appointments =
            units.filter_map(|unit| self.unit_by_id(*unit)).flat_map(|unit| index.appointments_for(unit));
        let for_others = appointments.filter(|row| row.has_delegate(person, day)).map(|row| row.person);
        let stands_in = |row: &&Delegation| row.delegate == person && row.validity.holds_on(day);
        let of_line_managers = index.roster().delegations.iter().filter(stands_in).map(|row| row.principal);
        let mut principals: Vec<_> = for_others.chain(of_line_managers).chain([person]).collect();
        principals.sort_unstable();
        principals.dedup();
        principals
    }

    /// The posts of other people that name `manager` as line manager, on any day.
    fn managed_posts(&self, manager: PersonIx) -> impl Iterator<Item = &Post> {
        let posts = &self.facts.index.roster().posts;
        let own = self.managed.get(&manager).into_iter().flatten().map(|place| &posts[*place]);
        own.filter(move |post| post.person != manager)
    }
}

impl Directory {
    async fn load(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let mut directory = Self::default();
        let levels: Vec<(UnitId, Option<String>)> = unit::Entity::find()
            .select_only()
            .columns([unit::Column::Id, unit::Column::Level])
            .filter(unit::Column::Level.is_not_null())
            .into_tuple()
            .all(db)
            .await?;
        for (unit, level) in levels {
            if let Some(word) = level.and_then(|level| directory.words.value(&level)) {
                directory.levels.insert(unit, word);
            }
        }
        for row in exemption::Entity::find().all(db).await? {
            let exemption::Model { id: _, unit_id, valid_from, valid_to, reason, agreed_by } = row;
            let validity = Validity { from: Some(valid_from), to: Some(valid_to) };
            directory.exemptions.entry(unit_id).or_default().push(Exempted { validity, reason, agreed_by });
        }
        directory.exemptions.values_mut().for_each(|own| own.sort_by_key(|row| std::cmp::Reverse(row.validity.from)));
        let same = links::load(db).await?;
        for row in appointment::Entity::find().all(db).await? {
            let appointed = Appointed {
                id: row.id,
                role: row.role,
                person: same.lowest(row.person_id),
                validity: Validity { from: row.valid_from, to: row.valid_to },
                delegate: row.delegate_id.map(|id| same.lowest(id)),
                delegate_validity: Validity { from: row.delegate_from, to: row.delegate_to },
            };
            for named in [Some(appointed.person), appointed.delegate].into_iter().flatten() {
                directory.named.entry(named).or_default().insert(row.unit_id);
            }
            directory.appointments.entry(row.unit_id).or_default().push(appointed);
        }
        directory.appointments.values_mut().for_each(|own| own.sort_by_key(|row| std::cmp::Reverse(row.validity.from)));
        for row in allocation_terms::Entity::find().order_by_asc(allocation_terms::Column::Id).all(db).await? {
            let terms = directory.protected_hours.entry(row.allocation_id).or_default();
            terms.push((row.valid_from, row.protected_hours));
        }
        directory.protected_hours.values_mut().for_each(|terms| terms.sort_by_key(|(from, _)| *from));
        Ok(directory)
    }

    pub(crate) fn level(&self, unit: UnitId) -> Option<&str> {
        self.levels.get(&unit).map(|word| self.words.get(*word))
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

    /// Protected time on a day, in hundredths of an hour per month.
    pub(crate) fn protected_hours(&self, allocation: AllocationId, day: Day) -> Option<i32> {
        let terms = self.protected_hours.get(&allocation)?;
        terms.iter().rev().find(|(from, _)| from.is_none_or(|from| from <= day)).and_then(|(_, hours)| *hours)
    }
}
