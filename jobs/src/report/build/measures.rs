//! What a team or a unit lacks: Level 1, Wellbeing Champions, Trainers.

use entity::coverage::rollup::{champions_met, level1_met, trainers_met};

use crate::report::snapshot_tree::{SnapshotUnit, Team};

/// Returns the teams without the second and later teams of each cover group, so that each group is counted once.
pub fn one_per_group<'a>(teams: impl Iterator<Item = &'a Team>) -> impl Iterator<Item = &'a Team> {
    let mut groups = std::collections::BTreeSet::new();
    teams.filter(move |team| team.cover_group.as_deref().is_none_or(|group| groups.insert(group)))
}

/// Returns how far a team or its group is below its Level 1 target, in hundredths of a person. 0 if the target is met
/// (COVERAGE.md section 5).
pub(super) fn level1_lacking(team: &Team) -> i64 {
    let needed = team.level1_target.map_or(0, |target| i64::from(target) * i64::from(team.headcount));
    (needed - i64::from(team.level1_done) * 100).max(0)
}

pub(super) fn champions_lacking(team: &Team) -> i64 {
    champions_short(team).map_or(0, |(have, need)| i64::from(need) - i64::from(have))
}

/// Whether a Level 1 target is missed. Returns `false` if there is no target or there are no people.
#[must_use]
pub fn below_target(done: i32, of: i32, target: Option<i32>) -> bool {
    target.and_then(|target| level1_met(figure(done), figure(of), figure(target))) == Some(false)
}

/// Returns the number of Wellbeing Champions that a team has and requires. `None` if it has enough.
#[must_use]
pub fn champions_short(team: &Team) -> Option<(i32, i32)> {
    let needed = team.champions_needed?;
    let met = champions_met(figure(team.champions), figure(needed), figure(team.headcount));
    (met == Some(false)).then_some((team.champions, needed))
}

/// Whether a unit has too few Trainers (COVERAGE.md section 5). Returns `false` if there is no policy.
#[must_use]
pub fn trainers_short(unit: &SnapshotUnit) -> bool {
    unit.supporters_per_trainer
        .is_some_and(|ratio| !trainers_met(figure(unit.trainers), figure(unit.active_supporters), figure(ratio)))
}

/// Converts a stored figure, which is never negative.
fn figure(stored: i32) -> u32 {
    u32::try_from(stored).unwrap_or(0)
}
