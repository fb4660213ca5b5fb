//! One team row of a snapshot. No foreign keys and no secondary index: they were over half of the batch's cost.

use sea_orm::entity::prelude::*;

use crate::coverage::change::GapState;
use crate::id::{SnapshotId, UnitId};
use crate::json_column::{AtRiskCauses, MixResults, NotCounting};
use crate::period::Day;
use crate::value::{Status, UnknownBecause};

/// One team row of a snapshot. No foreign keys and no secondary index: they were over half of the batch's cost.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "snapshot_team")]
pub struct Model {
    /// The snapshot.
    #[sea_orm(primary_key, auto_increment = false)]
    pub snapshot_id: SnapshotId,
    /// The team.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: UnitId,
    /// Its code on that day.
    pub unit_code: String,
    /// Its name on that day.
    pub unit_name: String,
    /// The cover group with which it was assessed.
    pub cover_group: Option<String>,
    /// Distinct people with a counting post in this unit itself.
    pub own_headcount: i32,
    /// Distinct people of the team, or of its group.
    pub headcount: i32,
    /// Whole-time equivalent (WTE) of the team or group, in hundredths.
    pub wte: i64,
    /// P: distinct active people with a share of at least 500.
    pub supporters: i32,
    /// A: sum of the active shares, in thousandths.
    pub share: i32,
    /// Number of Peer Supporters required. `None` without a policy or without staff.
    pub required: Option<i32>,
    /// Number of whole Peer Supporters missing. `None` in the same cases.
    pub gap: Option<i32>,
    /// The status.
    pub status: Status,
    /// Why it is UNKNOWN. `None` for any other status.
    pub unknown_because: Option<UnknownBecause>,
    /// Number of rejected rows of staff lists that named the team, or a unit of its group.
    pub rows_not_read: i32,
    /// Active people who depend on an approval by a person who did not hold the office.
    pub unproven: i32,
    /// As-at day of the oldest staff list that the row is based on.
    pub oldest_list_on: Option<Day>,
    /// The employer of that list.
    pub oldest_list_employer: Option<String>,
    /// Whether the team is covered by one person alone.
    pub single_point: bool,
    /// First day within the horizon on which the team is not covered.
    pub at_risk_from: Option<Day>,
    /// The status on that day.
    pub at_risk_status: Option<Status>,
    /// Why the team is not covered then, as a report may show it.
    pub at_risk_causes: AtRiskCauses,
    /// Allocated people who do not count, by headline.
    pub not_counting: NotCounting,
    /// Counting Wellbeing Champions.
    pub champions: i32,
    /// Number of Champions that the policy requires.
    pub champions_needed: Option<i32>,
    /// People with a Level 1 completion.
    pub level1_done: i32,
    /// Target percentage of the policy.
    pub level1_target: Option<i32>,
    /// The unit whose policy applied.
    pub policy_unit_code: Option<String>,
    /// First day on which that policy is in force.
    pub policy_from: Option<Day>,
    /// The results of the policy's mix rules.
    pub mix: MixResults,
    /// The snapshot day on which the present gap was first seen.
    pub gap_opened_on: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether the team is covered today, at risk or not.
    #[must_use]
    pub const fn is_covered(&self) -> bool {
        matches!(self.status, Status::Covered | Status::AtRisk)
    }

    /// Returns what comparisons use of the team.
    #[must_use]
    pub fn seen(&self) -> GapState {
        // Stored figures are never negative.
        let gap = self.gap.map(|gap| u32::try_from(gap).unwrap_or(0));
        GapState { status: self.status, gap, unmet_must: self.mix.count_unmet_must() }
    }
}
