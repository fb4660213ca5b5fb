//! Section 4, NOT_SIGNED_OFF: sign-offs of files and by assessments.

use super::board::{Board, ROOT};
use crate::value::{Reason, Status};

/// Ann supports T and U without a sign-off of a file.
fn unsigned() -> Board {
    let board = Board::new().unit("T").unit("U").staff("T", 9).staff("U", 9).post("Ann", "T").post("Ann", "U");
    let board = board.framework(1, "2026-01-01", "2026-01-01");
    ["T", "U"].into_iter().fold(board, |board, unit| {
        board.supporter_with("Ann", unit, |allocation| {
            allocation.signed_off.clear();
            allocation.share = 500;
        })
    })
}

fn reasons(board: &Board, on: &str, unit: &str) -> Vec<Reason> {
    board.on(on).reasons("Ann", unit)
}

#[test]
fn an_assessment_serves_every_allocation_from_its_day() {
    let board = unsigned().assessed("Ann", 1, "2026-06-01", true);
    for unit in ["T", "U"] {
        assert_eq!(reasons(&board, "2026-05-31", unit), [Reason::NotSignedOff]);
        assert_eq!(reasons(&board, "2026-06-01", unit), []);
        assert_eq!(board.on("2026-06-01").status(unit), Status::Covered);
    }
}

#[test]
fn what_is_not_met_ends_every_sign_off_on_its_day() {
    let board = unsigned().assessed("Ann", 1, "2026-06-01", true).assessed("Ann", 1, "2026-07-01", false);
    assert_eq!(reasons(&board, "2026-06-30", "T"), []);
    assert_eq!(reasons(&board, "2026-07-01", "T"), [Reason::NotSignedOff]);
    assert_eq!(reasons(&board.clone().assessed("Ann", 1, "2026-08-01", true), "2026-08-01", "T"), []);
    // On one day the later of two decides.
    assert_eq!(reasons(&board.clone().assessed("Ann", 1, "2026-07-01", true), "2026-07-01", "T"), []);
    let filed = Board::new().unit("T").staff("T", 9).post("Ann", "T").supporter("Ann", "T");
    let filed = filed.framework(1, "2025-01-01", "2025-01-01").assessed("Ann", 1, "2026-07-01", false);
    assert_eq!(reasons(&filed, "2026-06-30", "T"), []);
    assert_eq!(reasons(&filed, "2026-07-01", "T"), [Reason::NotSignedOff]);
}

#[test]
fn a_sign_off_ends_with_the_transition_only_if_the_policy_says_so() {
    let board = unsigned().assessed("Ann", 1, "2026-06-01", true).framework(2, "2026-10-01", "2026-11-30");
    assert_eq!(reasons(&board, "2026-12-01", "T"), []);
    let gates = board.policy(ROOT, "2026-01-01", |policy| policy.framework_transition_gates = true);
    assert_eq!(reasons(&gates, "2026-11-30", "T"), []);
    assert_eq!(gates.on("2026-11-16").risk("T"), Some(("2026-12-01".parse().unwrap(), Status::None)));
    assert_eq!(reasons(&gates, "2026-12-01", "T"), [Reason::NotSignedOff]);
    assert_eq!(reasons(&gates.assessed("Ann", 2, "2026-11-20", true), "2026-12-01", "T"), []);
}
