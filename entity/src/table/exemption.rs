//! A dated exemption of one unit.

use sea_orm::entity::prelude::*;

use crate::id::{ExemptionId, UnitId};
use crate::period::Day;

/// A dated exemption of one unit.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exemption")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: ExemptionId,
    /// The unit that is exempt.
    pub unit_id: UnitId,
    /// First exempt day.
    pub valid_from: Day,
    /// First day after the exemption.
    pub valid_to: Day,
    /// The reason.
    pub reason: String,
    /// The person who agreed to it, as written in the file.
    pub agreed_by: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
