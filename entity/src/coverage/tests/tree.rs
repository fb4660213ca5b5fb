//! COVERAGE.md section 2: a day is computed with the tree of that day.

use super::board::{Board, day, through};
use crate::coverage::PolicyNumber;
use crate::coverage::{PolicyChange, WhatIf};
use crate::value::Status;

/// BOARD > P > T and BOARD > Q; T moves from P to Q on 16 November, with V below it and Ann, its supporter.
fn moving() -> Board {
    let board = Board::new().unit("P").unit("Q").below("P", "T").below("T", "V").staff("T", 3).staff("V", 2);
    board.post("Ann", "T").supporter("Ann", "T").moved("T", "2026-11-16", "Q")
}

#[test]
fn a_unit_is_below_its_old_parent_before_the_move() {
    let board = moving();
    let headcount = |on: &str| {
        let answer = board.on(on);
        ["P", "Q", "T", "V", "BOARD"].map(|unit| answer.unit(unit).headcount)
    };
    assert_eq!(headcount("2026-11-15"), [6, 0, 6, 2, 6]);
    assert_eq!(headcount("2026-11-16"), [0, 6, 6, 2, 6]);
    assert_eq!(headcount("2020-01-01"), headcount("2026-11-15"));
}

#[test]
fn a_unit_may_move_back() {
    let board = moving().moved("T", "2026-12-01", "P");
    let headcount = |on: &str| board.on(on).unit("P").headcount;
    assert_eq!(["2026-11-15", "2026-11-30", "2026-12-01"].map(headcount), [6, 0, 6]);
}

#[test]
fn every_figure_of_a_unit_goes_by_the_tree() {
    let board = moving().champion("Ann", "T", through("", "")).level1("Bob", "2026-01-01").post("Bob", "V");
    let figures = |on: &str, unit: &str| {
        let answer = board.on(on);
        let row = answer.unit(unit);
        let supporters = (row.active_supporters, row.champions, row.champion_teams.asked);
        (row.wte, row.teams.teams(), row.staff_covered, row.staff_assessed, row.level1_done, supporters)
    };
    let moved = (700, 2, 4, 7, 2, (1, 1, 2));
    assert_eq!((figures("2026-11-15", "P"), figures("2026-11-16", "Q")), (moved, moved));
    let empty = (0, 0, 0, 0, 0, (0, 0, 0));
    assert_eq!((figures("2026-11-16", "P"), figures("2026-11-15", "Q")), (empty, empty));
}

#[test]
fn a_policy_above_governs_from_the_day_of_the_move() {
    let board = moving().policy("Q", "2020-01-01", |policy| policy.min_supporters = 2);
    let governs = |on: &str, unit: &str| board.on(on).team(unit).policy_unit.map(|(unit, _)| unit);
    for unit in ["T", "V"] {
        assert_eq!(governs("2026-11-15", unit), Some(board.place("BOARD")));
        assert_eq!(governs("2026-11-16", unit), Some(board.place("Q")));
    }
    assert_eq!(board.on("2026-11-15").team("T").required, Some(1));
    assert_eq!(board.on("2026-11-16").status("T"), Status::Partial);
}

#[test]
fn a_move_under_a_stricter_policy_is_a_risk() {
    let board = moving().policy("Q", "2020-01-01", |policy| policy.min_supporters = 2);
    assert_eq!(board.on("2026-11-15").risk("T"), Some((day("2026-11-16"), Status::Partial)));
    // The same for a unit above T.
    let board = Board::new().unit("Q").unit("S").below("S", "P").below("P", "T").staff("T", 3).post("Ann", "T");
    let board = board.supporter("Ann", "T").moved("P", "2026-12-01", "Q");
    let board = board.policy("Q", "2020-01-01", |policy| policy.certificate_months = 1);
    assert_eq!(board.today().risk("T"), Some((day("2026-12-01"), Status::None)));
}

#[test]
fn an_approval_lapses_by_the_policy_after_a_move() {
    // 13 months from 30 November 2025 end on 30 December, a month after the move.
    let board = Board::new().unit("Q").unit("P").below("P", "T").staff("T", 3).post("Ann", "T").supporter("Ann", "T");
    let board = board.moved("T", "2026-12-01", "Q").policy("Q", "2020-01-01", |policy| policy.approval_months = 13);
    assert_eq!(board.today().risk("T"), Some((day("2026-12-30"), Status::None)));
}

#[test]
fn a_group_goes_by_its_members_depth_that_day() {
    let board = Board::new().unit("P").below("P", "P2").below("P2", "A").below("P", "B").unit("Q");
    let board = board.group("pair", &["A", "B"]).staff("A", 5).staff("B", 5).moved("A", "2026-11-16", "BOARD");
    let board = board.policy("A", "2020-01-01", |policy| policy.min_supporters = 2);
    let board = board.policy("B", "2020-01-01", |policy| policy.min_supporters = 3);
    assert_eq!(board.on("2026-11-15").team("A").required, Some(3));
    assert_eq!(board.on("2026-11-16").team("A").required, Some(2));
}

#[test]
fn what_if_reaches_the_units_below_on_that_day() {
    let board = moving();
    let change = PolicyChange { numbers: vec![(PolicyNumber::MinSupporters, 2)], ..PolicyChange::default() };
    let required = |unit: &str| board.what_if(&WhatIf::changing(board.place(unit), change.clone())).team("V").required;
    assert_eq!((required("P"), required("Q")), (Some(1), Some(2)));
}

#[test]
fn units_may_move_on_the_same_day() {
    let board = moving().below("P", "W").staff("W", 1).moved("W", "2026-11-16", "T");
    assert_eq!(["P", "Q", "T"].map(|unit| board.on("2026-11-15").unit(unit).headcount), [7, 0, 6]);
    assert_eq!(["P", "Q", "T"].map(|unit| board.on("2026-11-16").unit(unit).headcount), [0, 7, 7]);
}
