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
    /// First day on which the role is held; absent if there is no start date.
    pub valid_from: Option<Day>,
    /// First day on which the role is held no longer; open-ended when absent.
    pub valid_to: Option<Day>,
    /// Whether the last file left Line Approved On blank: approvals on file are older ones, and a blank takes none back again.
    pub line_approval_blank: bool,
    /// The same of Senior Approved On.
    pub senior_approval_blank: bool,
    /// The same of Signed Off On.
    pub sign_off_blank: bool,
    /// The same of Paused From.
    pub pause_blank: bool,
}

impl ActiveModelBehavior for ActiveModel {}
