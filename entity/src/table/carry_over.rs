//! A reorganisation: the posts of one unit moved to another, and its roles were carried over with them.

use sea_orm::entity::prelude::*;

use crate::id::{CarryOverId, UnitId};
use crate::period::Day;

/// A reorganisation: the posts of one unit moved to another, and its roles were carried over with them.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "carry_over")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: CarryOverId,
    /// The unit whose roles were carried over.
    pub from_unit_id: UnitId,
    /// The unit that has them now.
    pub to_unit_id: UnitId,
    /// First day with the new unit.
    pub carried_on: Day,
    /// Last day on which the managers of the new unit may confirm.
    pub confirm_by: Day,
}

impl ActiveModelBehavior for ActiveModel {}
