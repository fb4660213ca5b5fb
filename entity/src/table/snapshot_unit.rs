//! One unit row of a snapshot: the roll-up over the team rows at or below it (COVERAGE.md section 7).

use sea_orm::entity::prelude::*;

use crate::id::{SnapshotId, UnitId};
use crate::json_column::{DisclosureRecord, OwnStandingRecord, StandingRecord};
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
    /// The parent on that day. `None` for a root.
    pub parent_id: Option<UnitId>,
    /// Distinct people at or below the unit.
    pub headcount: i32,
    /// Whole-time equivalent (WTE) in hundredths.
    pub wte: i64,
    /// Number of team rows at or below the unit.
    pub teams: i32,
    /// Number of covered teams, without those at risk.
    pub covered: i32,
    /// Number of teams at risk.
    pub at_risk: i32,
    /// Number of partially covered teams.
    pub partial: i32,
    /// Number of teams without active cover.
    pub none: i32,
    /// Number of teams with a mix gap.
    pub mix_gap: i32,
    /// Number of teams with unknown cover.
    pub unknown: i32,
    /// Number of exempt teams.
    pub exempt: i32,
    /// Number of team rows to which the rules do not apply.
    pub not_applicable: i32,
    /// Distinct people of covered and at-risk teams.
    pub staff_covered: i32,
    /// Distinct people of assessed teams.
    pub staff_assessed: i32,
    /// Distinct people with a Level 1 completion.
    pub level1_done: i32,
    /// Target percentage of the unit's policy.
    pub level1_target: Option<i32>,
    /// Distinct people with an active allocation at or below the unit.
    pub active_supporters: i32,
    /// Number of allocations valid that day, by the reason why they do not count, in the order of `StandingGroup`.
    /// `None` in snapshots from before this was stored.
    pub standing: Option<StandingRecord>,
    /// The same for this unit itself, without allocations that count. `None` in snapshots from
    /// before this was stored.
    pub own_standing: Option<OwnStandingRecord>,
    /// The groups of allocations that are hidden from viewers who may not see small numbers, as the bits of `Columns`.
    pub standing_hidden: i16,
    /// The rest of the decision that the next snapshot needs: hidden rows of the unit's own people, and the exchanges
    /// that protect them. `None` if there are none.
    pub disclosure: Option<DisclosureRecord>,
    /// Distinct people who count as Wellbeing Champion for a team at or below the unit, or for its group.
    pub champions: i32,
    /// Number of teams at or below the unit that have a champion layer.
    pub champion_teams: i32,
    /// How many of these have the Champions that they need.
    pub champion_teams_met: i32,
    /// Active Trainers that serve the unit: at it, below it or above it.
    pub trainers: i32,
    /// Active supporters per Trainer in the unit's policy.
    pub supporters_per_trainer: Option<i32>,
    /// Number of units at or below this one in which Trainers are to be embedded.
    pub trainer_units: i32,
    /// How many of these have the Trainers that they need.
    pub trainer_units_met: i32,
    /// As-at day of the oldest staff list that the figures are based on.
    pub oldest_list_on: Option<Day>,
    /// The employer of that list.
    pub oldest_list_employer: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Returns the number of teams at or below the unit that are covered or at risk.
    #[must_use]
    pub const fn teams_covered(&self) -> i32 {
        self.covered + self.at_risk
    }

    /// Returns the number of teams at or below the unit, without those not applicable or exempt.
    #[must_use]
    pub const fn teams_assessed(&self) -> i32 {
        self.teams - self.not_applicable - self.exempt
    }

    /// Returns the as-at day and the employer of the oldest staff list that the figures are based on.
    #[must_use]
    pub fn oldest_list(&self) -> Option<(Day, Option<&str>)> {
        self.oldest_list_on.map(|as_at| (as_at, self.oldest_list_employer.as_deref()))
    }
}
