//! One allocation of a peer-support role to a unit. Its approvals, sign-offs, pauses and terms are dated facts in tables of their own.

use sea_orm::entity::prelude::*;

use crate::id::{AllocationId, PersonId, UnitId};
use crate::period::Day;
use crate::value::Role;

/// One allocation of a peer-support role to a unit. Its approvals, sign-offs, pauses and terms are dated facts in tables of their own.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "allocation")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: AllocationId,
    /// Who has the role.
    pub person_id: PersonId,
    /// Peer Supporter, Trainer or Wellbeing Champion.
    pub role: Role,
    /// Where.
    pub unit_id: UnitId,
    /// Thousandths of the person, 1 to 1000; means something for Peer Supporters only.
    pub share: i32,
    /// First day on which the role is held; always so far when absent.
    pub valid_from: Option<Day>,
    /// First day on which the role is held no longer; open-ended when absent.
    pub valid_to: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}
