//! The person or role that a command is about, and whether the caller may see it.

use async_graphql::ID;
use entity::coverage::roster::{PersonIx, UnitIx};
use entity::period::Day;
use entity::register::allocation::{CommandGiver, earliest, may_take_effect};
use entity::register::approvers::approvers;
use entity::register::facts::{NominationFacts, capacities};
use entity::store::register::change::Object;
use entity::store::register::role::{self, RoleKey, StoredRole};
use entity::store::register::{NewChange, kept};
use entity::value::{ApproverCapacity, Role};

use super::super::command::RegisterCommand;
use super::super::refusal::{CommandRefusal, RefusalCode};

use crate::access::Right;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::object::enums::NetworkRole;
use crate::graphql::scalar::Date;

/// A role that a command is about.
#[derive(Debug)]
pub(super) struct RoleTarget {
    pub(super) stored: StoredRole,
    pub(super) person: PersonIx,
    pub(super) unit: UnitIx,
}

/// How a client names a role: by the allocation's ID, or by person, role and unit.
#[derive(Clone, Debug)]
pub(super) struct NamedRole {
    pub(super) allocation_id: Option<ID>,
    pub(super) person_id: Option<ID>,
    pub(super) role: Option<NetworkRole>,
    pub(super) unit_code: Option<String>,
}

impl NamedRole {
    /// The error for a role that does not exist, or that is hidden from the caller.
    pub(super) fn not_found(&self) -> ApiError {
        match (&self.allocation_id, &self.unit_code) {
            (Some(id), _) => ApiError::not_found("allocation", "allocationId", id.as_str()),
            (None, code) => ApiError::not_found("role", "unitCode", code.as_deref().unwrap_or_default()),
        }
    }
}

/// A caller who may see what a command is about, but may not give it.
pub(super) fn not_your_step(sentence: &str) -> CommandRefusal {
    CommandRefusal::new(RefusalCode::NotYourStep, sentence)
}

impl RegisterCommand {
    fn giver(&self) -> CommandGiver {
        if self.is_coordinator() { CommandGiver::Coordinator } else { CommandGiver::Other }
    }

    /// The first day on which the command may take effect.
    pub(super) fn earliest(&self) -> Day {
        earliest(self.giver(), self.today)
    }

    /// The day of a command: today, unless another is given.
    pub(super) fn day(&self, field: &str, given: Option<Date>) -> Result<Day, CommandRefusal> {
        let day = given.map_or(self.today, |Date(day)| day);
        if may_take_effect(day, self.giver(), self.today) {
            return Ok(day);
        }
        let sentence = format!("`{field}` must be between {} and a year ahead.", self.earliest());
        Err(CommandRefusal::about(RefusalCode::DayOutOfRange, field, sentence))
    }

    /// The wish that the command carries out.
    pub(super) fn wish(&self, person: PersonIx) -> kept::Wish {
        if person == self.me { kept::Wish::Own } else { kept::Wish::Other }
    }

    /// The person whose own step it is, or a coordinator's for them: the caller, unless another is named.
    ///
    /// # Errors
    ///
    /// [`ApiError::not_found`] if there is no such person, or the caller sees no record of theirs.
    pub(super) fn whose(&self, person_id: Option<&ID>) -> Result<Result<PersonIx, CommandRefusal>, ApiError> {
        let Some(id) = person_id else { return Ok(Ok(self.me)) };
        let not_found = || ApiError::not_found("person", "personId", id.as_str());
        let found = NodeId::decode_person(id).and_then(|id| self.known.person_by_id(id)).ok_or_else(not_found)?;
        if found == self.me || self.is_coordinator() {
            return Ok(Ok(found));
        }
        let own = self.index().allocations_of(found);
        if own.into_iter().any(|own| !own.validity.ended_by(self.today) && self.scope.sees_allocation(own)) {
            return Ok(Err(not_your_step("Only the person themselves and coordinators may do this.")));
        }
        Err(not_found())
    }

    /// The role with an ID. `None` if there is none; what the caller may see is not checked yet.
    pub(super) async fn role_with_id(&self, id: &ID) -> Result<Option<RoleTarget>, ApiError> {
        let Some(key) = NodeId::decode_allocation(id) else { return Ok(None) };
        let stored = role::find(self.txn.connection(), key).await?;
        Ok(stored.and_then(|stored| self.target(stored)))
    }

    /// The role that is named. `None` if there is none; what the caller may see is not checked yet.
    pub(super) async fn role_named(&self, named: &NamedRole) -> Result<Option<RoleTarget>, ApiError> {
        let NamedRole { allocation_id, person_id, role, unit_code } = named;
        match (allocation_id, role, unit_code) {
            (Some(id), None, None) if person_id.is_none() => self.role_with_id(id).await,
            (None, Some(role), Some(code)) => {
                let person = match person_id {
                    None => Some(self.me),
                    Some(id) => NodeId::decode_person(id).and_then(|id| self.known.person_by_id(id)),
                };
                let Some((person, unit)) = person.zip(self.known.unit_by_code(code)) else { return Ok(None) };
                let unit = self.index().roster().units[unit.at()].id;
                let key = RoleKey { person: self.numbers_of(person), role: (*role).into(), unit };
                let stored = role::held(self.txn.connection(), &key, self.today).await?;
                Ok(stored.and_then(|stored| self.target(stored)))
            }
            _ => Err(ApiError::bad_input(
                "input",
                "Name the role either by `allocationId`, or by `role` and `unitCode`, with `personId` unless it is yours.",
            )),
        }
    }

    pub(super) fn target(&self, stored: StoredRole) -> Option<RoleTarget> {
        let person = self.known.person_by_id(stored.row.person_id)?;
        let unit = self.known.unit_by_id(stored.row.unit_id)?;
        Some(RoleTarget { stored, person, unit })
    }

    /// Whether the caller may see the role.
    pub(super) fn sees_role(&self, target: &RoleTarget) -> bool {
        if target.person == self.me || self.is_coordinator() {
            return true;
        }
        let row = &target.stored.row;
        match row.role {
            Role::PeerSupporter => self
                .index()
                .allocations_of(target.person)
                .any(|own| own.id == row.id && self.scope.sees_allocation(own)),
            Role::Champion | Role::Trainer => {
                self.scope.sees_person(self.id_of(target.person), self.today)
                    && self.scope.sees_unit(Right::Figures, target.unit)
            }
        }
    }

    /// A change record about a role that takes effect on `day`, with the people whose facts it changes.
    pub(super) fn change_of(&self, target: &RoleTarget, day: Day) -> NewChange {
        let (person, row) = (self.id_of(target.person), &target.stored.row);
        let mut change = self.change();
        change.effective_on = day;
        change.objects = [Object::person(person), Object::allocation(row.id)].into();
        change.people = [person, row.person_id].into();
        change
    }

    /// Whether a person may approve the role in a capacity on `day`, for themselves or as a delegate.
    pub(super) fn is_approver(&self, target: &RoleTarget, capacity: ApproverCapacity, day: Day) -> bool {
        let facts = target.as_nomination_on(self, self.today);
        approvers(self.index(), capacity, &facts, day).iter().any(|approver| approver.decider == self.me)
    }

    /// Whether the caller may approve the role in any capacity today.
    pub(super) fn is_any_approver(&self, target: &RoleTarget) -> bool {
        let all = capacities(target.stored.row.role);
        all.iter().any(|capacity| self.is_approver(target, *capacity, self.today))
    }
}

impl RoleTarget {
    /// The role as a nomination that is approved, on `day`, for the rules that say who may approve.
    pub(super) fn as_nomination_on(&self, command: &RegisterCommand, day: Day) -> NominationFacts {
        self.stored.as_nomination(command.index(), self.person, self.unit, day)
    }

    /// Whether the role has ended by `day`.
    pub(super) fn has_ended(&self, day: Day) -> bool {
        self.stored.row.valid_to.is_some_and(|to| to <= day)
    }
}
