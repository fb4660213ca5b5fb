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
    /// The unit answered for.
    pub unit_id: UnitId,
    /// Who answers.
    pub person_id: PersonId,
    /// Senior manager or coordinator.
    pub role: AppointmentRole,
    /// First day on which the appointment holds; absent if there is no start date.
    pub valid_from: Option<Day>,
    /// First day on which the appointment holds no longer; open-ended when absent.
    pub valid_to: Option<Day>,
    /// Who stands in.
    pub delegate_id: Option<PersonId>,
    /// First day as deputy; absent if there is no start date.
    pub delegate_from: Option<Day>,
    /// First day after it; open-ended when absent.
    pub delegate_to: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}
