//! An appointment, policy or exemption that a command has touched. It is kept in the register: files no longer change it.

use sea_orm::entity::prelude::*;

use crate::id::{PersonId, RegisterKeptId, UnitId};
use crate::period::Day;
use crate::value::AppointmentRole;
use crate::value::register::KeptKind;

/// An appointment, policy or exemption that a command has touched. It is kept in the register: files no longer change it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_kept")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: RegisterKeptId,
    /// What is kept.
    pub kind: KeptKind,
    /// The unit.
    pub unit_id: UnitId,
    /// The appointed person. `None` unless it is an appointment.
    pub person_id: Option<PersonId>,
    /// The role of the appointment. `None` unless it is one.
    pub role: Option<AppointmentRole>,
    /// First day in force. `None` unless it is a policy.
    pub in_force_from: Option<Day>,
    /// The day of the first command.
    pub kept_since: Day,
}

impl ActiveModelBehavior for ActiveModel {}
