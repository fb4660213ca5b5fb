//! COVERAGE.md section 4, CERTIFICATE_EXPIRED: an expiry in the record replaces the policy's months.

use super::board::{Board, day};
use crate::coverage::roster::Certificate::{Level2, Refresher};
use crate::value::{Reason, Status};

fn team() -> Board {
    Board::new().unit("T").staff("T", 3).post("Ann", "T").level1("Ann", "2020-01-01")
}

/// Whether Ann's certificate has expired.
fn has_expired(board: &Board, on: &str) -> bool {
    board.clone().supporter("Ann", "T").on(on).reasons("Ann", "T").contains(&Reason::CertificateExpired)
}

#[test]
fn a_record_may_expire_before_the_policys_months() {
    let board = team().pass_through("Ann", Level2, "2026-01-01", "2026-06-30");
    assert!(!has_expired(&board, "2026-06-30") && has_expired(&board, "2026-07-01"));
}

#[test]
fn a_record_may_last_longer_than_the_policys_months() {
    let board = team().pass_through("Ann", Level2, "2020-01-01", "2026-06-30");
    assert!(!has_expired(&board, "2026-06-30") && has_expired(&board, "2026-07-01"));
}

#[test]
fn the_last_pass_decides_and_not_the_longest() {
    let board = team().pass_through("Ann", Level2, "2020-01-01", "2099-01-01").pass("Ann", Refresher, "2023-05-10");
    assert!(!has_expired(&board, "2026-05-09") && has_expired(&board, "2026-05-10"));
    let board = team().pass("Ann", Level2, "2026-01-01").pass_through("Ann", Refresher, "2026-03-01", "2026-06-30");
    assert!(!has_expired(&board, "2026-06-30") && has_expired(&board, "2026-07-01"));
}

#[test]
fn an_expiry_before_the_day_of_the_pass_expires_at_once() {
    let board = team().pass_through("Ann", Level2, "2026-03-01", "2026-02-01");
    assert!(has_expired(&board, "2026-03-01"));
}

#[test]
fn the_earliest_end_of_two_passes_decides() {
    let records = [("2026-09-01", "2027-09-01"), ("2026-09-01", "2026-09-30")];
    for order in [[0, 1], [1, 0]] {
        let board = order.iter().fold(team(), |board, record| {
            let (on, last) = records[*record];
            board.pass_through("Ann", Level2, on, last)
        });
        assert!(!has_expired(&board, "2026-09-30") && has_expired(&board, "2026-10-01"), "{order:?}");
    }
    // Even if that is also the end by the policy's months.
    let board = team().pass_through("Ann", Level2, "2023-11-16", "2030-01-01").pass("Ann", Refresher, "2023-11-16");
    assert!(!has_expired(&board, "2026-11-15") && has_expired(&board, "2026-11-16"));
}

#[test]
fn an_expiry_to_come_is_a_risk() {
    let board = team().pass_through("Ann", Level2, "2026-01-01", "2026-12-24").supporter("Ann", "T");
    assert_eq!(board.today().risk("T"), Some((day("2026-12-25"), Status::None)));
}
