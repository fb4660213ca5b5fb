use entity::id::UnitId;
use entity::value::Status;

use super::News;
use crate::report::recipients::{Answer, Why};
use crate::report::sample::{at, short, team, tree};
use crate::report::snapshot_tree::{SnapshotTree, Team};

fn news_of<'a>(current: &'a SnapshotTree, previous: Option<&'a SnapshotTree>, unit: i64) -> News<'a> {
    let answer = Answer { unit: UnitId(unit), code: String::new(), name: String::new(), why: Why::SeniorManager };
    News::new(current, previous, "2026-W48".parse().unwrap(), &[answer])
}

/// Returns the codes of gaps and of teams at risk.
fn codes(news: &News<'_>) -> (Vec<String>, Vec<String>) {
    let report = news.changed();
    let gaps = report.gaps.iter().map(|gap| gap.place.team.unit_code.clone());
    (gaps.collect(), report.at_risk.iter().map(|place| place.team.unit_code.clone()).collect())
}

fn losing(id: i64, code: &str, from: &str) -> Team {
    Team { status: Status::AtRisk, at_risk_from: Some(at(from)), ..team(id, code, 9) }
}

/// Monday's snapshot, with a gap and a team at risk in NORTH and a covered team in SOUTH.
fn monday() -> SnapshotTree {
    let north = [team(11, "A", 9), short(12, "B", 9, 1, "2026-11-02"), losing(13, "C", "2026-12-14"), team(14, "D", 9)];
    tree("2026-11-23", &north, &[team(21, "E", 9)])
}

#[test]
fn includes_only_what_became_worse() {
    let before = monday();
    let north = [
        short(11, "A", 9, 1, "2026-11-26"),
        short(12, "B", 9, 2, "2026-11-02"),
        losing(13, "C", "2026-12-07"),
        losing(14, "D", "2026-12-21"),
    ];
    let now = tree("2026-11-26", &north, &[team(21, "E", 9)]);
    let news = news_of(&now, Some(&before), 2);
    let own = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
    assert_eq!(codes(&news), (own(&["B", "A"]), own(&["C", "D"])));
    assert!(!news.is_empty());
    assert!(news_of(&now, Some(&before), 3).is_empty(), "SOUTH is as it was");
    assert_eq!(news.changed().teams.part, 2, "the figures are of all teams");
}

#[test]
fn leaves_out_what_is_unchanged_or_better() {
    let before = monday();
    let mut same = monday();
    same.day = at("2026-11-26");
    assert!(news_of(&same, Some(&before), 1).is_empty());
    let north = [team(11, "A", 9), team(12, "B", 9), losing(13, "C", "2026-12-15"), team(14, "D", 9)];
    let better = tree("2026-11-26", &north, &[team(21, "E", 9)]);
    assert!(news_of(&better, Some(&before), 1).is_empty());
}

#[test]
fn nothing_is_new_without_a_previous_report() {
    let now = monday();
    assert!(news_of(&now, None, 1).is_empty());
}

#[test]
fn names_the_day_compared_with() {
    let now = tree("2026-11-26", &[team(11, "A", 9)], &[]);
    assert_eq!(news_of(&now, Some(&monday()), 1).since(), "since Monday");
    let mut older = monday();
    older.day = at("2026-11-16");
    assert_eq!(news_of(&now, Some(&older), 1).since(), "since 16 November");
}
