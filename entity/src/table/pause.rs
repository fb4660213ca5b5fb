//! A pause of an allocation, which pauses the person's whole role as Peer Supporter. Pauses accumulate.

use sea_orm::entity::prelude::*;

use crate::id::{AllocationId, PauseId};
use crate::period::Day;

/// A pause of an allocation, which pauses the person's whole role as Peer Supporter. Pauses accumulate.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pause")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: PauseId,
    /// The allocation that the pause is recorded for.
    pub allocation_id: AllocationId,
    /// First day of the pause. `None` if it has no start date.
    pub valid_from: Option<Day>,
    /// First day after the pause. `None` if it has no end date.
    pub valid_to: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}
