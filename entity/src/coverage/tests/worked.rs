//! The worked cases of COVERAGE.md section 9, one test each.

use super::board::{Board, NHS, TODAY, day, terms, through};
use crate::coverage::roster::Certificate;
use crate::period::Validity;
use crate::value::{Reason, Status, UnknownBecause};

#[test]
fn case_1_twenty_five_people_need_one_supporter() {
    let answer = Board::new().unit("T").staff("T", 24).post("Ann", "T").supporter("Ann", "T").today();
    assert_eq!(answer.team("T").headcount, 25);
    assert_eq!(answer.figures("T"), (1, 1000, Some(1), Some(0)));
    assert_eq!(answer.status("T"), Status::Covered);
}

#[test]
fn case_2_twenty_six_people_need_two_supporters() {
    let answer = Board::new().unit("T").staff("T", 25).post("Ann", "T").supporter("Ann", "T").today();
    assert_eq!(answer.team("T").headcount, 26);
    assert_eq!(answer.figures("T"), (1, 1000, Some(2), Some(1)));
    assert_eq!(answer.status("T"), Status::Partial);
}

#[test]
fn case_3_one_person_may_cover_two_teams() {
    let board = Board::new().unit("T1").unit("T2").staff("T1", 11).staff("T2", 12).post("Ann", "T1");
    let board = board.share("Ann", "T1", 500).supporter_with("Ann", "T2", |allocation| {
        (allocation.share, allocation.terms) = (500, vec![terms(None, true, true)]);
    });
    let answer = board.today();
    assert_eq!((answer.team("T1").headcount, answer.team("T2").headcount), (12, 12));
    assert_eq!((answer.status("T1"), answer.status("T2")), (Status::Covered, Status::Covered));
    assert_eq!(answer.unit("BOARD").active_supporters, 1);
    assert_eq!(answer.unit("BOARD").teams.covered(), 2);
}

#[test]
fn case_4_half_a_supporter_is_too_little_for_thirteen_people() {
    let answer = Board::new().unit("T").staff("T", 12).post("Ann", "T").share("Ann", "T", 500).today();
    assert_eq!(answer.figures("T"), (1, 500, Some(1), Some(1)));
    assert_eq!(answer.status("T"), Status::Partial);
}

#[test]
fn case_5_five_fifths_are_no_supporter() {
    let mut board = Board::new().unit("T").staff("T", 5);
    for person in ["Ann", "Bob", "Cat", "Dan", "Eve"] {
        board = board.post(person, "T").share(person, "T", 200);
    }
    let answer = board.today();
    assert_eq!(answer.team("T").headcount, 10);
    assert_eq!(answer.figures("T"), (0, 1000, Some(1), Some(1)));
    assert_eq!(answer.status("T"), Status::Partial);
}

#[test]
fn case_6_a_person_alone_is_not_their_own_peer() {
    let answer = Board::new().unit("T").post("Ann", "T").supporter("Ann", "T").today();
    assert_eq!(answer.reasons("Ann", "T"), [Reason::SoleMember]);
    assert_eq!(answer.status("T"), Status::None);
}

#[test]
fn case_7_a_certificate_ends_after_36_months() {
    let board = Board::new().unit("T").staff("T", 3).post("Ann", "T").level1("Ann", "2023-01-01");
    let board = board.pass("Ann", Certificate::Level2, "2023-03-31").supporter("Ann", "T");
    assert_eq!(board.on("2026-03-30").reasons("Ann", "T"), []);
    assert_eq!(board.on("2026-03-31").reasons("Ann", "T"), [Reason::CertificateExpired]);
}

#[test]
fn case_8_a_post_counts_on_its_end_date_and_not_after() {
    let board = Board::new().unit("T").staff("T", 3).supporter("Ann", "T");
    let board = board.post_with("Ann", "T", |post| post.validity = through("", "2026-11-15"));
    assert_eq!(board.on("2026-11-15").reasons("Ann", "T"), []);
    assert_eq!(board.on("2026-11-16").reasons("Ann", "T"), [Reason::Left]);
}

#[test]
fn case_9_one_person_cannot_approve_twice() {
    let mut board = Board::new().unit("T").staff("T", 3).post("Ann", "T");
    let approval = board.approval("Mia", "2026-01-01");
    let board = board.supporter_with("Ann", "T", |allocation| {
        allocation.line = vec![approval];
        allocation.senior = vec![approval];
    });
    assert_eq!(board.on(TODAY).reasons("Ann", "T"), [Reason::SeniorApprovalMissing]);
}

#[test]
fn case_10_two_posts_are_one_person_above() {
    let board = Board::new().unit("P").below("P", "T1").below("P", "T2").staff("T1", 1).staff("T2", 2);
    let answer = board.post("Ann", "T1").post("Ann", "T2").today();
    assert_eq!((answer.team("T1").headcount, answer.team("T2").headcount), (2, 3));
    assert_eq!((answer.unit("P").headcount, answer.unit("BOARD").headcount), (4, 4));
    assert_eq!(answer.unit("P").wte, 500);
}

/// Ann, a supporter of T, who moves to a post in U on 1 December; her allocation to T is unchanged.
fn case_11(is_outside_team: bool) -> Board {
    let board = Board::new().unit("T").unit("U").staff("T", 3).staff("U", 3);
    let board = board.post_with("Ann", "T", |post| post.validity = through("", "2026-11-30"));
    let board = board.post_with("Ann", "U", |post| post.validity = through("2026-12-01", ""));
    board.supporter_with("Ann", "T", |allocation| allocation.terms = vec![terms(None, true, is_outside_team)])
}

#[test]
fn case_11_a_supporter_who_moves_leaves_the_team() {
    let board = case_11(false);
    assert_eq!(board.on("2026-11-30").reasons("Ann", "T"), []);
    assert_eq!(board.on("2026-12-01").reasons("Ann", "T"), [Reason::NotInTeam]);
    assert_eq!(board.on("2026-12-01").status("T"), Status::None);
}

#[test]
fn case_12_cover_from_outside_counts_after_the_move() {
    let board = case_11(true);
    for on in ["2026-11-30", "2026-12-01"] {
        assert_eq!((board.on(on).reasons("Ann", "T"), board.on(on).status("T")), (vec![], Status::Covered));
    }
}

#[test]
fn case_13_approvals_of_two_years_add_up() {
    let board = Board::new().unit("T").staff("T", 3).post("Ann", "T").level1("Ann", "2024-01-01");
    let mut board = board.pass("Ann", Certificate::Level2, "2024-01-01");
    let days = ["2024-11-01", "2026-10-01"];
    let (line, senior) = (days.map(|on| board.approval("Lin", on)), days.map(|on| board.approval("Sam", on)));
    let board = board.supporter_with("Ann", "T", |allocation| {
        (allocation.line, allocation.senior) = (line.to_vec(), senior.to_vec());
        allocation.signed_off = vec![day("2024-11-01")];
    });
    assert_eq!(board.on("2025-06-15").reasons("Ann", "T"), []);
    assert_eq!(board.on("2026-11-15").reasons("Ann", "T"), []);
}

#[test]
fn case_14_a_rejected_row_makes_a_full_team_unknown() {
    let board = Board::new().unit("T").staff("T", 24).post("Ann", "T").supporter("Ann", "T");
    let answer = board.staff_list(NHS, TODAY, &[("T", 1)]).today();
    assert_eq!(answer.team("T").headcount, 25);
    assert_eq!(answer.known("T"), (Status::Unknown, Some(UnknownBecause::RowsNotRead)));
}

#[test]
fn case_15_a_trainer_of_the_sector_is_not_embedded() {
    let board = Board::new().unit("SECTOR").below("SECTOR", "V").level("V", "Service").staff("V", 29);
    let board = board.post("Ann", "V").supporter("Ann", "V").post("Tom", "SECTOR");
    let answer = board.trainer("Tom", "SECTOR", Validity::ALWAYS).today();
    let service = answer.unit("V");
    assert_eq!((service.headcount, service.trainers_met()), (30, Some(true)));
    let embedded = service.embedded.expect("a Service");
    assert_eq!((embedded.trainers, embedded.needed, embedded.is_met()), (0, 1, false));
}

#[test]
fn case_16_a_level_3_certificate_ends_after_36_months() {
    let board = Board::new().unit("T").post("Tom", "T").trainer_role("Tom", "T", Validity::ALWAYS);
    let board = board.pass("Tom", Certificate::Level3, "2023-03-31");
    assert_eq!(board.on("2026-03-30").unit("T").trainers, 1);
    assert_eq!(board.on("2026-03-31").unit("T").trainers, 0);
}

#[test]
fn case_17_a_linked_person_is_one_above_both_teams() {
    let board = Board::new().unit("P").below("P", "T1").below("P", "T2");
    let answer = board.post("Ann", "T1").post_for("Ann", "T2", "Council").today();
    assert_eq!((answer.team("T1").headcount, answer.team("T2").headcount), (1, 1));
    assert_eq!(answer.unit("P").headcount, 1);
}
