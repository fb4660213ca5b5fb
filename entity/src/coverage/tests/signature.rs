//! Section 4, AGREEMENT_MISSING: which signature serves on which day.

use super::board::{Board, ROOT};
use crate::coverage::{Cause, PublishedCause};
use crate::value::{Reason, Status};

/// Ann supports the team T, and the policy requires the agreement from 2026 on.
fn board() -> Board {
    let board = Board::new().unit("T").staff("T", 9).post("Ann", "T").supporter("Ann", "T");
    board.policy(ROOT, "2026-01-01", |policy| policy.agreement_required = true)
}

fn reasons(board: &Board, on: &str) -> Vec<Reason> {
    board.on(on).reasons("Ann", "T")
}

#[test]
fn nothing_is_missing_unless_the_policy_requires_it() {
    let optional = Board::new().unit("T").staff("T", 9).post("Ann", "T").supporter("Ann", "T");
    assert_eq!(reasons(&optional.agreement(1, "2026-01-01", "2026-03-02"), "2026-11-16"), []);
}

#[test]
fn without_an_agreement_there_is_nothing_to_sign() {
    let board = board().agreement(1, "2026-11-17", "2027-01-16");
    assert_eq!(reasons(&board, "2026-11-16"), []);
    assert_eq!(
        reasons(&board, "2026-11-17"),
        [Reason::AgreementMissing],
        "no version before serves until it is signed"
    );
}

#[test]
fn a_signature_counts_from_its_day() {
    let board = board().agreement(1, "2026-01-01", "2026-03-02").signed("Ann", 1, "2026-11-16");
    assert_eq!(reasons(&board, "2026-11-15"), [Reason::AgreementMissing]);
    assert_eq!(board.on("2026-11-15").status("T"), Status::None);
    assert_eq!(reasons(&board, "2026-11-16"), []);
    assert_eq!(board.on("2026-11-16").status("T"), Status::Covered);
}

#[test]
fn an_earlier_signature_serves_until_the_last_day_to_sign() {
    let board = board().agreement(1, "2026-01-01", "2026-03-02").agreement(2, "2026-10-01", "2026-11-30").signed(
        "Ann",
        1,
        "2026-02-01",
    );
    assert_eq!(reasons(&board, "2026-11-30"), []);
    assert_eq!(reasons(&board, "2026-12-01"), [Reason::AgreementMissing]);
    let signed = board.clone().signed("Ann", 2, "2026-11-20");
    assert_eq!(reasons(&signed, "2026-12-01"), []);
    // Another version meanwhile: the first one's signature serves as long as the second one's last day allows.
    let third = board.agreement(3, "2026-11-10", "2027-01-09");
    assert_eq!(reasons(&third, "2026-11-30"), []);
    assert_eq!(reasons(&third, "2026-12-01"), [Reason::AgreementMissing]);
}

#[test]
fn the_last_day_to_sign_is_looked_ahead_at() {
    let board = board().agreement(1, "2026-01-01", "2026-03-02").agreement(2, "2026-10-01", "2026-11-30").signed(
        "Ann",
        1,
        "2026-02-01",
    );
    let answer = board.on("2026-11-16");
    assert_eq!(answer.status("T"), Status::AtRisk);
    assert_eq!(answer.risk("T"), Some(("2026-12-01".parse().unwrap(), Status::None)));
    let risk = answer.team("T").risk.as_ref().unwrap();
    assert_eq!(risk.causes, [Cause::Lost(Reason::AgreementMissing, 1)]);
    let published = risk.published_causes(&answer.index);
    assert_eq!(published, [PublishedCause::Work { reason: Reason::AgreementMissing, people: 1 }]);
    assert_eq!(risk.causes[0].sentence(&answer.index), "1 Peer Supporter will not have signed the agreement.");
}
