//! A role that was carried over to another unit, and ends early unless the managers of that unit confirm it.

use sea_orm::entity::prelude::*;

use crate::id::{AllocationId, CarriedRoleId, CarryOverId};
use crate::period::Day;

/// A role that was carried over to another unit, and ends early unless the managers of that unit confirm it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "carried_role")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: CarriedRoleId,
    /// The reorganisation.
    pub carry_over_id: CarryOverId,
    /// The allocation to the new unit. At most one row each.
    pub allocation_id: AllocationId,
    /// First day without the role once it is confirmed. `None` if open-ended.
    pub valid_to: Option<Day>,
    /// Whether the line manager has confirmed.
    pub line_confirmed: bool,
    /// Whether the senior manager has confirmed, or need not.
    pub senior_confirmed: bool,
}

impl ActiveModelBehavior for ActiveModel {}
