//! The items of Trainers.

use std::sync::Arc;

use super::{ActivePeerSupporter, HasTaught, InPost, MonthsActive, NotAllocated};
use super::{Board, Met, Nominee, NotKnown, NotMet, ann, day, failures, item, team, through};
use crate::period::Validity;
use crate::value::Role;

/// Ann has been active since her sign-off on 20 December 2025.
fn active() -> (Board, Nominee) {
    let mut board = team().supporter("Ann", "T");
    let nominee = Nominee { role: Role::Trainer, ..ann(&mut board, "T", 1000) };
    (board, nominee)
}

#[test]
fn a_trainer_is_an_active_peer_supporter() {
    let (board, nominee) = active();
    assert_eq!(item(&board, &nominee, ActivePeerSupporter).0, Met);
    assert_eq!(failures(&board, &nominee), []);
    let (mut paused, nominee) = active();
    Arc::make_mut(&mut paused.roster.allocations[0]).pauses = vec![through("2026-11-16", "2026-11-16")];
    assert_eq!(failures(&paused, &nominee), [(ActivePeerSupporter, nominee.day)]);
    assert_eq!(failures(&paused, &Nominee { day: day("2026-11-17"), ..nominee }), []);
}

#[test]
fn months_active_leave_out_breaks() {
    let (board, nominee) = active();
    let sentence = "The nominee has counted as a Peer Supporter for 10 whole months; 12 are asked for.";
    assert_eq!(item(&board, &nominee, MonthsActive), (NotMet, sentence.into()));
    assert_eq!(item(&board, &Nominee { day: day("2026-12-19"), ..nominee }, MonthsActive).0, NotMet);
    assert_eq!(item(&board, &Nominee { day: day("2026-12-20"), ..nominee }, MonthsActive).0, Met);
    let (mut paused, nominee) = active();
    Arc::make_mut(&mut paused.roster.allocations[0]).pauses = vec![through("2026-02-01", "2026-02-28")];
    assert_eq!(item(&paused, &Nominee { day: day("2027-01-16"), ..nominee }, MonthsActive).0, NotMet);
    assert_eq!(item(&paused, &Nominee { day: day("2027-01-17"), ..nominee }, MonthsActive).0, Met);
}

#[test]
fn a_person_who_was_never_active_has_no_months() {
    let mut board = team();
    let nominee = Nominee { role: Role::Trainer, ..ann(&mut board, "T", 1000) };
    let sentence = "The nominee has counted as a Peer Supporter for 0 whole months; 12 are asked for.";
    assert_eq!(item(&board, &nominee, MonthsActive), (NotMet, sentence.into()));
}

#[test]
fn a_post_below_the_unit_and_one_role_per_unit() {
    let mut board = team().unit("S").below("S", "U").staff("U", 1).post("Ann", "U");
    let unit = board.place("S");
    let nominee = Nominee { role: Role::Trainer, unit, ..ann(&mut board, "T", 1000) };
    assert_eq!(item(&board, &nominee, InPost), (Met, "The nominee works at or below this unit.".into()));
    let board = board.trainer("Ann", "T", Validity::ALWAYS);
    assert_eq!(item(&board, &nominee, NotAllocated).0, Met);
    let board = board.trainer("Ann", "S", Validity::ALWAYS);
    assert_eq!(item(&board, &nominee, NotAllocated).0, NotMet);
}

#[test]
fn whether_they_have_taught_is_stated_by_people() {
    let (board, nominee) = active();
    assert_eq!(item(&board, &nominee, HasTaught).0, NotKnown);
}
