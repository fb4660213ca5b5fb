//! COVERAGE.md section 4, AWAY: absences that touch or overlap are one, and its whole length counts.

use super::board::{Board, through};
use crate::value::Reason;

fn team() -> Board {
    Board::new().unit("T").staff("T", 3).post("Ann", "T").supporter("Ann", "T")
}

fn is_away(board: &Board, on: &str) -> bool {
    board.on(on).reasons("Ann", "T").contains(&Reason::Away)
}

#[test]
fn a_spell_must_be_longer_than_the_limit() {
    let exactly = team().away("Ann", "2026-11-01", "2026-11-28");
    assert!(!is_away(&exactly, "2026-11-01") && !is_away(&exactly, "2026-11-28"));
    let longer = team().away("Ann", "2026-11-01", "2026-11-29");
    assert!(!is_away(&longer, "2026-10-31") && is_away(&longer, "2026-11-01"));
    assert!(is_away(&longer, "2026-11-29") && !is_away(&longer, "2026-11-30"));
}

#[test]
fn spells_that_touch_are_one() {
    let touching = team().away("Ann", "2026-11-15", "2026-11-30").away("Ann", "2026-11-01", "2026-11-14");
    assert!(is_away(&touching, "2026-11-01") && is_away(&touching, "2026-11-30"));
    let apart = team().away("Ann", "2026-11-16", "2026-12-01").away("Ann", "2026-11-01", "2026-11-14");
    assert!(!is_away(&apart, "2026-11-01") && !is_away(&apart, "2026-11-15") && !is_away(&apart, "2026-12-01"));
}

#[test]
fn overlapping_spells_are_not_added_up() {
    let nested = team().away("Ann", "2026-11-01", "2026-11-20").away("Ann", "2026-11-05", "2026-11-14");
    assert!(!is_away(&nested, "2026-11-10"));
    let chain = nested.away("Ann", "2026-11-18", "2026-11-29");
    assert!(is_away(&chain, "2026-11-02") && is_away(&chain, "2026-11-29") && !is_away(&chain, "2026-11-30"));
}

#[test]
fn an_open_ended_spell_is_longer_than_any_limit() {
    let open = team().away("Ann", "2026-11-10", "").away("Ann", "2026-11-08", "2026-11-09");
    assert!(!is_away(&open, "2026-11-07") && is_away(&open, "2026-11-08"));
    assert!(is_away(&open, "2027-06-01"));
}

#[test]
fn a_spell_that_ends_before_it_begins_is_none() {
    let board = team().away("Ann", "2026-11-01", "2026-11-14").away("Ann", "2026-11-20", "2026-11-14");
    assert!(!is_away(&board, "2026-11-01"));
    let board = board.away("Ann", "2026-11-15", "2026-11-30");
    assert!(is_away(&board, "2026-11-30"));
}

#[test]
fn days_away_belong_to_one_person() {
    let board = team().away("Bob", "2026-01-01", "2026-12-31");
    assert!(!is_away(&board, "2026-11-16"));
}

#[test]
fn the_limit_is_that_of_the_teams_policy() {
    let board =
        team().unit("U").staff("U", 3).post("Ann", "U").supporter_with("Ann", "U", |allocation| allocation.share = 0);
    let board = board.away("Ann", "2026-11-10", "2026-11-20").policy("U", "2026-01-01", |policy| policy.away_days = 10);
    let answer = board.on("2026-11-16");
    assert_eq!(answer.reasons("Ann", "T"), []);
    assert_eq!(answer.reasons("Ann", "U"), [Reason::Away]);
    assert_eq!(through("2026-11-10", "2026-11-20").days(), Some(11));
}
