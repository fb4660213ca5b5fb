//! The worked cases of COVERAGE.md section 9, one test each.

use super::board::{Board, TODAY, day, through};
use crate::coverage::roster::{Approval, Certificate};
use crate::value::{Reason, Status};

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
fn case_3_one_person_halved_between_two_teams_covers_both_and_is_one_person_above_them() {
    let board = Board::new().unit("T1").unit("T2").staff("T1", 11).staff("T2", 12).post("Ann", "T1");
    let answer = board.share("Ann", "T1", 500).share("Ann", "T2", 500).today();
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
fn case_5_five_supporters_of_a_fifth_each_are_nobody_to_turn_to() {
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
fn case_7_a_certificate_of_36_months_counts_on_the_day_before_and_not_on_the_day() {
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
fn case_9_one_person_cannot_approve_as_line_and_as_senior_manager() {
    let mut board = Board::new().unit("T").staff("T", 3).post("Ann", "T");
    let approval = Approval { on: Some(day("2026-01-01")), by: Some(board.person("Mia")) };
    let board = board.supporter_with("Ann", "T", |allocation| {
        allocation.line = approval;
        allocation.senior = approval;
    });
    assert_eq!(board.on(TODAY).reasons("Ann", "T"), [Reason::SeniorApprovalMissing]);
}

#[test]
fn case_10_a_person_with_posts_in_two_teams_is_one_person_above_them() {
    let board = Board::new().unit("P").below("P", "T1").below("P", "T2").staff("T1", 1).staff("T2", 2);
    let answer = board.post("Ann", "T1").post("Ann", "T2").today();
    assert_eq!((answer.team("T1").headcount, answer.team("T2").headcount), (2, 3));
    assert_eq!((answer.unit("P").headcount, answer.unit("BOARD").headcount), (4, 4));
    assert_eq!(answer.unit("P").wte, 500);
}
