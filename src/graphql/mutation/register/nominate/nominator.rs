//! The person who nominates: whether they may nominate for the unit, and how many of their nominations wait.

use entity::coverage::roster::{PersonIx, UnitIx};
use entity::register::nomination::state;
use entity::register::terms::RegisterTerms;
use entity::store::register::nomination as store;
use entity::table::nomination;
use entity::value::register::NominationState;
use entity::value::{AppointmentRole, Role};
use sea_orm::{ColumnTrait as _, Condition};

use super::RegisterCommand;
use crate::access::Right;
use crate::graphql::error::ApiError;
use crate::graphql::nominations::facts_of;

/// How the person who nominates stands to the unit and the nominee.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Nominator {
    /// The nominee.
    Themselves,
    /// A coordinator.
    Coordinator,
    /// A line manager in the unit.
    LineManager,
    /// A colleague in the unit, its senior manager, or a Trainer.
    Other,
}

/// How the caller stands to the unit. `None` if they may not nominate for it.
pub(super) fn nominator(
    command: &RegisterCommand,
    nominee: Option<PersonIx>,
    role: Role,
    unit: UnitIx,
) -> Option<Nominator> {
    let (index, me, today) = (command.index(), command.me, command.today);
    if nominee == Some(me) {
        return Some(Nominator::Themselves);
    }
    if command.scope.all(Right::Register) {
        return Some(Nominator::Coordinator);
    }
    if command.scope.managed_units().contains(&unit) {
        return Some(Nominator::LineManager);
    }
    let works_there = || index.counting_posts_of(me, today).any(|post| post.unit == unit);
    let tree = index.tree(today);
    let is_senior_manager = || {
        tree.ancestors(unit)
            .flat_map(|above| index.appointments_for(above))
            .any(|appointment| appointment.role == AppointmentRole::SeniorManager && appointment.is_held_by(me, today))
    };
    let serves_as_trainer = || {
        let roles = index.roster().trainers.iter();
        let mut own = roles.filter(|role| role.person == me && role.validity.holds_on(today));
        role == Role::Champion && own.any(|role| tree.is_at_or_below(unit, role.unit))
    };
    (works_there() || is_senior_manager() || serves_as_trainer()).then_some(Nominator::Other)
}

/// The number of the caller's nominations that wait for their nominees.
pub(super) async fn waiting(command: &RegisterCommand, terms: &RegisterTerms) -> Result<usize, ApiError> {
    let numbers = command.numbers_of(command.me);
    let condition = Condition::all()
        .add(nomination::Column::NominatorId.is_in(numbers))
        .add(nomination::Column::AcceptedOn.is_null())
        .add(nomination::Column::EndedAs.is_null());
    let own = store::matching(command.txn.connection(), condition).await?;
    let is_open = |stored: &store::StoredNomination| {
        facts_of(&command.known, stored).is_some_and(|facts| {
            state(command.index(), &facts, terms, command.today) == NominationState::AwaitingNominee
        })
    };
    Ok(own.iter().filter(|stored| is_open(stored)).count())
}
