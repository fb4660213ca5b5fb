//! COVERAGE.md section 5, "What was not read": rows that named a unit and were rejected.

use super::board::{Board, NHS, TODAY, through};
use crate::coverage::mix;
use crate::value::{Status, UnknownBecause};

/// A team with this number of people, covered by Ann.
fn covered(people: u32) -> Board {
    Board::new().unit("T").staff("T", people - 1).post("Ann", "T").supporter("Ann", "T")
}

fn with_rows(board: Board, rows: u32) -> Board {
    board.staff_list(NHS, TODAY, &[("T", rows)])
}

const ROWS: (Status, Option<UnknownBecause>) = (Status::Unknown, Some(UnknownBecause::RowsNotRead));
const COVERED: (Status, Option<UnknownBecause>) = (Status::Covered, None);

#[test]
fn rows_matter_if_capacity_fails_with_them() {
    assert_eq!(with_rows(covered(23), 2).today().known("T"), COVERED);
    assert_eq!(with_rows(covered(23), 3).today().known("T"), ROWS);
}

#[test]
fn rows_change_no_figure() {
    let answer = with_rows(covered(25), 7).today();
    let row = answer.team("T");
    assert_eq!((row.headcount, row.own_headcount, row.rows_not_read), (25, 25, 7));
    assert_eq!(answer.figures("T"), (1, 1000, Some(1), Some(0)));
    assert_eq!(answer.unit("BOARD").headcount, 25);
}

#[test]
fn only_a_covered_answer_becomes_unknown() {
    let none = with_rows(Board::new().unit("T").staff("T", 3), 9);
    assert_eq!(none.today().known("T"), (Status::None, None));
    assert_eq!(with_rows(covered(26), 9).today().known("T"), (Status::Partial, None));
    let exempt = with_rows(covered(25), 9).exempt("T", "2026-11-01", "2026-11-30");
    assert_eq!(exempt.today().known("T"), (Status::Exempt, None));
    let mixed = covered(24).post_as("Doc", "T", "Medicine").policy("T", "2026-01-01", |policy| {
        policy.mix = mix::parse("1 from Medicine of job_family", true).expect("a rule");
    });
    assert_eq!(with_rows(mixed, 9).today().known("T"), (Status::MixGap, None));
}

#[test]
fn the_people_test_leaves_rows_out() {
    // One of two supporters has half a share: the capacity of 37 is enough for 36 and one row, but not for two.
    let board = covered(36).policy("T", "2026-01-01", |policy| policy.min_supporters = 2);
    let board = board.share("Bob", "T", 500).post("Bob", "T");
    assert_eq!(board.today().team("T").headcount, 37);
    assert_eq!(board.today().known("T"), COVERED);
    assert_eq!(with_rows(board, 1).today().known("T"), ROWS);
}

#[test]
fn a_list_speaks_from_its_as_at_day() {
    let board = covered(25).staff_list(NHS, "2026-11-10", &[("T", 1)]);
    assert_eq!(board.on("2026-11-09").known("T"), COVERED);
    assert_eq!(board.on("2026-11-10").known("T"), ROWS);
    assert_eq!(board.on("2026-11-10").team("T").rows_not_read, 1);
}

#[test]
fn a_newer_list_replaces_an_older_one() {
    let board = covered(25).staff_list(NHS, "2026-11-10", &[]).staff_list(NHS, "2026-11-01", &[("T", 1)]);
    assert_eq!(board.on("2026-11-09").known("T"), ROWS);
    assert_eq!(board.on("2026-11-10").known("T"), COVERED);
}

#[test]
fn rows_of_all_employers_are_added() {
    let board = covered(23).staff_list(NHS, "2026-11-01", &[("T", 1)]);
    let board = board.staff_list("Council", "2026-10-01", &[("T", 2)]);
    assert_eq!((board.today().known("T"), board.today().team("T").rows_not_read), (ROWS, 3));
    let newer = board.staff_list("Council", "2026-11-02", &[]);
    assert_eq!((newer.today().known("T"), newer.today().team("T").rows_not_read), (COVERED, 1));
}

#[test]
fn rows_count_for_the_very_unit_they_name() {
    let board = covered(25).below("T", "V").unit("U").staff("U", 1);
    let board = board.staff_list(NHS, TODAY, &[("BOARD", 5), ("V", 5), ("U", 5)]);
    assert_eq!(board.today().known("T"), COVERED);
}

#[test]
fn rows_of_a_closed_unit_do_not_count() {
    let board = Board::new().unit("T").staff_list(NHS, "2026-01-01", &[("T", 5)]);
    let board = board.open("T", through("2026-11-10", "2026-11-20"));
    assert!(board.on("2026-11-09").find_team("T").is_none());
    assert_eq!(board.on("2026-11-10").known("T"), ROWS);
    assert_eq!(board.on("2026-11-20").known("T"), ROWS);
    assert!(board.on("2026-11-21").find_team("T").is_none());
}

#[test]
fn a_unit_without_staff_is_unknown_and_has_a_row() {
    let board = with_rows(Board::new().unit("T"), 1);
    let answer = board.today();
    assert_eq!((answer.known("T"), answer.figures("T")), (ROWS, (0, 0, None, None)));
    assert_eq!(answer.unit("BOARD").teams.count(Status::Unknown), 1);
    assert_eq!(board.clone().exempt("T", "2026-11-01", "2026-11-30").today().known("T"), ROWS);
    let pointed_at = board.unit("U").post("Ann", "U").outside_supporter("Ann", "T");
    assert_eq!(pointed_at.today().known("T"), ROWS);
}

#[test]
fn no_policy_comes_before_rows() {
    let board = with_rows(Board::without_policy().unit("T"), 1);
    assert_eq!(board.today().known("T"), (Status::Unknown, Some(UnknownBecause::NoPolicy)));
    assert_eq!(board.staff("T", 3).today().known("T"), (Status::Unknown, Some(UnknownBecause::NoPolicy)));
}

#[test]
fn a_group_has_the_rows_of_every_unit_of_its_name() {
    let board = covered(24).unit("U").unit("V").group("pair", &["T", "U", "V"]).post("Bob", "U");
    let board = board.staff_list(NHS, TODAY, &[("V", 1)]);
    let answer = board.today();
    // No one works in V, so it is not a member today, but its rows may still be people of the group.
    assert_eq!((answer.known("T"), answer.known("U"), answer.known("V")), (ROWS, ROWS, ROWS));
    assert_eq!((answer.team("T").rows_not_read, answer.team("V").rows_not_read), (1, 1));
    let closed = board.open("V", through("", "2026-11-15")).today();
    assert_eq!((closed.known("T"), closed.known("U")), (COVERED, COVERED));
}

#[test]
fn a_unit_without_staff_has_its_own_rows_alone() {
    let board = covered(20).unit("U").unit("V").group("pair", &["T", "U", "V"]);
    let board = board.staff_list(NHS, TODAY, &[("U", 1), ("V", 2)]);
    let answer = board.today();
    let rows = |unit| answer.team(unit).rows_not_read;
    assert_eq!((rows("T"), rows("U"), rows("V")), (3, 1, 2));
    assert_eq!((answer.known("T"), answer.known("U")), (COVERED, ROWS));
}

#[test]
fn the_forecast_ignores_rejected_rows() {
    let board = with_rows(covered(24), 1).post_with("New", "T", |post| post.validity = through("2026-12-01", ""));
    assert_eq!((board.today().known("T"), board.today().risk("T")), (COVERED, None));
    // On that day itself the status is not known.
    assert_eq!(board.on("2026-12-01").known("T"), ROWS);
}

#[test]
fn an_unknown_team_has_no_risk_and_no_single_point() {
    let board = covered(25).away("Ann", "2026-12-01", "");
    assert_eq!((board.today().status("T"), board.today().team("T").single_point), (Status::AtRisk, true));
    let answer = with_rows(board, 1).today();
    assert_eq!((answer.known("T"), answer.risk("T"), answer.team("T").single_point), (ROWS, None, false));
}
