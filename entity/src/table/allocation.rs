//! One allocation of a peer-support role to a unit. Start, end, hours, sign-off and approvals are its own; a pause pauses the person's whole role.

use sea_orm::entity::prelude::*;

use crate::id::{AllocationId, PersonId, UnitId};
use crate::period::Day;
use crate::value::Role;

/// One allocation of a peer-support role to a unit. Start, end, hours, sign-off and approvals are its own; a pause pauses the person's whole role.
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
    /// Day of the line manager's approval.
    pub line_approved_on: Option<Day>,
    /// Who gave it.
    pub line_approver_id: Option<PersonId>,
    /// Day of the senior manager's approval.
    pub senior_approved_on: Option<Day>,
    /// Who gave it.
    pub senior_approver_id: Option<PersonId>,
    /// Protected time in hundredths of an hour a month.
    pub protected_hours: Option<i32>,
    /// Day of the sign-off against the competence framework.
    pub signed_off_on: Option<Day>,
    /// First day of the pause.
    pub paused_from: Option<Day>,
    /// First day after the pause; open-ended when absent. No pause when both are absent.
    pub paused_to: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}
