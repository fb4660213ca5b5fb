//! A dated appointment of somebody who answers for a unit, and who stands in for them.

use sea_orm::entity::prelude::*;

use crate::id::{AppointmentId, PersonId, UnitId};
use crate::period::Day;
use crate::value::AppointmentRole;

/// A dated appointment of somebody who answers for a unit, and who stands in for them.
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
    /// First day on which the appointment holds; always so far when absent.
    pub valid_from: Option<Day>,
    /// First day on which the appointment holds no longer; open-ended when absent.
    pub valid_to: Option<Day>,
    /// Who stands in.
    pub delegate_id: Option<PersonId>,
    /// First day of standing in; always so far when absent.
    pub delegate_from: Option<Day>,
    /// First day after it; open-ended when absent.
    pub delegate_to: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}
