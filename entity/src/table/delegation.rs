//! A person who stands in for a line manager without an appointment, for some days.

use sea_orm::entity::prelude::*;

use crate::id::{DelegationId, PersonId};
use crate::period::Day;
use crate::value::register::DelegationKind;

/// A person who stands in for a line manager without an appointment, for some days. The delegate of an appointment is
/// stored with the appointment.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delegation")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: DelegationId,
    /// What the delegate is.
    pub kind: DelegationKind,
    /// The line manager; for an acting line manager, the person who has none.
    pub principal_id: PersonId,
    /// The person who stands in.
    pub delegate_id: PersonId,
    /// First day.
    pub valid_from: Day,
    /// First day after it.
    pub valid_to: Day,
    /// The person who recorded it.
    pub appointed_by: PersonId,
}

impl ActiveModelBehavior for ActiveModel {}
