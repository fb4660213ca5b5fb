//! Loads the whole roster as plain data, in a fixed number of queries whatever the size of the board.

mod roles;

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use sea_orm::{
    ColumnTrait as _, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IsolationLevel,
    JoinType, Order, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, TransactionOptions,
    TransactionTrait as _,
};

use super::policy::{UnreadableMix, terms};
use super::{facts, is_postgres, links};
use crate::coverage::Index;
use crate::coverage::roster::{
    Appointment, Away, Certificate, Exemption, FiledPolicy, Pass, Person, PersonIx, Placement, Post, Roster, StaffList,
    Unit, UnitIx,
};
use crate::id::{CourseId, PersonId, StaffListId, UnitId};
use crate::interner::{Interner, Symbol};
use crate::period::{Day, Validity};
use crate::table::{
    appointment, completion, course, exemption, fact_version, person, policy, post, rows_not_read, staff_list,
    unavailability, unit, unit_parent,
};
use crate::value::Level;

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
        roster: Roster::default(),
        units: HashMap::new(),
        people: HashMap::new(),
        employers: HashMap::new(),
    };
    loader.units().await?;
    loader.people().await?;
    loader.posts().await?;
    loader.passes().await?;
    loader.roles().await?;
    loader.appointments().await?;
    loader.staff_lists().await?;
    loader.away().await?;
    loader.policies().await?;
    loader.exemptions().await?;
    let Loader { txn, roster, .. } = loader;
    Ok((LoadedRoster { version, whole_from, index: Index::new(roster) }, txn))
}

/// Reads the tables one after another.
pub(super) struct Loader {
    pub(super) txn: DatabaseTransaction,
    pub(super) roster: Roster,
    pub(super) units: HashMap<UnitId, UnitIx>,
    /// Several ids of linked people are one person.
    pub(super) people: HashMap<PersonId, PersonIx>,
    /// The employer by person id.
    employers: HashMap<PersonId, Option<Symbol>>,
}

/// The columns that are read for a person.
#[derive(FromQueryResult)]
struct PersonRow {
    id: PersonId,
    employer: String,
}

/// The columns that are read for a post.
#[derive(FromQueryResult)]
struct PostRow {
    person_id: PersonId,
    unit_id: UnitId,
    job_family: Option<String>,
    band: Option<String>,
    line_manager_id: Option<PersonId>,
    wte: i32,
    bank: bool,
    valid_from: Option<Day>,
    valid_to: Option<Day>,
}

/// First pass of any Level 1 module.
#[derive(FromQueryResult)]
struct Level1Row {
    person_id: PersonId,
    first_on: Day,
}

/// A pass beyond Level 1.
#[derive(FromQueryResult)]
struct PassRow {
    person_id: PersonId,
    course_id: CourseId,
    completed_on: Day,
    valid_to: Option<Day>,
}

impl Loader {
    /// Passes each row to `keep` as it arrives, so that a nation's posts are never held twice.
    async fn each<E: EntityTrait, R: FromQueryResult + Send>(
        &mut self,
        select: Select<E>,
        mut keep: impl FnMut(&mut Known<'_>, R),
    ) -> Result<(), DbErr> {
        let mut known = Known { roster: &mut self.roster, units: &self.units, people: &self.people };
        let mut rows = select.into_model::<R>().stream(&self.txn).await?;
        while let Some(row) = rows.try_next().await? {
            keep(&mut known, row);
        }
        Ok(())
    }

    async fn units(&mut self) -> Result<(), DbErr> {
        let rows = unit::Entity::find().order_by_asc(unit::Column::Id).all(&self.txn).await?;
        self.units = rows.iter().zip(0u32..).map(|(row, place)| (row.id, UnitIx(place))).collect();
        let Self { roster, units, .. } = self;
        roster.units = rows
            .into_iter()
            .map(|row| Unit {
                id: row.id,
                code: row.code,
                name: row.name,
                placements: Vec::new(),
                level: optional(&mut roster.words, row.level.as_deref()),
                site: optional(&mut roster.words, row.site.as_deref()),
                cover_group: row.cover_group.as_deref().and_then(|group| roster.words.key(group)),
                validity: Validity { from: row.valid_from, to: row.valid_to },
            })
            .collect();
        let placements =
            unit_parent::Entity::find().order_by_asc(unit_parent::Column::ValidFrom).all(&self.txn).await?;
        for row in placements {
            if let Some(unit) = units.get(&row.unit_id) {
                let parent = row.parent_id.and_then(|above| units.get(&above).copied());
                roster.units[unit.at()].placements.push(Placement { from: row.valid_from, parent });
            }
        }
        // The engines sort a missing day differently.
        roster.units.iter_mut().for_each(|unit| unit.placements.sort_by_key(|placement| placement.from));
        Ok(())
    }

    async fn people(&mut self) -> Result<(), DbErr> {
        let select = person::Entity::find()
            .select_only()
            .columns([person::Column::Id, person::Column::Employer])
            .order_by_asc(person::Column::Id);
        let mut rows: Vec<(PersonId, Option<Symbol>)> = Vec::new();
        self.each(select, |known, row: PersonRow| rows.push((row.id, known.roster.words.value(&row.employer)))).await?;
        let lowest = links::load(&self.txn).await?;
        // Rows come by id, so the lowest of linked ones comes first.
        for (id, _) in &rows {
            let canonical = lowest.lowest(*id);
            match self.people.get(&canonical).copied() {
                Some(person) => {
                    self.roster.people[person.at()].linked.push(*id);
                    self.people.insert(*id, person);
                }
                None => {
                    let place = u32::try_from(self.roster.people.len()).unwrap_or(u32::MAX);
                    self.people.insert(*id, PersonIx(place));
                    self.roster.people.push(Person { id: *id, linked: Vec::new(), level1_on: None });
                }
            }
        }
        self.employers = rows.into_iter().collect();

        let level1 = completion::Entity::find()
            .select_only()
            .column(completion::Column::PersonId)
            .column_as(completion::Column::CompletedOn.min(), "first_on")
            .join(JoinType::InnerJoin, completion_to_course())
            .filter(course::Column::Level.eq(Level::One))
            .group_by(completion::Column::PersonId);
        self.each(level1, |known, row: Level1Row| {
            if let Some(person) = known.person(row.person_id) {
                let known = &mut known.roster.people[person.at()].level1_on;
                *known = known.iter().copied().chain([row.first_on]).min();
            }
        })
        .await
    }

    async fn posts(&mut self) -> Result<(), DbErr> {
        let select = post::Entity::find()
            .select_only()
            .columns([
                post::Column::PersonId,
                post::Column::UnitId,
                post::Column::JobFamily,
                post::Column::Band,
                post::Column::LineManagerId,
                post::Column::Wte,
                post::Column::Bank,
                post::Column::ValidFrom,
                post::Column::ValidTo,
            ])
            .order_by_asc(post::Column::Id);
        let employers = std::mem::take(&mut self.employers);
        self.each(select, |known, row: PostRow| {
            let (Some(person), Some(unit)) = (known.person(row.person_id), known.unit(row.unit_id)) else { return };
            let line_manager = row.line_manager_id.and_then(|manager| known.person(manager));
            let words = &mut known.roster.words;
            let post = Post {
                person,
                unit,
                validity: Validity { from: row.valid_from, to: row.valid_to },
                wte: row.wte,
                bank: row.bank,
                job_family: optional(words, row.job_family.as_deref()),
                band: optional(words, row.band.as_deref()),
                employer: employers.get(&row.person_id).copied().flatten(),
                line_manager,
            };
            known.roster.posts.push(post);
        })
        .await
    }

    async fn passes(&mut self) -> Result<(), DbErr> {
        let levels: HashMap<CourseId, Level> =
            course::Entity::find().all(&self.txn).await?.into_iter().map(|row| (row.id, row.level)).collect();
        let select = completion::Entity::find()
            .select_only()
            .columns([
                completion::Column::PersonId,
                completion::Column::CourseId,
                completion::Column::CompletedOn,
                completion::Column::ValidTo,
            ])
            .join(JoinType::InnerJoin, completion_to_course())
            .filter(course::Column::Level.ne(Level::One))
            .order_by(completion::Column::Id, Order::Asc);
        self.each(select, |known, row: PassRow| {
            let certificate = match levels.get(&row.course_id) {
                Some(Level::Two) => Certificate::Level2,
                Some(Level::TwoRefresher) => Certificate::Refresher,
                Some(Level::Three) => Certificate::Level3,
                Some(Level::ThreeRefresher) => Certificate::Level3Refresher,
                Some(Level::One) | None => return,
            };
            if let Some(person) = known.person(row.person_id) {
                known.roster.passes.push(Pass { person, certificate, on: row.completed_on, expires: row.valid_to });
            }
        })
        .await
    }

    async fn appointments(&mut self) -> Result<(), DbErr> {
        self.each(appointment::Entity::find(), |known, row: appointment::Model| {
            let (Some(unit), Some(person)) = (known.unit(row.unit_id), known.person(row.person_id)) else { return };
            let delegate = row.delegate_id.and_then(|id| known.person(id));
            known.roster.appointments.push(Appointment {
                unit,
                person,
                role: row.role,
                validity: Validity { from: row.valid_from, to: row.valid_to },
                delegate: delegate.map(|id| (id, Validity { from: row.delegate_from, to: row.delegate_to })),
            });
        })
        .await
    }

    async fn staff_lists(&mut self) -> Result<(), DbErr> {
        let mut unread: HashMap<StaffListId, Vec<(UnitIx, u32)>> = HashMap::new();
        self.each(rows_not_read::Entity::find(), |known, row: rows_not_read::Model| {
            if let Some(unit) = known.unit(row.unit_id) {
                unread.entry(row.staff_list_id).or_default().push((unit, u32::try_from(row.rows).unwrap_or(0)));
            }
        })
        .await?;
        let mut series: HashMap<String, u32> = HashMap::new();
        self.each(staff_list::Entity::find(), |known, row: staff_list::Model| {
            let employer = known.roster.words.value(&row.employer);
            let unread = unread.remove(&row.id).unwrap_or_default();
            let next = u32::try_from(series.len()).unwrap_or(u32::MAX);
            let series = *series.entry(row.employer_key).or_insert(next);
            known.roster.staff_lists.push(StaffList { employer, series, as_at: row.as_at, unread });
        })
        .await
    }

    async fn away(&mut self) -> Result<(), DbErr> {
        self.each(unavailability::Entity::find(), |known, row: unavailability::Model| {
            if let Some(person) = known.person(row.person_id) {
                let validity = Validity { from: Some(row.valid_from), to: row.valid_to };
                known.roster.away.push(Away { person, validity });
            }
        })
        .await
    }

    async fn policies(&mut self) -> Result<(), LoadError> {
        for row in policy::Entity::find().all(&self.txn).await? {
            if let Some(unit) = self.units.get(&row.unit_id) {
                let from = row.in_force_from;
                self.roster.policies.push(FiledPolicy { unit: *unit, from, policy: terms(&row)? });
            }
        }
        Ok(())
    }

    async fn exemptions(&mut self) -> Result<(), DbErr> {
        for row in exemption::Entity::find().all(&self.txn).await? {
            if let Some(unit) = self.units.get(&row.unit_id) {
                let validity = Validity { from: Some(row.valid_from), to: Some(row.valid_to) };
                self.roster.exemptions.push(Exemption { unit: *unit, validity });
            }
        }
        Ok(())
    }
}

/// The indexes that rows of other tables refer to.
struct Known<'a> {
    roster: &'a mut Roster,
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

fn optional(words: &mut Interner, text: Option<&str>) -> Option<Symbol> {
    text.and_then(|text| words.value(text))
}

fn completion_to_course() -> sea_orm::RelationDef {
    completion::Entity::belongs_to(course::Entity).from(completion::Column::CourseId).to(course::Column::Id).into()
}
