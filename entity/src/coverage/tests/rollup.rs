//! Roll-ups over the tree (COVERAGE.md section 7).

use super::board::{Board, through};
use crate::value::Status;

#[test]
fn closing_a_unit_does_not_close_those_below_it() {
    let board = Board::new().unit("P").below("P", "T").staff("P", 2).staff("T", 3).open("P", through("", "2026-11-15"));
    let answer = board.today();
    assert!(answer.find_team("P").is_none());
    assert_eq!((answer.team("T").headcount, answer.unit("BOARD").headcount), (3, 3));
    // P is closed, but there is a team row below it.
    assert_eq!((answer.unit("P").headcount, answer.unit("P").teams.teams()), (3, 1));
    assert_eq!(board.on("2026-11-15").unit("P").headcount, 5);
}

#[test]
fn a_closed_unit_without_teams_has_no_row() {
    let board = Board::new().unit("P").below("P", "T").staff("T", 3);
    let closed = board.clone().open("P", through("", "2026-11-15")).open("T", through("", "2026-11-15")).today();
    assert!(closed.find_unit("P").is_none() && closed.find_unit("T").is_none());
    assert_eq!((closed.unit("BOARD").headcount, closed.unit("BOARD").teams.teams()), (0, 0));
    let empty = board.unit("U").today();
    assert_eq!((empty.unit("U").headcount, empty.unit("U").teams.teams()), (0, 0));
}

#[test]
fn an_allocation_keeps_the_row_of_its_unit() {
    let board = Board::new().unit("P").below("P", "T").unit("U").post("Ann", "U").outside_supporter("Ann", "T");
    let answer = board.open("P", through("", "2026-01-01")).open("T", through("", "2026-01-01")).today();
    assert_eq!(answer.status("T"), Status::NotApplicable);
    assert_eq!(answer.unit("P").teams.count(Status::NotApplicable), 1);
    assert_eq!((answer.unit("P").active_supporters, answer.unit("P").headcount), (1, 0));
}

#[test]
fn denominators_leave_out_exempt_and_not_applicable() {
    let board =
        Board::without_policy().unit("P").below("P", "T1").below("P", "T2").below("P", "T3").unit("T4").unit("T5");
    let board = board.policy("P", "2026-01-01", |_| {}).exempt("T2", "2026-01-01", "2026-12-31");
    let board =
        board.staff("T1", 3).post("Ann", "T1").supporter("Ann", "T1").staff("T2", 5).staff("T3", 7).staff("T4", 11);
    let answer = board.share("Ann", "T5", 0).today();
    let row = answer.unit("BOARD");
    assert_eq!((row.teams.teams(), row.teams.covered(), row.teams.assessed()), (5, 1, 3));
    assert_eq!((row.teams.count(Status::Unknown), row.teams.count(Status::Exempt)), (1, 1));
    assert_eq!((row.staff_covered, row.staff_assessed, row.headcount), (4, 22, 27));
}

#[test]
fn a_person_in_two_teams_is_covered_once() {
    let board = Board::new().unit("T1").unit("T2").post("Ann", "T1").supporter("Ann", "T1").post("Bob", "T1");
    let answer = board.post("Bob", "T2").staff("T2", 1).today();
    let row = answer.unit("BOARD");
    assert_eq!((row.staff_covered, row.staff_assessed), (2, 3));
}

#[test]
fn active_supporters_are_people_with_any_share() {
    let board = Board::new().unit("P").below("P", "T1").below("P", "T2").unit("U").staff("T1", 2).staff("T2", 2);
    let board = board.staff("U", 2).post("Ann", "T1").post("Ann", "T2").post("Ann", "U");
    let answer = board.share("Ann", "T1", 10).share("Ann", "T2", 10).share("Ann", "U", 10).today();
    let active = |code| answer.unit(code).active_supporters;
    assert_eq!((active("T1"), active("T2"), active("U"), active("P"), active("BOARD")), (1, 1, 1, 1, 1));
    assert_eq!(answer.team("T1").supporters, 0);
}

#[test]
fn at_risk_is_among_the_covered() {
    let board =
        Board::new().unit("T").staff("T", 2).post("Ann", "T").supporter("Ann", "T").away("Ann", "2026-12-01", "");
    let row = board.today().unit("BOARD").clone();
    assert_eq!((row.teams.count(Status::AtRisk), row.teams.count(Status::Covered), row.teams.covered()), (1, 0, 1));
    assert_eq!(row.staff_covered, 3);
}

#[test]
fn level_1_is_of_all_people_below() {
    let board = Board::new().unit("P").below("P", "T").staff("P", 1).post("Ann", "P").post("Ann", "T");
    let answer = board.post("Bob", "T").level1("Ann", "2026-11-16").level1("Bob", "2026-11-17").today();
    assert_eq!((answer.unit("P").level1_done, answer.unit("P").headcount), (1, 3));
}

fn champion_teams(answer: &super::board::Answer, unit: &str) -> (u32, u32, u32) {
    let row = answer.unit(unit);
    (row.champions, row.champion_teams.met, row.champion_teams.asked)
}

#[test]
fn champions_are_people_once_in_each_unit_above() {
    let board = Board::new().unit("P").below("P", "T1").below("P", "T2").unit("T3").staff("T1", 2).staff("T2", 2);
    let board = board.post("Ann", "T1").post("Ann", "T2").post("Bob", "T2").staff("T3", 1);
    let board = board.champion("Ann", "T1", through("", "")).champion("Ann", "T2", through("", ""));
    let answer = board.champion("Bob", "T2", through("", "2026-11-16")).today();
    assert_eq!([champion_teams(&answer, "T1"), champion_teams(&answer, "T2")], [(1, 1, 1), (2, 1, 1)]);
    assert_eq!([champion_teams(&answer, "P"), champion_teams(&answer, "BOARD")], [(2, 2, 2), (2, 2, 3)]);
    assert_eq!(champion_teams(&answer, "T3"), (0, 0, 1));
}

#[test]
fn a_champion_who_counts_for_no_team_is_in_no_roll_up() {
    let board = Board::new().unit("T").unit("U").staff("T", 2).post("Ann", "U");
    let answer = board.champion("Ann", "T", through("", "")).today();
    assert_eq!(champion_teams(&answer, "BOARD"), (0, 0, 2));
}

#[test]
fn a_champion_of_a_group_counts_above_each_member() {
    let board = Board::new().unit("P").below("P", "T1").unit("Q").below("Q", "T2").group("pair", &["T1", "T2"]);
    let answer = board.staff("T1", 2).post("Ann", "T2").champion("Ann", "T2", through("", "")).today();
    assert_eq!([champion_teams(&answer, "P"), champion_teams(&answer, "Q")], [(1, 1, 1), (1, 1, 1)]);
    assert_eq!(champion_teams(&answer, "BOARD"), (1, 2, 2));
}

#[test]
fn a_team_without_policy_or_staff_has_no_champion_layer() {
    let board = Board::without_policy().unit("T").staff("T", 2).unit("U").unit("V").post("Ann", "V");
    let board = board.policy("U", "2026-01-01", |_| {}).policy("V", "2026-01-01", |policy| policy.min_champions = 0);
    let answer = board.outside_supporter("Ann", "U").today();
    assert_eq!(answer.team("U").champions_met(), None);
    assert_eq!(champion_teams(&answer, "BOARD"), (0, 1, 1));
}

#[test]
fn unknown_teams_stay_in_the_denominators() {
    let board = Board::new().unit("T1").unit("T2").staff("T1", 2).post("Ann", "T1").supporter("Ann", "T1");
    let board = board.post_for("Bob", "T2", "Council").post_for("Cat", "T2", "Council").supporter("Bob", "T2");
    let answer = board.staff_list(super::board::NHS, "2026-11-01", &[]).asked("2026-11-16", "2026-11-16");
    let row = answer.unit("BOARD");
    assert_eq!((row.teams.covered(), row.teams.count(Status::Unknown), row.teams.assessed()), (1, 1, 2));
    assert_eq!((row.staff_covered, row.staff_assessed), (3, 5));
}
