//! One unit row of a snapshot: the roll-up over the team rows at or below it (COVERAGE.md section 7).

use sea_orm::entity::prelude::*;

use crate::id::{SnapshotId, UnitId};
use crate::period::Day;

/// One unit row of a snapshot: the roll-up over the team rows at or below it (COVERAGE.md section 7).
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "snapshot_unit")]
pub struct Model {
    /// The snapshot.
    #[sea_orm(primary_key, auto_increment = false)]
    pub snapshot_id: SnapshotId,
    /// The unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: UnitId,
    /// Its code on that day.
    pub unit_code: String,
    /// Its name on that day.
    pub unit_name: String,
    /// The unit above on that day.
    pub parent_id: Option<UnitId>,
    /// Distinct people at or below.
    pub headcount: i32,
    /// Whole-time equivalent in hundredths.
    pub wte: i64,
    /// Team rows at or below.
    pub teams: i32,
    /// Covered, without those at risk.
    pub covered: i32,
    /// At risk.
    pub at_risk: i32,
    /// Partial.
    pub partial: i32,
    /// None.
    pub none: i32,
    /// Mix gap.
    pub mix_gap: i32,
    /// Unknown.
    pub unknown: i32,
    /// Exempt.
    pub exempt: i32,
    /// Not applicable.
    pub not_applicable: i32,
    /// Distinct people of covered and at-risk teams.
    pub staff_covered: i32,
    /// Distinct people of assessed teams.
    pub staff_assessed: i32,
    /// Distinct people with a Level 1 completion.
    pub level1_done: i32,
    /// Percent that the unit's policy asks for.
    pub level1_target: Option<i32>,
    /// Distinct people with an active allocation at or below.
    pub active_supporters: i32,
    /// Allocations valid that day by the reason why they do not count, in the order of `StandingGroup`; absent in snapshots of before
    /// it was kept.
    pub standing: Option<Json>,
    /// The same of this very unit, without those that count: `[reason group, ...]`. Null in snapshots from before it was kept.
    pub own_standing: Option<Json>,
    /// Which groups of the allocations are hidden from those who do not see small numbers, as the bits of `Columns`.
    pub standing_hidden: i16,
    /// What else the next snapshot must know of the decision: hidden rows of its own, and what protects them.
    pub disclosure: Option<Json>,
    /// Distinct people who count as Wellbeing Champion for a team at or below, or for its group.
    pub champions: i32,
    /// Teams at or below that have a champion layer.
    pub champion_teams: i32,
    /// Those of them that have the Champions they need.
    pub champion_teams_met: i32,
    /// Active Trainers that serve it: at, below or above.
    pub trainers: i32,
    /// What the unit's policy asks for.
    pub supporters_per_trainer: Option<i32>,
    /// Units at or below in which Trainers are to be embedded.
    pub trainer_units: i32,
    /// Those of them that have the Trainers they need.
    pub trainer_units_met: i32,
    /// As-at day of the oldest staff list that the figures rest on.
    pub oldest_list_on: Option<Day>,
    /// Whose list that is.
    pub oldest_list_employer: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
