//! An allocation of a role in the network to a unit. Its approvals, sign-offs, pauses and terms are dated facts in
//! their own tables.

use sea_orm::entity::prelude::*;

use crate::id::{AllocationId, PersonId, UnitId};
use crate::period::Day;
use crate::value::Role;

/// An allocation of a role in the network to a unit. Its approvals, sign-offs, pauses and terms are dated facts in
/// their own tables.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "allocation")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: AllocationId,
    /// The person with the role.
    pub person_id: PersonId,
    /// Peer Supporter, Trainer or Wellbeing Champion.
    pub role: Role,
    /// The unit.
    pub unit_id: UnitId,
    /// Share of the person in thousandths, 1 to 1000. Only used for Peer Supporters.
    pub share: i32,
    /// First day on which the role is held. `None` if it has no start date.
    pub valid_from: Option<Day>,
    /// First day on which the role is no longer held. `None` if open-ended.
    pub valid_to: Option<Day>,
    /// Whether the last file left Line Approved On blank: any approvals on file are then older, and the blank does not
    /// remove them.
    pub line_approval_blank: bool,
    /// The same for Senior Approved On.
    pub senior_approval_blank: bool,
    /// The same for Signed Off On.
    pub sign_off_blank: bool,
    /// The same for Paused From.
    pub pause_blank: bool,
}

impl ActiveModelBehavior for ActiveModel {}
