//! A coverage policy of a unit and all below it, from a day on (COVERAGE.md section 3).

use sea_orm::entity::prelude::*;

use crate::id::{PolicyId, UnitId};
use crate::period::Day;
use crate::value::ApproverOffice;

/// A coverage policy of a unit and all below it, from a day on (COVERAGE.md section 3).
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "policy")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: PolicyId,
    /// The unit it belongs to.
    pub unit_id: UnitId,
    /// First day in force; a later policy of the unit replaces it.
    pub in_force_from: Day,
    /// One Peer Supporter for this many staff, or part thereof.
    pub staff_per_supporter: i32,
    /// People a team needs whatever its size.
    pub min_supporters: i32,
    /// Months that a Level 2 pass or refresher lasts.
    pub certificate_months: i32,
    /// Months that an approval lasts.
    pub approval_months: i32,
    /// Days; a longer unavailability takes a supporter out of the count.
    pub away_days: i32,
    /// Percent of staff with Level 1.
    pub level1_target: i32,
    /// Wellbeing Champions a team needs.
    pub min_champions: i32,
    /// One Trainer for this many active supporters, or part thereof.
    pub supporters_per_trainer: i32,
    /// Days that AT_RISK looks ahead.
    pub horizon_days: i32,
    /// Months that a Level 3 pass or refresher lasts.
    pub trainer_certificate_months: i32,
    /// Trainers embedded in each unit of the trainer level.
    pub min_trainers: i32,
    /// Days; older staff lists cannot show that a team is covered.
    pub stale_days: i32,
    /// The board's own word for the units in which Trainers are embedded.
    pub trainer_level: String,
    /// What becomes of approvals by people who did not hold the office.
    pub approver_office: ApproverOffice,
    /// MUST rules in the policy's words, `;` between them; empty for none.
    pub must_mix: String,
    /// SHOULD rules in the same form.
    pub should_mix: String,
}

impl ActiveModelBehavior for ActiveModel {}
