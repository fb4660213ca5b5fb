//! COVERAGE.md section 4: approvals accumulate, and who may give them. `office` tests whether the approver held the
//! office.

use std::sync::Arc;

use super::board::{Board, day};
use crate::value::Reason;

/// A team of four with Ann in it.
fn team() -> Board {
    Board::new().unit("T").staff("T", 3).post("Ann", "T").level1("Ann", "2020-01-01")
}

/// Ann as a supporter with these approvals, each an approver and a day.
fn approved(mut board: Board, line: &[(&str, &str)], senior: &[(&str, &str)]) -> Board {
    board = board.pass_through("Ann", crate::coverage::roster::Certificate::Level2, "2020-01-01", "2099-12-31");
    let line = line.iter().map(|(by, on)| board.approval(by, on)).collect();
    let senior = senior.iter().map(|(by, on)| board.approval(by, on)).collect();
    board.supporter_with("Ann", "T", |allocation| {
        (allocation.line, allocation.senior) = (line, senior);
        allocation.signed_off = vec![day("2020-01-01")];
    })
}

fn reasons(board: &Board, on: &str) -> Vec<Reason> {
    board.on(on).reasons("Ann", "T")
}

const SAM: [(&str, &str); 2] = [("Sam", "2024-01-01"), ("Sam", "2026-01-01")];

#[test]
fn an_approval_counts_from_the_day_it_was_decided() {
    let board = approved(team(), &[("Lin", "2026-03-10")], &SAM);
    assert_eq!(reasons(&board, "2026-03-09"), [Reason::LineApprovalMissing]);
    assert_eq!(reasons(&board, "2026-03-10"), []);
    let board = approved(team(), &[("Lin", "2026-01-01")], &[("Sam", "2026-03-10")]);
    assert_eq!(reasons(&board, "2026-03-09"), [Reason::SeniorApprovalMissing]);
    assert_eq!(reasons(&board, "2026-03-10"), []);
}

#[test]
fn an_approval_lasts_through_the_day_before_it_lapses() {
    let board = approved(team(), &[("Lin", "2024-11-30")], &SAM);
    let board = board.policy("T", "2020-01-01", |policy| policy.approval_months = 27);
    assert_eq!(reasons(&board, "2027-02-27"), []);
    assert_eq!(reasons(&board, "2027-02-28"), [Reason::LineApprovalMissing]);
}

#[test]
fn approvals_add_up() {
    let board = approved(team(), &[("Lin", "2023-06-01"), ("Lin", "2025-06-01"), ("Lou", "2027-06-02")], &SAM);
    // The first serves until the very day of the second.
    assert_eq!(reasons(&board, "2025-05-31"), []);
    assert_eq!(reasons(&board, "2025-06-01"), []);
    // A day lies between the second and the third.
    assert_eq!(reasons(&board, "2027-05-31"), []);
    assert_eq!(reasons(&board, "2027-06-01"), [Reason::LineApprovalMissing]);
    assert_eq!(reasons(&board, "2027-06-02"), []);
}

#[test]
fn any_approval_serves_whatever_the_order_on_file() {
    let board = approved(team(), &[("Lin", "2026-01-01"), ("Lin", "2020-01-01")], &SAM);
    assert_eq!(reasons(&board, "2026-11-16"), []);
}

#[test]
fn an_approval_needs_an_approver() {
    let mut board = approved(team(), &[("Lin", "2026-01-01")], &SAM);
    Arc::make_mut(&mut board.roster.allocations[0]).line[0].by = None;
    assert_eq!(reasons(&board, "2026-11-16"), [Reason::LineApprovalMissing]);
    let mut board = approved(team(), &[("Lin", "2026-01-01")], &[("Sam", "2026-01-01")]);
    Arc::make_mut(&mut board.roster.allocations[0]).senior[0].by = None;
    assert_eq!(reasons(&board, "2026-11-16"), [Reason::SeniorApprovalMissing]);
}

#[test]
fn supporters_cannot_approve_themselves() {
    let board = approved(team(), &[("Ann", "2026-01-01")], &[("Ann", "2026-01-01")]);
    assert_eq!(reasons(&board, "2026-11-16"), [Reason::LineApprovalMissing, Reason::SeniorApprovalMissing]);
    let board = approved(team(), &[("Ann", "2026-01-01"), ("Lin", "2026-01-01")], &SAM);
    assert_eq!(reasons(&board, "2026-11-16"), []);
}

#[test]
fn a_line_approver_cannot_be_the_senior_approver() {
    let board = approved(team(), &[("Lin", "2026-01-01"), ("Sam", "2026-06-10")], &SAM);
    // Sam becomes a line approver on 10 June, beside Lin.
    assert_eq!(reasons(&board, "2026-06-09"), []);
    assert_eq!(reasons(&board, "2026-06-10"), [Reason::SeniorApprovalMissing]);
}

#[test]
fn a_lapsed_line_approval_still_bars_its_approver() {
    let board = approved(team(), &[("Sam", "2021-01-01"), ("Lin", "2026-01-01")], &SAM);
    assert_eq!(reasons(&board, "2026-11-16"), [Reason::SeniorApprovalMissing]);
}

#[test]
fn another_senior_approver_serves_beside_a_barred_one() {
    let line = [("Sam", "2026-01-01")];
    let board = approved(team(), &line, &[("Sam", "2026-02-01"), ("Sue", "2026-03-01")]);
    assert_eq!(reasons(&board, "2026-02-28"), [Reason::SeniorApprovalMissing]);
    assert_eq!(reasons(&board, "2026-03-01"), []);
}

#[test]
fn approvals_belong_to_one_allocation() {
    let board = approved(team().unit("U").staff("U", 3).post("Ann", "U"), &[("Lin", "2026-01-01")], &SAM);
    let board = board.supporter_with("Ann", "U", |allocation| allocation.senior = Vec::new());
    assert_eq!(reasons(&board, "2026-11-16"), []);
    assert_eq!(board.today().reasons("Ann", "U"), [Reason::SeniorApprovalMissing]);
}

#[test]
fn sign_offs_add_up_from_the_first() {
    let mut board = approved(team(), &[("Lin", "2026-01-01")], &SAM);
    Arc::make_mut(&mut board.roster.allocations[0]).signed_off = vec![day("2026-03-10"), day("2026-09-01")];
    assert_eq!(reasons(&board, "2026-03-09"), [Reason::NotSignedOff]);
    assert_eq!(reasons(&board, "2026-03-10"), []);
}

#[test]
fn a_withdrawn_approval_ends_on_its_day() {
    let mut board = approved(team(), &[("Lin", "2026-01-01"), ("Lin", "2026-06-01")], &SAM);
    let allocation = board.roster.allocations.first_mut().map(Arc::make_mut).expect("Ann's allocation");
    allocation.line.iter_mut().for_each(|approval| approval.withdrawn_on = Some(day("2026-09-01")));
    assert_eq!(reasons(&board, "2026-08-31"), []);
    assert_eq!(reasons(&board, "2026-09-01"), [Reason::LineApprovalMissing]);
    let found = board.on("2026-08-15").risk("T");
    assert_eq!(found.map(|(from, _)| from), Some(day("2026-09-01")), "the look ahead knows of it");
}

#[test]
fn a_withdrawal_still_bars_the_senior_approval() {
    let mut board = approved(team(), &[("Sam", "2026-01-01"), ("Lin", "2026-01-02")], &SAM);
    Arc::make_mut(&mut board.roster.allocations[0]).line[0].withdrawn_on = Some(day("2026-02-01"));
    assert_eq!(reasons(&board, "2026-03-01"), [Reason::SeniorApprovalMissing]);
}
