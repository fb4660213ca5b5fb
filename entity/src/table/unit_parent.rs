//! The parent of a unit from a day on.

use sea_orm::entity::prelude::*;

use crate::id::{UnitId, UnitParentId};
use crate::period::Day;

/// The parent of a unit from a day on.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unit_parent")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: UnitParentId,
    /// The unit.
    pub unit_id: UnitId,
    /// The parent. `None` for a root.
    pub parent_id: Option<UnitId>,
    /// First day. `None` for the first placement, which holds for every earlier day.
    pub valid_from: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}
