//! People, their posts, passes and absences.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, DbErr, EntityTrait as _, FromQueryResult, JoinType, Order, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::{Loader, optional};
use crate::coverage::roster::{Away, Certificate, Pass, Person, PersonIx, Post};
use crate::id::{CourseId, PersonId, UnitId};
use crate::interner::Symbol;
use crate::period::{Day, Validity};
use crate::store::links;
use crate::table::{completion, course, person, post, unavailability};
use crate::value::Level;

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
    pub(super) async fn people(&mut self) -> Result<(), DbErr> {
        let select = person::Entity::find()
            .select_only()
            .columns([person::Column::Id, person::Column::Employer])
            .order_by_asc(person::Column::Id);
        let mut rows: Vec<(PersonId, Option<Symbol>)> = Vec::new();
        self.each(select, |known, row: PersonRow| rows.push((row.id, known.organisation.words.value(&row.employer))))
            .await?;
        let lowest = links::load(&self.txn).await?;
        // Rows come by id, so the lowest of linked ones comes first.
        for (id, _) in &rows {
            let canonical = lowest.lowest(*id);
            match self.people.get(&canonical).copied() {
                Some(person) => {
                    self.organisation.people[person.at()].linked.push(*id);
                    self.people.insert(*id, person);
                }
                None => {
                    let place = u32::try_from(self.organisation.people.len()).unwrap_or(u32::MAX);
                    self.people.insert(*id, PersonIx(place));
                    self.organisation.people.push(Person { id: *id, linked: Vec::new(), level1_on: None });
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
                let known = &mut known.organisation.people[person.at()].level1_on;
                *known = known.iter().copied().chain([row.first_on]).min();
            }
        })
        .await
    }

    pub(super) async fn posts(&mut self) -> Result<(), DbErr> {
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
            let words = &mut known.organisation.words;
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
            known.organisation.posts.push(post);
        })
        .await
    }

    pub(super) async fn passes(&mut self) -> Result<(), DbErr> {
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
            let Some(certificate) = levels.get(&row.course_id).and_then(|level| certificate(*level)) else { return };
            if let Some(person) = known.person(row.person_id) {
                known.organisation.passes.push(Pass {
                    person,
                    certificate,
                    on: row.completed_on,
                    expires: row.valid_to,
                });
            }
        })
        .await
    }

    pub(super) async fn away(&mut self) -> Result<(), DbErr> {
        self.each(unavailability::Entity::find(), |known, row: unavailability::Model| {
            if let Some(person) = known.person(row.person_id) {
                let validity = Validity { from: Some(row.valid_from), to: row.valid_to };
                known.organisation.away.push(Away { person, validity });
            }
        })
        .await
    }
}

/// Returns the kind of pass of a level beyond Level 1.
pub(super) const fn certificate(level: Level) -> Option<Certificate> {
    match level {
        Level::One => None,
        Level::Two => Some(Certificate::Level2),
        Level::TwoRefresher => Some(Certificate::Refresher),
        Level::Three => Some(Certificate::Level3),
        Level::ThreeRefresher => Some(Certificate::Level3Refresher),
    }
}

pub(super) fn completion_to_course() -> sea_orm::RelationDef {
    completion::Entity::belongs_to(course::Entity).from(completion::Column::CourseId).to(course::Column::Id).into()
}
