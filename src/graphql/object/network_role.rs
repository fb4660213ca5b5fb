//! The roles of Trainers and Wellbeing Champions, on one day.

use std::sync::Arc;

use async_graphql::Object;
use entity::coverage::Question;
use entity::coverage::champion::champion_counts;
use entity::coverage::roster::NetworkRole;
use entity::coverage::trainer::{certificate_ends, is_active};
use entity::period::Day;

use super::super::day_view::DayView;
use super::super::scalar::Date;
use super::organisation::{Person, Unit};

/// A role on one day, as the viewer may see it.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) view: Arc<DayView>,
    pub(crate) filed: NetworkRole,
}

/// The order of roles: unit code, first day, id of the person, day after the last.
type Order = (String, Option<Day>, i64, Option<Day>);

impl Role {
    pub(crate) fn order(&self) -> Order {
        let NetworkRole { person, unit, validity } = &self.filed;
        let id = self.view.index().roster().people[person.at()].id;
        (self.view.facts(*unit).code.clone(), validity.from, id.0, validity.to)
    }

    /// The person; a role is listed only if the viewer may see them.
    fn person(&self) -> Person {
        let id = self.view.index().roster().people[self.filed.person.at()].id;
        Person { id, on: Some(self.view.as_of.day) }
    }

    fn question(&self) -> Question<'_> {
        Question { day: self.view.as_of.day, today: Some(self.view.today()), what_if: None }
    }
}

/// The role of a Trainer.
#[derive(Clone, Debug)]
pub(crate) struct Trainer(pub(crate) Role);

impl Trainer {
    pub(crate) fn active(&self) -> bool {
        is_active(self.0.view.index(), &self.0.filed, &self.0.question())
    }

    /// Whether the unit, or one above it, must have embedded Trainers.
    pub(crate) fn embedded(&self) -> bool {
        let view = &self.0.view;
        view.tree()
            .ancestors(self.0.filed.unit)
            .any(|unit| view.unit_row(unit).is_some_and(|row| row.embedded.is_some()))
    }

    /// The first day on which the certificate is no longer valid.
    fn ends(&self) -> Option<Day> {
        certificate_ends(self.0.view.index(), &self.0.filed, &self.0.question())
    }

    /// Whether the certificate is valid on the day, and its last valid day is before `day`.
    pub(crate) fn lapses_before(&self, day: Day) -> bool {
        self.ends().is_some_and(|ends| ends > self.0.view.as_of.day && ends.plus_days(-1) < day)
    }
}

/// The role of a Trainer in a unit. It is for the unit and everything below it. A person with roles in two units has two.
#[Object]
impl Trainer {
    /// The person who has the role.
    async fn person(&self) -> Person {
        self.0.person()
    }

    /// The unit of the role.
    async fn unit(&self) -> Unit {
        Unit::new(&self.0.view, self.0.filed.unit)
    }

    /// First day of the role. Null if it has no start date.
    async fn first_day(&self) -> Option<Date> {
        self.0.filed.validity.from.map(Date)
    }

    /// Last day of the role. Null if it has no end date.
    async fn last_day(&self) -> Option<Date> {
        self.0.filed.validity.last().map(Date)
    }

    /// Whether the Trainer is active in this role on the day: the role is valid, the person has a counting post, and their
    /// Level 3 certificate holds under the policy of the unit.
    async fn is_active(&self) -> bool {
        self.active()
    }

    /// Whether the unit must have embedded Trainers, or is below one that must.
    async fn is_embedded(&self) -> bool {
        self.embedded()
    }

    /// Last day of the Level 3 certificate under the policy of the unit, past or to come. Null without a Level 3 pass.
    async fn certificate_last_day(&self) -> Option<Date> {
        self.ends().map(|ends| Date(ends.plus_days(-1)))
    }
}

/// The role of a Wellbeing Champion.
#[derive(Clone, Debug)]
pub(crate) struct Champion(pub(crate) Role);

impl Champion {
    pub(crate) fn counting(&self) -> bool {
        let view = &self.0.view;
        let team = view.team_place(self.0.filed.unit).map(|place| &view.coverage.teams[place]);
        team.is_some_and(|team| champion_counts(view.index(), &self.0.filed, &team.assessed_with, view.as_of.day))
    }
}

/// The role of a Wellbeing Champion in a unit. A person with roles in two units has two.
#[Object]
impl Champion {
    /// The person who has the role.
    async fn person(&self) -> Person {
        self.0.person()
    }

    /// The unit of the role.
    async fn unit(&self) -> Unit {
        Unit::new(&self.0.view, self.0.filed.unit)
    }

    /// First day of the role. Null if it has no start date.
    async fn first_day(&self) -> Option<Date> {
        self.0.filed.validity.from.map(Date)
    }

    /// Last day of the role. Null if it has no end date.
    async fn last_day(&self) -> Option<Date> {
        self.0.filed.validity.last().map(Date)
    }

    /// Whether the role counts on the day: it is valid, and the person has a counting post in the unit or its cover group.
    async fn counts(&self) -> bool {
        self.counting()
    }
}
