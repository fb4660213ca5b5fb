//! A dated appointment of a person who is responsible for a unit, and their deputy.

use sea_orm::entity::prelude::*;

use crate::id::{AppointmentId, PersonId, UnitId};
use crate::period::Day;
use crate::value::AppointmentRole;

/// A dated appointment of a person who is responsible for a unit, and their deputy.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "appointment")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: AppointmentId,
    /// The unit.
    pub unit_id: UnitId,
    /// The appointed person.
    pub person_id: PersonId,
    /// Senior manager or coordinator.
    pub role: AppointmentRole,
    /// First day of the appointment. `None` if it has no start date.
    pub valid_from: Option<Day>,
    /// First day after the appointment. `None` if open-ended.
    pub valid_to: Option<Day>,
    /// The deputy.
    pub delegate_id: Option<PersonId>,
    /// First day as deputy. `None` if it has no start date.
    pub delegate_from: Option<Day>,
    /// First day on which they are no longer deputy. `None` if open-ended.
    pub delegate_to: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}
