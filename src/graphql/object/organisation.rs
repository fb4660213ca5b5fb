//! The objects that name one another: a unit has a team and a policy, a team has a unit and Peer Supporters, and a Peer Supporter
//! is a person. Their types are here and their fields are below, one file per type: these files import the types from here and
//! not from one another.

mod cover_group;
mod mix;
mod person;
mod policy;
mod supporter;
mod team;
mod unit;

use std::sync::Arc;

use entity::coverage::roster::UnitIx;
use entity::coverage::{Governing, PolicyTerms, TeamRow};
use entity::id::PersonId;
use entity::period::Day;

pub(crate) use self::person::Appointment;
pub(crate) use self::team::staff_affected;
pub(crate) use self::unit::{Exemption, listed};
use crate::graphql::day_view::{DayScope, DayView};

/// A unit on one day, as the viewer sees it.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) view: Arc<DayView>,
    pub(crate) unit: UnitIx,
}

impl Unit {
    /// The unit on the day of `view`.
    pub(crate) fn new(view: &Arc<DayView>, unit: UnitIx) -> Self {
        Self { view: Arc::clone(view), unit }
    }
}

/// A team on one day, as the viewer may see it.
#[derive(Clone, Debug)]
pub(crate) struct Team {
    pub(crate) view: Arc<DayView>,
    /// Its index in the coverage.
    pub(crate) place: usize,
}

impl Team {
    /// The team at `place` in the coverage of `view`.
    pub(crate) fn new(view: &Arc<DayView>, place: usize) -> Self {
        Self { view: Arc::clone(view), place }
    }

    pub(crate) fn row(&self) -> &TeamRow {
        &self.view.coverage.teams[self.place]
    }
}

/// An allocation to a team or its group.
#[derive(Clone, Debug)]
pub(crate) struct Supporter {
    pub(crate) team: Team,
    /// Its index in the team's allocations.
    pub(crate) place: usize,
}

/// A person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    pub(crate) id: PersonId,
    /// The requested date. `None` if the query named none; then it is today.
    pub(crate) on: Option<Day>,
}

impl Person {
    /// A person as of a day. `None` if the viewer may not see them.
    pub(crate) fn seen(view: &DayScope, id: PersonId) -> Option<Self> {
        view.scope().sees_person(id, view.today()).then_some(Self { id, on: Some(view.as_of.day) })
    }
}

/// The policy that governs a unit or team.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) view: Arc<DayView>,
    pub(crate) unit: Option<UnitIx>,
    pub(crate) from: Option<Day>,
    pub(crate) filed: PolicyTerms,
}

impl Policy {
    pub(crate) fn governing(view: &Arc<DayView>, found: Governing<'_>) -> Self {
        let Governing { unit, from, policy } = found;
        Self { view: Arc::clone(view), unit, from, filed: policy.into_owned() }
    }
}
