//! A sign-off of an allocation against the competence framework. Sign-offs accumulate.

use sea_orm::entity::prelude::*;

use crate::id::{AllocationId, SignOffId};
use crate::period::Day;

/// A sign-off of an allocation against the competence framework. Sign-offs accumulate.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_off")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: SignOffId,
    /// The allocation.
    pub allocation_id: AllocationId,
    /// The day of the sign-off.
    pub signed_off_on: Day,
}

impl ActiveModelBehavior for ActiveModel {}
