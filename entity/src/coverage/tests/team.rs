//! COVERAGE.md section 5: rows, figures and status of a team.

use super::board::{Board, day, terms, through};
use crate::coverage::roster::UnitIx;
use crate::value::{Reason, Status};

#[test]
fn a_unit_without_posts_and_allocations_has_no_row() {
    let answer = Board::new().unit("T").unit("U").staff("T", 2).today();
    assert!(answer.find_team("U").is_none() && answer.find_team("BOARD").is_none());
    assert_eq!(answer.coverage.teams.len(), 1);
}

#[test]
fn a_team_is_of_its_own_direct_posts() {
    let answer = Board::new().unit("P").below("P", "T").staff("P", 2).staff("T", 5).today();
    assert_eq!((answer.team("P").headcount, answer.team("T").headcount), (2, 5));
    assert_eq!(answer.unit("P").headcount, 7);
}

#[test]
fn wte_is_summed_over_posts() {
    let board = Board::new().unit("T").post_with("Ann", "T", |post| post.wte = 60);
    let answer = board.post_with("Ann", "T", |post| post.wte = 25).staff("T", 1).today();
    assert_eq!((answer.team("T").headcount, answer.team("T").wte), (2, 185));
}

#[test]
fn a_valid_allocation_gives_an_empty_unit_a_row() {
    let board = Board::new().unit("T").unit("U").staff("T", 3).post("Ann", "T");
    let board = board.supporter_with("Ann", "U", |allocation| {
        allocation.share = 600;
        allocation.terms = vec![terms(None, true, true)];
        allocation.validity = through("2026-11-10", "2026-11-20");
    });
    assert!(board.on("2026-11-09").find_team("U").is_none());
    assert!(board.on("2026-11-21").find_team("U").is_none());
    for on in ["2026-11-10", "2026-11-20"] {
        let answer = board.on(on);
        assert_eq!(answer.status("U"), Status::NotApplicable);
        // Nothing is required, but the supporter's standing and share are shown.
        assert_eq!(answer.figures("U"), (1, 600, None, None));
        assert_eq!((answer.team("U").headcount, answer.team("U").own_headcount), (0, 0));
        assert_eq!(answer.unit("U").active_supporters, 1);
    }
}

#[test]
fn without_staff_standing_uses_the_defaults() {
    let board = Board::new().unit("U").unit("T").staff("T", 3).post("Ann", "T").outside_supporter("Ann", "U");
    let board = board.away("Ann", "2026-11-10", "2026-12-05").policy("U", "2026-01-01", |policy| {
        policy.away_days = 7;
        policy.approval_months = 6;
        policy.certificate_months = 6;
    });
    assert_eq!(board.today().reasons("Ann", "U"), []);
    let lapsed = [Reason::Away, Reason::CertificateExpired, Reason::LineApprovalMissing, Reason::SeniorApprovalMissing];
    assert_eq!(board.staff("U", 2).today().reasons("Ann", "U"), lapsed);
}

#[test]
fn not_applicable_comes_before_exempt_before_unknown() {
    let board = Board::without_policy().unit("T").unit("U").post("Ann", "U").supporter("Ann", "T");
    let exempt = board.exempt("T", "2026-11-01", "2026-11-30");
    assert_eq!(exempt.today().status("T"), Status::NotApplicable);
    assert_eq!(exempt.staff("T", 3).today().status("T"), Status::Exempt);
}

#[test]
fn without_a_policy_a_team_is_unknown() {
    let board = Board::without_policy().unit("T").staff("T", 3).post("Ann", "T").supporter("Ann", "T");
    let answer = board.today();
    assert_eq!(answer.status("T"), Status::Unknown);
    assert_eq!(answer.figures("T"), (1, 1000, None, None));
    assert!(answer.team("T").policy.is_none() && answer.team("T").mix.is_empty());
    assert_eq!(answer.reasons("Ann", "T"), []);
    // 24 months from 30 November 2025.
    assert_eq!(board.on("2027-11-30").reasons("Ann", "T"), [Reason::LineApprovalMissing]);
}

#[test]
fn without_an_active_share_the_status_is_none() {
    let board = Board::new().unit("T").staff("T", 3).policy("T", "2026-01-01", |policy| policy.min_supporters = 0);
    let answer = board.today();
    assert_eq!(answer.status("T"), Status::None);
    assert_eq!(answer.figures("T"), (0, 0, Some(1), Some(1)));
}

#[test]
fn supporters_who_do_not_count_are_shown() {
    let answer = Board::new().unit("T").staff("T", 3).post("Ann", "T").post("Bob", "T");
    let answer = answer.supporter_with("Ann", "T", |allocation| allocation.terms = Vec::new());
    let answer = answer.supporter_with("Bob", "T", |allocation| allocation.validity = through("", "2026-10-01"));
    let answer = answer.today();
    assert_eq!(answer.status("T"), Status::None);
    assert_eq!(answer.team("T").not_counting, [(Reason::NoProtectedTime, 1)]);
    assert_eq!(answer.team("T").standings.len(), 2);
}

#[test]
fn a_future_allocation_shows_only_not_started() {
    // Until she comes, Ann is a Peer Supporter of U, and paused there.
    let board = Board::new().unit("T").unit("U").staff("T", 3).post("Ann", "U");
    let board = board.supporter_with("Ann", "U", |allocation| allocation.pauses = vec![through("2026-10-01", "")]);
    let board = board.supporter_with("Ann", "T", |allocation| allocation.validity = through("2027-01-01", ""));
    let answer = board.today();
    assert!(answer.reasons("Ann", "T").contains(&Reason::Paused));
    assert_eq!(answer.team("T").not_counting, [(Reason::NotStarted, 1)]);
    assert_eq!(answer.team("U").not_counting, [(Reason::Paused, 1)]);
}

#[test]
fn a_part_of_the_ratio_needs_a_whole_supporter() {
    let board = |staff| Board::new().unit("T").staff("T", staff).today().team("T").required;
    assert_eq!((board(1), board(25), board(26), board(50), board(51)), (Some(1), Some(1), Some(2), Some(2), Some(3)));
}

#[test]
fn the_people_test_may_fail_alone() {
    let board = Board::new().unit("T").staff("T", 9).post("Ann", "T").supporter("Ann", "T");
    let answer = board.policy("T", "2026-01-01", |policy| policy.min_supporters = 3).today();
    assert_eq!(answer.figures("T"), (1, 1000, Some(3), Some(2)));
    assert_eq!(answer.status("T"), Status::Partial);
}

#[test]
fn half_a_share_counts_as_a_person() {
    let board = |share| Board::new().unit("T").staff("T", 4).post("Ann", "T").share("Ann", "T", share).today();
    assert_eq!(board(500).figures("T"), (1, 500, Some(1), Some(0)));
    assert_eq!(board(499).figures("T"), (0, 499, Some(1), Some(1)));
}

#[test]
fn two_allocations_to_one_team_are_one_person() {
    let board = Board::new().unit("T").staff("T", 4).post("Ann", "T").share("Ann", "T", 300).share("Ann", "T", 200);
    assert_eq!(board.today().figures("T"), (1, 500, Some(1), Some(0)));
    // Only active shares are added: the second waits for its line approval.
    let board = Board::new().unit("T").staff("T", 4).post("Ann", "T").share("Ann", "T", 300);
    let answer = board.supporter_with("Ann", "T", |allocation| {
        allocation.share = 200;
        allocation.line[0].on = day("2026-12-01");
    });
    assert_eq!(answer.today().figures("T"), (0, 300, Some(1), Some(1)));
}

#[test]
fn an_exemption_applies_to_its_unit_and_days() {
    let board =
        Board::new().unit("P").below("P", "T").staff("P", 3).staff("T", 3).exempt("P", "2026-11-01", "2026-11-16");
    let answer = board.on("2026-11-16");
    assert_eq!((answer.status("P"), answer.status("T")), (Status::Exempt, Status::None));
    assert_eq!(board.on("2026-11-17").status("P"), Status::None);
    assert_eq!(board.on("2026-10-31").status("P"), Status::None);
    // What it would need is still shown.
    assert_eq!(answer.figures("P"), (0, 0, Some(1), Some(1)));
}

#[test]
fn one_supporter_for_several_people_is_a_single_point() {
    let board = Board::new().unit("T").unit("U").staff("T", 1).post("Ann", "U").outside_supporter("Ann", "T");
    assert!(!board.today().team("T").single_point, "one person needs no second supporter");
    let board = board.staff("T", 1);
    assert!(board.today().team("T").single_point);
    assert!(!board.clone().post("Bob", "U").outside_supporter("Bob", "T").today().team("T").single_point);
    // A small share more is capacity, but no second person.
    assert!(board.clone().post("Bob", "T").share("Bob", "T", 499).today().team("T").single_point);
    assert!(!board.clone().staff("T", 40).today().team("T").single_point, "a team that is not covered is no such team");
    let at_risk = board.away("Ann", "2026-12-01", "").today();
    assert_eq!((at_risk.status("T"), at_risk.team("T").single_point), (Status::AtRisk, true));
}

#[test]
fn rows_are_by_unit_code() {
    let answer = Board::new().unit("T2").unit("T10").unit("T1").staff("T2", 1).staff("T10", 1).staff("T1", 1).today();
    let code = |unit: UnitIx| answer.index.roster().units[unit.at()].code.as_str();
    assert_eq!(answer.coverage.teams.iter().map(|row| code(row.unit)).collect::<Vec<_>>(), ["T1", "T10", "T2"]);
    let units: Vec<_> = answer.coverage.units.iter().map(|row| code(row.unit)).collect();
    assert_eq!(units, ["BOARD", "T1", "T10", "T2"]);
}
