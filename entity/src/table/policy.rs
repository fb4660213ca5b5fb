//! A coverage policy of a unit and everything below it, from a day on (COVERAGE.md section 3).

use sea_orm::entity::prelude::*;

use crate::id::{PolicyId, UnitId};
use crate::period::Day;
use crate::value::ApproverOffice;

/// A coverage policy of a unit and everything below it, from a day on (COVERAGE.md section 3).
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
    /// One Peer Supporter is required for this many staff, or part of that number.
    pub staff_per_supporter: i32,
    /// Minimum number of Peer Supporters in a team of any size.
    pub min_supporters: i32,
    /// Months for which a Level 2 pass or refresher is valid.
    pub certificate_months: i32,
    /// Months for which an approval is valid.
    pub approval_months: i32,
    /// Longest absence, in days, during which a supporter still counts.
    pub away_days: i32,
    /// Target percentage of staff with Level 1.
    pub level1_target: i32,
    /// Number of Wellbeing Champions that a team needs.
    pub min_champions: i32,
    /// One Trainer is required for this many active supporters, or part of that number.
    pub supporters_per_trainer: i32,
    /// Number of days that AT_RISK looks ahead.
    pub horizon_days: i32,
    /// Months for which a Level 3 pass or refresher is valid.
    pub trainer_certificate_months: i32,
    /// Number of Trainers embedded in each unit of the trainer level.
    pub min_trainers: i32,
    /// Maximum age in days of a staff list that can show that a team is covered.
    pub stale_days: i32,
    /// The board's name for the level of units in which Trainers are embedded.
    pub trainer_level: String,
    /// How approvals by people who did not hold the office are treated.
    pub approver_office: ApproverOffice,
    /// MUST rules in the wording of policies, separated by `;`. Empty if there are none.
    pub must_mix: String,
    /// SHOULD rules in the same form.
    pub should_mix: String,
}

impl ActiveModelBehavior for ActiveModel {}
