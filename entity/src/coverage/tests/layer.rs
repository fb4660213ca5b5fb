//! The champion, Level 1 and Trainer layers (COVERAGE.md sections 4 and 5).

use super::board::{Board, through};
use crate::coverage::rollup::{level1_met, trainers_met};

fn always() -> crate::period::Validity {
    through("", "")
}

#[test]
fn a_champion_needs_a_valid_role_and_a_post() {
    let board = Board::new().unit("T").unit("U").staff("T", 3).post("Ann", "T").post("Bob", "U");
    let champions = |board: Board| board.today().team("T").champions;
    assert_eq!(champions(board.clone().champion("Ann", "T", always()).champion("Ann", "T", always())), 1);
    assert_eq!(champions(board.clone().champion("Ann", "U", always())), 0);
    assert_eq!(champions(board.clone().champion("Bob", "T", always())), 0);
    assert_eq!(champions(board.clone().champion("Ann", "T", through("", "2026-11-15"))), 0);
    assert_eq!(champions(board.clone().champion("Ann", "T", through("2026-11-16", "2026-11-16"))), 1);
    assert_eq!(champions(board.clone().champion("Ann", "T", through("2026-11-17", ""))), 0);
    let left = board.post_with("Cat", "T", |post| post.bank = true).champion("Cat", "T", always());
    assert_eq!(champions(left), 0);
}

#[test]
fn a_pause_does_not_affect_a_champion() {
    let board = Board::new().unit("T").staff("T", 3).post("Ann", "T").champion("Ann", "T", always());
    let board = board.supporter_with("Ann", "T", |allocation| allocation.pauses = vec![always()]);
    assert_eq!(board.today().team("T").champions, 1);
}

#[test]
fn level_1_is_met_at_exactly_the_target() {
    assert_eq!(level1_met(9, 10, 90), Some(true));
    assert_eq!(level1_met(89, 99, 90), Some(false));
    assert_eq!(level1_met(0, 3, 0), Some(true));
    assert_eq!(level1_met(0, 0, 90), None);
}

#[test]
fn trainers_are_enough_at_exactly_the_ratio() {
    assert!(trainers_met(1, 20, 20) && !trainers_met(1, 21, 20) && trainers_met(2, 21, 20));
    assert!(trainers_met(0, 0, 20) && !trainers_met(0, 1, 20));
    assert!(trainers_met(u32::MAX, u32::MAX, u32::MAX));
}

#[test]
fn a_trainer_serves_units_below_and_above() {
    let board = Board::new().unit("P").below("P", "T1").below("P", "T2").below("T1", "T3").unit("U");
    let answer = board.post("Ann", "U").trainer("Ann", "T1", always()).today();
    let trainers = |code| answer.unit(code).trainers;
    assert_eq!([trainers("BOARD"), trainers("P"), trainers("T1"), trainers("T3")], [1, 1, 1, 1]);
    assert_eq!([trainers("T2"), trainers("U")], [0, 0]);
}

#[test]
fn a_trainer_with_several_roles_is_one_trainer_everywhere() {
    let board =
        Board::new().unit("P").below("P", "T1").below("P", "T2").below("T1", "T3").below("T3", "T4").post("Ann", "P");
    let board = board.trainer("Ann", "T3", always()).trainer("Ann", "T1", always()).trainer("Ann", "T2", always());
    let answer = board.trainer("Ann", "T3", always()).today();
    for code in ["BOARD", "P", "T1", "T2", "T3", "T4"] {
        assert_eq!(answer.unit(code).trainers, 1, "{code}");
    }
}

#[test]
fn a_trainer_needs_role_post_and_level_3() {
    let board = || Board::new().unit("T").staff("T", 3);
    let trainers = |board: Board, on| board.on(on).unit("T").trainers;
    assert_eq!(trainers(board().trainer("Ann", "T", always()), "2026-11-16"), 0);
    let ann = || board().post("Ann", "T");
    assert_eq!(trainers(ann().trainer("Ann", "T", always()), "2025-02-28"), 0);
    assert_eq!(trainers(ann().trainer("Ann", "T", always()), "2025-03-01"), 1);
    assert_eq!(trainers(ann().trainer("Ann", "T", through("", "2026-11-15")), "2026-11-15"), 1);
    assert_eq!(trainers(ann().trainer("Ann", "T", through("", "2026-11-15")), "2026-11-16"), 0);
    let bank = board().post_with("Ann", "T", |post| post.bank = true).trainer("Ann", "T", always());
    assert_eq!(trainers(bank, "2026-11-16"), 0);
}

#[test]
fn the_trainer_layer_uses_the_units_own_policy() {
    let board = Board::without_policy().unit("T").staff("T", 3).post("Ann", "T").supporter("Ann", "T");
    assert_eq!(board.today().unit("T").trainers_met(), None);
    let board = board.policy("T", "2026-01-01", |_| {});
    assert_eq!(
        (board.today().unit("T").trainers_met(), board.today().unit("BOARD").trainers_met()),
        (Some(false), None)
    );
    let board = board.post("Tom", "T").trainer("Tom", "T", always());
    assert_eq!(board.today().unit("T").trainers_met(), Some(true));
}
