//! Small snapshots for the tests of this module.

use entity::coverage::mix::Verdict;
use entity::id::{SnapshotId, UnitId};
use entity::json_column::{AtRiskCauses, MixResults, NotCounting, StoredMixResult};
use entity::period::Day;
use entity::value::Status;

use super::snapshot_tree::{SnapshotTree, SnapshotUnit, Team};

pub(super) fn at(text: &str) -> Day {
    text.parse().unwrap()
}

/// Returns a covered team that meets every target.
pub(super) fn team(id: i64, code: &str, staff: i32) -> Team {
    Team {
        snapshot_id: SnapshotId(1),
        unit_id: UnitId(id),
        unit_code: code.to_owned(),
        unit_name: format!("Team {code}"),
        cover_group: None,
        own_headcount: staff,
        headcount: staff,
        wte: i64::from(staff) * 100,
        supporters: 1,
        share: 1000,
        required: Some(1),
        gap: Some(0),
        status: Status::Covered,
        unknown_because: None,
        rows_not_read: 0,
        unproven: 0,
        oldest_list_on: None,
        oldest_list_employer: None,
        single_point: false,
        at_risk_from: None,
        at_risk_status: None,
        at_risk_causes: AtRiskCauses::default(),
        not_counting: NotCounting::default(),
        champions: 1,
        champions_needed: Some(1),
        level1_done: staff,
        level1_target: Some(90),
        policy_unit_code: None,
        policy_from: None,
        mix: MixResults::default(),
        gap_opened_on: None,
    }
}

/// Returns a team with a gap of `gap` people since a day.
pub(super) fn short(id: i64, code: &str, staff: i32, gap: i32, since: &str) -> Team {
    Team {
        status: Status::Partial,
        required: Some(gap + 1),
        gap: Some(gap),
        gap_opened_on: Some(at(since)),
        ..team(id, code, staff)
    }
}

/// Returns the results of MUST rules that are not met, each given as its text and a sentence.
pub(super) fn unmet_must(rules: &[(&str, &str)]) -> MixResults {
    let result = |(rule, sentence): &(&str, &str)| StoredMixResult {
        rule: (*rule).to_owned(),
        must: true,
        verdict: Verdict::Unmet,
        sentence: (*sentence).to_owned(),
    };
    MixResults(rules.iter().map(result).collect())
}

/// Returns a unit whose figures are counted from the given teams.
pub(super) fn unit(id: i64, code: &str, parent: Option<i64>, teams: &[&Team]) -> SnapshotUnit {
    let assessed = teams.iter().filter(|team| !matches!(team.status, Status::Exempt | Status::NotApplicable));
    let covered: Vec<_> = teams.iter().filter(|team| team.is_covered()).collect();
    let count = |number: usize| i32::try_from(number).unwrap();
    let with = |status| count(teams.iter().filter(|team| team.status == status).count());
    SnapshotUnit {
        snapshot_id: SnapshotId(1),
        unit_id: UnitId(id),
        unit_code: code.to_owned(),
        unit_name: format!("Unit {code}"),
        parent_id: parent.map(UnitId),
        headcount: teams.iter().map(|team| team.own_headcount).sum(),
        wte: teams.iter().map(|team| team.wte).sum(),
        teams: count(teams.len()),
        covered: with(Status::Covered),
        at_risk: with(Status::AtRisk),
        partial: with(Status::Partial),
        none: with(Status::None),
        mix_gap: with(Status::MixGap),
        unknown: with(Status::Unknown),
        exempt: with(Status::Exempt),
        not_applicable: with(Status::NotApplicable),
        staff_covered: covered.iter().map(|team| team.own_headcount).sum(),
        staff_assessed: assessed.map(|team| team.own_headcount).sum(),
        level1_done: teams.iter().map(|team| team.level1_done).sum(),
        level1_target: Some(90),
        active_supporters: count(covered.len()),
        standing: None,
        own_standing: None,
        standing_hidden: 0,
        disclosure: None,
        champions: 0,
        champion_teams: 0,
        champion_teams_met: 0,
        trainers: 1,
        supporters_per_trainer: Some(20),
        trainer_units: 0,
        trainer_units_met: 0,
        oldest_list_on: None,
        oldest_list_employer: None,
    }
}

/// Returns a root `BOARD` (1) with `NORTH` (2) and `SOUTH` (3) and their teams.
pub(super) fn tree(day: &str, north: &[Team], south: &[Team]) -> SnapshotTree {
    let all: Vec<&Team> = north.iter().chain(south).collect();
    let mut units = vec![
        unit(1, "BOARD", None, &all),
        unit(2, "NORTH", Some(1), &north.iter().collect::<Vec<_>>()),
        unit(3, "SOUTH", Some(1), &south.iter().collect::<Vec<_>>()),
    ];
    for (parent, teams) in [(2, north), (3, south)] {
        units.extend(
            teams
                .iter()
                .map(|team| SnapshotUnit { unit_id: team.unit_id, ..unit(0, &team.unit_code, Some(parent), &[team]) }),
        );
    }
    SnapshotTree::new(SnapshotId(1), at(day), units, north.iter().chain(south).cloned().collect())
}
