//! COVERAGE.md section 4: a Peer Supporter works in the team that they support, or covers it from outside as agreed.

use super::board::{Board, day, terms, through};
use crate::coverage::Cause;
use crate::coverage::roster::AllocationTerms;
use crate::value::{Reason, Status};

/// T and U with staff, and Ann, a supporter of T on these terms, who moves from T to U on 1 December.
fn moving(terms: Vec<AllocationTerms>) -> Board {
    let board = Board::new().unit("T").unit("U").staff("T", 3).staff("U", 3);
    let board = board.post_with("Ann", "T", |post| post.validity = through("", "2026-11-30"));
    let board = board.post_with("Ann", "U", |post| post.validity = through("2026-12-01", ""));
    board.supporter_with("Ann", "T", |allocation| allocation.terms = terms)
}

fn reasons(board: &Board, on: &str) -> Vec<Reason> {
    board.on(on).reasons("Ann", "T")
}

#[test]
fn a_supporter_stops_counting_on_the_day_of_the_move() {
    let board = moving(vec![terms(None, true, false)]);
    assert_eq!(reasons(&board, "2026-11-30"), []);
    assert_eq!(reasons(&board, "2026-12-01"), [Reason::NotInTeam]);
    assert_eq!((board.on("2026-12-01").status("T"), board.on("2026-12-01").team("T").supporters), (Status::None, 0));
}

#[test]
fn a_move_to_come_is_a_risk() {
    let board = moving(vec![terms(None, true, false)]);
    let risk = board.today().team("T").risk.clone().expect("a risk");
    assert_eq!((risk.day, risk.status), (day("2026-12-01"), Status::None));
    assert_eq!(risk.causes, [Cause::Lost(Reason::NotInTeam, 1)]);
}

#[test]
fn cover_from_outside_counts_from_the_day_it_is_agreed() {
    let board = moving(vec![terms(None, true, false), terms(Some(day("2026-12-10")), true, true)]);
    assert_eq!(reasons(&board, "2026-12-09"), [Reason::NotInTeam]);
    assert_eq!(reasons(&board, "2026-12-10"), []);
}

#[test]
fn the_latest_terms_replace_those_before() {
    let agreed = vec![terms(None, true, true), terms(Some(day("2026-12-10")), true, false)];
    let board = moving(agreed);
    assert_eq!(reasons(&board, "2026-12-09"), []);
    assert_eq!(reasons(&board, "2026-12-10"), [Reason::NotInTeam]);
    assert_eq!(board.today().risk("T"), Some((day("2026-12-10"), Status::None)));
}

#[test]
fn protected_time_holds_from_the_day_it_is_recorded() {
    let board = moving(vec![terms(None, false, true), terms(Some(day("2026-11-10")), true, true)]);
    assert_eq!(reasons(&board, "2026-11-09"), [Reason::NoProtectedTime]);
    assert_eq!(reasons(&board, "2026-11-10"), []);
    let ending = moving(vec![terms(None, true, true), terms(Some(day("2026-11-20")), false, true)]);
    assert_eq!(reasons(&ending, "2026-11-19"), []);
    assert_eq!(reasons(&ending, "2026-11-20"), [Reason::NoProtectedTime]);
    assert_eq!(ending.today().risk("T"), Some((day("2026-11-20"), Status::None)));
}

#[test]
fn without_terms_there_is_no_time_and_no_outside_cover() {
    assert_eq!(reasons(&moving(Vec::new()), "2026-12-01"), [Reason::NotInTeam, Reason::NoProtectedTime]);
    let later = moving(vec![terms(Some(day("2026-11-10")), true, true)]);
    assert_eq!(reasons(&later, "2026-11-09"), [Reason::NoProtectedTime]);
}

#[test]
fn a_post_in_another_member_of_the_group_is_in_the_team() {
    let board = moving(vec![terms(None, true, false)]).group("pair", &["T", "U"]);
    assert_eq!(reasons(&board, "2026-12-01"), []);
    assert_eq!(board.on("2026-12-01").status("T"), Status::Covered);
}

#[test]
fn a_unit_without_staff_is_in_no_group() {
    let board = Board::new().unit("T").unit("U").group("pair", &["T", "U"]).staff("U", 3).post("Ann", "U");
    assert_eq!(board.supporter("Ann", "T").today().reasons("Ann", "T"), [Reason::NotInTeam]);
}

#[test]
fn a_person_who_left_is_not_called_a_mover() {
    let board = Board::new().unit("T").unit("U").staff("T", 3).supporter("Ann", "T");
    let bank = board.clone().post_with("Ann", "U", |post| post.bank = true);
    assert_eq!(bank.today().reasons("Ann", "T"), [Reason::Left]);
    // A Bank post in the team does not put them in it.
    let bank = board.post("Ann", "U").post_with("Ann", "T", |post| post.bank = true);
    assert_eq!(bank.today().reasons("Ann", "T"), [Reason::NotInTeam]);
}

#[test]
fn a_post_below_or_above_the_unit_is_outside_it() {
    let board = Board::new().unit("P").below("P", "T").below("T", "V").staff("T", 3);
    assert_eq!(board.clone().post("Ann", "P").supporter("Ann", "T").today().reasons("Ann", "T"), [Reason::NotInTeam]);
    assert_eq!(board.post("Ann", "V").supporter("Ann", "T").today().reasons("Ann", "T"), [Reason::NotInTeam]);
}

#[test]
fn one_counting_post_in_the_team_is_enough() {
    let board = Board::new().unit("T").unit("U").staff("T", 3).post("Ann", "U").post("Ann", "T");
    assert_eq!(board.supporter("Ann", "T").today().reasons("Ann", "T"), []);
}

#[test]
fn cover_from_outside_adds_no_head_to_the_team() {
    let board = Board::new().unit("T").unit("U").staff("T", 3).post("Ann", "U").outside_supporter("Ann", "T");
    let answer = board.today();
    assert_eq!((answer.team("T").headcount, answer.team("T").supporters, answer.team("U").supporters), (3, 1, 0));
}
