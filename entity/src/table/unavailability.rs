//! A period of absence. The reason is not collected.

use sea_orm::entity::prelude::*;

use crate::id::{PersonId, UnavailabilityId};
use crate::period::Day;

/// A period of absence. The reason is not collected.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unavailability")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: UnavailabilityId,
    /// The absent person.
    pub person_id: PersonId,
    /// First day of absence.
    pub valid_from: Day,
    /// First day back. `None` if open-ended.
    pub valid_to: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}
