use entity::id::UnitId;
use proptest::prelude::*;

use super::*;
use crate::report::recipients::Why;
use crate::report::sample::{at, short, team, tree, unit};

fn week() -> IsoWeek {
    "2026-W48".parse().unwrap()
}

fn answers(units: &[i64]) -> Vec<Answer> {
    units
        .iter()
        .map(|unit| Answer { unit: UnitId(*unit), code: String::new(), name: String::new(), why: Why::SeniorManager })
        .collect()
}

fn codes<'a>(gaps: &[Gap<'a>]) -> Vec<&'a str> {
    gaps.iter().map(|gap| gap.place.team.unit_code.as_str()).collect()
}

#[test]
fn sorts_gaps_by_staff_then_size_then_code() {
    let current = tree(
        "2026-11-23",
        &[short(11, "D", 10, 1, "2026-11-02"), short(12, "B", 20, 1, "2026-11-02"), team(13, "Z", 90)],
        &[short(21, "C", 10, 2, "2026-11-02"), short(22, "A", 10, 1, "2026-11-02")],
    );
    let report = build(&current, None, week(), &answers(&[1]));
    assert_eq!(codes(&report.gaps), ["B", "C", "A", "D"]);
    assert_eq!(report.teams, Fraction { part: 1, whole: 5 });
    assert_eq!(report.gaps[0].age, Some(21));
    assert!(report.changes.is_empty() && report.teams_before.is_none() && report.gaps[0].change.is_none());
}

#[test]
fn lists_a_nested_unit_once() {
    let current = tree("2026-11-23", &[short(11, "N", 10, 1, "2026-11-02")], &[short(21, "S", 5, 1, "2026-11-02")]);
    let report = build(&current, None, week(), &answers(&[1, 2, 3]));
    assert_eq!(codes(&report.gaps), ["N", "S"]);
    assert_eq!(report.units.iter().map(|unit| unit.nested).collect::<Vec<_>>(), [false, true, true]);
    assert!(report.gaps[0].place.within.is_none(), "one topmost unit needs no naming");

    let both = build(&current, None, week(), &answers(&[2, 3]));
    assert_eq!(both.teams, Fraction { part: 0, whole: 2 });
    assert_eq!(both.gaps[1].place.within.map(|unit| unit.unit_code.as_str()), Some("SOUTH"));
}

#[test]
fn sums_a_cover_group_once() {
    let member = |id, code: &str| Team { cover_group: Some("Nights".into()), ..short(id, code, 9, 2, "2026-11-02") };
    let current =
        tree("2026-11-23", &[member(11, "A"), member(12, "B")], &[member(21, "C"), short(22, "D", 1, 1, "2026-11-02")]);
    let report = build(&current, None, week(), &answers(&[1]));
    assert_eq!(report.gaps.len(), 4);
    assert_eq!(report.people_short, 3);
}

#[test]
fn a_moved_team_keeps_its_gap() {
    let moved = short(11, "M", 10, 1, "2026-11-02");
    let previous = tree("2026-11-16", std::slice::from_ref(&moved), &[]);
    let current = tree("2026-11-23", &[], &[moved]);
    let to = build(&current, Some(&previous), week(), &answers(&[3]));
    assert_eq!(to.gaps[0].change, Some(Change::Same));
    assert_eq!(to.gaps[0].age, Some(21));
    let from = build(&current, Some(&previous), week(), &answers(&[2]));
    assert!(matches!(from.closed[0].how, How::Moved));
    assert!(!from.changes.contains_key(&Change::Closed));
}

#[test]
fn a_gap_that_went_says_how() {
    let previous = tree(
        "2026-11-16",
        &[short(11, "A", 10, 1, "2026-11-02"), short(12, "B", 9, 1, "2026-11-09")],
        &[short(21, "C", 8, 1, "2026-11-09")],
    );
    let current = tree("2026-11-23", &[team(11, "A", 10), team(21, "C", 8)], &[]);
    let report = build(&current, Some(&previous), week(), &answers(&[2]));
    let closed: Vec<_> = report.closed.iter().map(|closed| (closed.before.unit_code.as_str(), closed.age)).collect();
    assert_eq!(closed, [("A", Some(14)), ("B", Some(7)), ("C", Some(7))]);
    assert!(matches!(report.closed[0].how, How::Now(_)));
    assert!(matches!(report.closed[1].how, How::Gone));
    assert_eq!(report.changes.get(&Change::Closed), Some(&3));
}

#[test]
fn teams_at_risk_come_by_their_day() {
    let risk = |id, code: &str, from: &str| Team {
        status: Status::AtRisk,
        at_risk_from: Some(at(from)),
        ..team(id, code, 10)
    };
    let current = tree("2026-11-23", &[risk(11, "A", "2027-01-04"), risk(12, "B", "2026-12-01")], &[]);
    let report = build(&current, None, week(), &answers(&[1]));
    let codes: Vec<_> = report.at_risk.iter().map(|place| place.team.unit_code.as_str()).collect();
    assert_eq!(codes, ["B", "A"]);
    assert!(report.gaps.is_empty());
}

#[test]
fn layers_by_example() {
    assert!(below_target(89, 100, Some(90)) && !below_target(90, 100, Some(90)));
    assert!(!below_target(0, 0, Some(90)) && !below_target(0, 5, None));
    let champions = Team { champions: 0, champions_needed: Some(2), ..team(1, "T", 9) };
    assert_eq!(champions_short(&champions), Some((0, 2)));
    assert_eq!(champions_short(&Team { headcount: 0, ..champions }), None);
    let trainers =
        |trainers, active_supporters| SnapshotUnit { trainers, active_supporters, ..unit(1, "U", None, &[]) };
    assert!(trainers_short(&trainers(0, 1)) && trainers_short(&trainers(1, 21)));
    assert!(!trainers_short(&trainers(1, 20)) && !trainers_short(&trainers(0, 0)));
}

proptest! {
    /// In every tree, the slice of a unit is exactly the teams at or below it.
    #[test]
    fn a_units_teams_are_those_below_it(parents in prop::collection::vec(0..20_usize, 1..20)) {
        let units: Vec<SnapshotUnit> = parents
            .iter()
            .enumerate()
            .map(|(id, parent)| {
                let above = (id > 0).then(|| i64::try_from(parent % id).unwrap());
                unit(i64::try_from(id).unwrap(), &format!("{:02}", (id * 7) % 20), above, &[])
            })
            .collect();
        let teams: Vec<Team> = units.iter().map(|unit| Team { unit_id: unit.unit_id, ..team(0, &unit.unit_code, 1) }).collect();
        let tree = SnapshotTree::new(entity::id::SnapshotId(1), at("2026-11-23"), units.clone(), teams);
        let way_up = |id: UnitId| std::iter::successors(Some(id), |id| units.iter().find(|unit| unit.unit_id == *id)?.parent_id);
        for top in &units {
            let mut slice: Vec<_> = tree.teams_below(top.unit_id).iter().map(|team| team.unit_id).collect();
            slice.sort_unstable();
            let below: Vec<_> = units.iter().map(|unit| unit.unit_id).filter(|id| way_up(*id).any(|up| up == top.unit_id)).collect();
            prop_assert_eq!(&slice, &below);
            for unit in &units {
                prop_assert_eq!(tree.is_below(unit.unit_id, top.unit_id), unit.unit_id != top.unit_id && below.contains(&unit.unit_id));
            }
        }
    }
}
