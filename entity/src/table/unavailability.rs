//! A spell of days away. No reason is asked for.

use sea_orm::entity::prelude::*;

use crate::id::{PersonId, UnavailabilityId};
use crate::period::Day;

/// A spell of days away. No reason is asked for.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unavailability")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: UnavailabilityId,
    /// Who is away.
    pub person_id: PersonId,
    /// First day away.
    pub valid_from: Day,
    /// First day back; open-ended when absent.
    pub valid_to: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}
