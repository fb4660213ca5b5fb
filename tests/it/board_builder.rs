//! Boards for tests: what most of them have is the default, and a test adds what it is about.

mod rows;

use entity::table::{appointment, completion, course, person, policy, post};
use entity::value::Level;
use sea_orm::DatabaseConnection;

pub(crate) use rows::{
    Allocated, PlacedUnit, allocation_row, appointment_row, changed, course_row, insert, insert_allocations,
    insert_units, pass, person_row, policy_row, post_row, staff_list_row, unit_row,
};

/// The facts of a board, which are inserted all at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct BoardBuilder {
    units: Vec<PlacedUnit>,
    people: Vec<person::Model>,
    posts: Vec<post::Model>,
    courses: Vec<course::Model>,
    completions: Vec<completion::Model>,
    allocations: Vec<Allocated>,
    policies: Vec<policy::Model>,
    appointments: Vec<appointment::Model>,
}

impl BoardBuilder {
    /// BOARD (1) over the sectors NORTH (2) and SOUTH (3), without people.
    pub(crate) fn new() -> Self {
        Self::default().units([
            unit_row(1, "BOARD", "The Board", None, "Board", None),
            unit_row(2, "NORTH", "North", Some(1), "Sector", None),
            unit_row(3, "SOUTH", "South", Some(1), "Sector", None),
        ])
    }

    /// Adds a course for each of Levels 1 to 3, whose id is the level, and the policy.
    pub(crate) fn framework(mut self) -> Self {
        let courses = [(1, "l1", Level::One), (2, "l2", Level::Two), (3, "l3", Level::Three)];
        self.courses.extend(courses.map(|(id, code, level)| course_row(id, code, level)));
        self.policies.push(policy_row());
        self
    }

    /// Adds units.
    pub(crate) fn units(mut self, rows: impl IntoIterator<Item = PlacedUnit>) -> Self {
        self.units.extend(rows);
        self
    }

    /// Adds `count` people with a post in the unit. People are numbered from 1 in the order in which they are added, and a
    /// post has the id of its person.
    pub(crate) fn staff(mut self, unit: i64, count: i64) -> Self {
        let first = next_id(&self.people);
        self.people.extend((first..first + count).map(person_row));
        self.posts.extend((first..first + count).map(|id| post_row(id, unit)));
        self
    }

    /// Adds a completion of the course on this day for each person.
    pub(crate) fn completed(mut self, course: i64, on: &str, people: impl IntoIterator<Item = i64>) -> Self {
        let ids = next_id(&self.completions)..;
        self.completions.extend(ids.zip(people).map(|(id, person)| pass(id, person, course, on)));
        self
    }

    /// Adds allocations.
    pub(crate) fn allocations(mut self, rows: impl IntoIterator<Item = Allocated>) -> Self {
        self.allocations.extend(rows);
        self
    }

    /// Adds appointments.
    pub(crate) fn appointments(mut self, rows: impl IntoIterator<Item = appointment::Model>) -> Self {
        self.appointments.extend(rows);
        self
    }

    /// Changes each unit that was added so far.
    pub(crate) fn each_unit(mut self, change: impl FnMut(&mut PlacedUnit)) -> Self {
        self.units.iter_mut().for_each(change);
        self
    }

    /// Changes each person who was added so far.
    pub(crate) fn each_person(mut self, change: impl FnMut(&mut person::Model)) -> Self {
        self.people.iter_mut().for_each(change);
        self
    }

    /// Changes each post that was added so far.
    pub(crate) fn each_post(mut self, change: impl FnMut(&mut post::Model)) -> Self {
        self.posts.iter_mut().for_each(change);
        self
    }

    /// Inserts the facts. Their version stays as it is: see [`changed`].
    pub(crate) async fn insert(self, db: &DatabaseConnection) {
        let Self { units, people, posts, courses, completions, allocations, policies, appointments } = self;
        insert_units(db, units).await;
        insert::<person::Entity>(db, people).await;
        insert::<post::Entity>(db, posts).await;
        insert::<course::Entity>(db, courses).await;
        insert::<completion::Entity>(db, completions).await;
        insert_allocations(db, allocations).await;
        insert::<policy::Entity>(db, policies).await;
        insert::<appointment::Entity>(db, appointments).await;
    }
}

/// The id of the next row, if the rows are numbered from 1.
fn next_id<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).expect("a small board") + 1
}
