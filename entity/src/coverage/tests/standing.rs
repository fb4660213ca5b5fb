//! COVERAGE.md section 4, reason by reason; absences have their own file.

use super::board::{Board, TODAY, day, through};
use crate::coverage::roster::{Allocation, Certificate};
use crate::value::Reason;

/// A team of four with Ann in it, who is not a supporter yet.
fn team() -> Board {
    Board::new().unit("T").staff("T", 3).post("Ann", "T")
}

fn reasons_of(change: impl FnOnce(&mut Allocation)) -> Vec<Reason> {
    team().supporter_with("Ann", "T", change).today().reasons("Ann", "T")
}

#[test]
fn a_supporter_with_everything_in_order_is_active() {
    let answer = team().supporter("Ann", "T").today();
    assert_eq!(answer.reasons("Ann", "T"), []);
    assert!(answer.coverage.standings[0].reasons.is_active());
    assert_eq!(answer.coverage.standings[0].reasons.headline(), None);
}

#[test]
fn every_reason_is_listed_in_order() {
    let board = Board::new().unit("T").post("Bob", "T").away("Ann", "2026-09-01", "2026-12-31");
    let board = board.pass("Ann", Certificate::Refresher, "2020-01-01").supporter_with("Ann", "T", |allocation| {
        allocation.validity = through("2027-01-01", "2026-01-01");
        allocation.pauses = vec![through("2026-11-01", "")];
        allocation.line = Vec::new();
        allocation.senior = Vec::new();
        allocation.terms = Vec::new();
        allocation.signed_off = Vec::new();
    });
    let board = board.policy("T", "2026-01-01", |policy| policy.agreement_required = true);
    let answer = board.agreement(1, "2026-01-01", "2026-03-02").today();
    let all_but = [Reason::NotInTeam, Reason::LineManager, Reason::SoleMember];
    let expected: Vec<_> = Reason::ALL.iter().copied().filter(|reason| !all_but.contains(reason)).collect();
    assert_eq!(answer.reasons("Ann", "T"), expected);
    assert_eq!(answer.coverage.standings[0].reasons.headline(), Some(Reason::Left));
}

#[test]
fn only_a_bank_or_later_post_means_left() {
    let bank = Board::new().unit("T").staff("T", 3).post_with("Ann", "T", |post| post.bank = true);
    assert_eq!(bank.supporter("Ann", "T").today().reasons("Ann", "T"), [Reason::Left]);
    let board = Board::new().unit("T").staff("T", 3);
    let later = board.post_with("Ann", "T", |post| post.validity = through("2026-11-17", "")).supporter("Ann", "T");
    assert_eq!(later.on("2026-11-16").reasons("Ann", "T"), [Reason::Left]);
    assert_eq!(later.on("2026-11-17").reasons("Ann", "T"), []);
}

#[test]
fn only_a_post_in_a_closed_unit_means_left() {
    let board = Board::new().unit("T").unit("U").staff("T", 3).post("Ann", "U").outside_supporter("Ann", "T");
    let board = board.open("U", through("", "2026-11-15"));
    assert_eq!(board.on("2026-11-15").reasons("Ann", "T"), []);
    assert_eq!(board.on("2026-11-16").reasons("Ann", "T"), [Reason::Left]);
}

#[test]
fn start_and_end_belong_to_the_allocation() {
    let board = team().unit("U").staff("U", 3).post("Ann", "U").supporter("Ann", "T");
    let board = board.supporter_with("Ann", "U", |allocation| allocation.validity = through("", "2026-10-31"));
    assert_eq!(board.today().reasons("Ann", "T"), []);
    assert_eq!(board.today().reasons("Ann", "U"), [Reason::StoodDown]);
    assert_eq!(reasons_of(|allocation| allocation.validity = through("2026-11-17", "")), [Reason::NotStarted]);
    assert_eq!(reasons_of(|allocation| allocation.validity = through("2026-11-16", "2026-11-16")), []);
}

#[test]
fn a_pause_of_any_allocation_pauses_the_whole_role() {
    let board = team().unit("U").staff("U", 3).post("Ann", "U").supporter("Ann", "T").supporter_with(
        "Ann",
        "U",
        |allocation| {
            // The allocation has ended, but its pause is still a pause of the role.
            allocation.validity = through("", "2026-10-31");
            allocation.pauses = vec![through("2026-11-10", "2026-11-20")];
        },
    );
    assert_eq!(board.on("2026-11-09").reasons("Ann", "T"), []);
    assert_eq!(board.on("2026-11-10").reasons("Ann", "T"), [Reason::Paused]);
    assert_eq!(board.on("2026-11-20").reasons("Ann", "U"), [Reason::StoodDown, Reason::Paused]);
    assert_eq!(board.on("2026-11-21").reasons("Ann", "T"), []);
}

#[test]
fn a_pause_pauses_one_person() {
    let pause = through("2026-11-10", "");
    let board = team().post("Bob", "T").supporter("Bob", "T");
    let answer = board.supporter_with("Ann", "T", |allocation| allocation.pauses = vec![pause]).today();
    assert_eq!((answer.reasons("Ann", "T"), answer.reasons("Bob", "T")), (vec![Reason::Paused], vec![]));
}

#[test]
fn level_1_and_level_2_count_from_the_day_of_the_pass() {
    let none = team().pass("Ann", Certificate::Level3, "2026-01-01").supporter("Ann", "T");
    assert_eq!(none.today().reasons("Ann", "T"), [Reason::Level1Missing, Reason::Level2Missing]);
    let board = team().level1("Ann", "2026-11-16").pass("Ann", Certificate::Level2, "2026-11-16").supporter("Ann", "T");
    assert_eq!(board.on("2026-11-15").reasons("Ann", "T"), [Reason::Level1Missing, Reason::Level2Missing]);
    assert_eq!(board.on("2026-11-16").reasons("Ann", "T"), []);
}

#[test]
fn a_refresher_is_no_level_2_pass() {
    let board = team().level1("Ann", "2023-01-01").pass("Ann", Certificate::Level2, "2023-03-31");
    let renewed = board.pass("Ann", Certificate::Refresher, "2026-03-31").supporter("Ann", "T");
    // The refresher is on the day on which the old certificate would have expired.
    assert_eq!(renewed.on("2026-03-31").reasons("Ann", "T"), []);
    assert_eq!(renewed.on("2027-12-01").reasons("Ann", "T"), [Reason::LineApprovalMissing]);
    let board = team().level1("Ann", "2023-01-01").pass("Ann", Certificate::Refresher, "2023-01-31");
    let board = board.supporter("Ann", "T");
    assert_eq!(board.on("2026-01-30").reasons("Ann", "T"), [Reason::Level2Missing]);
    assert_eq!(board.on("2026-01-31").reasons("Ann", "T"), [Reason::Level2Missing, Reason::CertificateExpired]);
}

#[test]
fn a_leap_day_certificate_ends_in_february() {
    let board = team().level1("Ann", "2024-01-01").pass("Ann", Certificate::Level2, "2024-02-29").supporter("Ann", "T");
    assert_eq!(board.on("2027-02-27").reasons("Ann", "T"), []);
    assert_eq!(board.on("2027-02-28").reasons("Ann", "T"), [Reason::CertificateExpired]);
    let two = board.policy("T", "2020-01-01", |policy| policy.certificate_months = 25);
    assert_eq!(two.on("2026-03-28").reasons("Ann", "T"), []);
    assert_eq!(two.on("2026-03-29").reasons("Ann", "T"), [Reason::CertificateExpired]);
}

#[test]
fn an_earlier_pass_does_not_shorten_a_later_one() {
    let board = team().level1("Ann", "2020-01-01").pass("Ann", Certificate::Level2, "2025-01-01");
    let board = board.pass("Ann", Certificate::Level2, "2020-01-01").supporter("Ann", "T");
    assert_eq!(board.today().reasons("Ann", "T"), []);
    // A future pass does not help today: the last one until then is from 2020.
    assert_eq!(board.on("2024-06-01").reasons("Ann", "T")[0], Reason::CertificateExpired);
}

#[test]
fn a_sign_off_counts_from_its_day() {
    assert_eq!(reasons_of(|allocation| allocation.signed_off = Vec::new()), [Reason::NotSignedOff]);
    assert_eq!(reasons_of(|allocation| allocation.signed_off = vec![day("2026-11-17")]), [Reason::NotSignedOff]);
    assert_eq!(reasons_of(|allocation| allocation.signed_off = vec![day("2026-11-16")]), []);
}

#[test]
fn a_supporter_needs_protected_time() {
    assert_eq!(reasons_of(|allocation| allocation.terms = Vec::new()), [Reason::NoProtectedTime]);
}

#[test]
fn a_line_manager_of_exactly_half_counts() {
    let half = Board::new().unit("T").post("Ann", "T").post("Bob", "T").supporter("Ann", "T");
    let half = half.post_under("Cat", "T", "Ann").post_under("Dan", "T", "Ann");
    assert_eq!(half.today().reasons("Ann", "T"), []);
    let more = half.post_under("Eve", "T", "Ann");
    assert_eq!(more.today().reasons("Ann", "T"), [Reason::LineManager]);
}

#[test]
fn managed_people_are_counted_once_by_posts_there() {
    // Cat's two posts name Ann twice, Dan's bank post and the others' posts elsewhere do not count: one of five.
    let board = Board::new().unit("T").unit("U").post("Ann", "T").supporter("Ann", "T");
    let board = board.post_under("Cat", "T", "Ann").post_under("Cat", "T", "Ann");
    let board = board.post("Dan", "T").post("Eve", "T").post("Gus", "T");
    let mut board = board.post_under("Eve", "U", "Ann").post_under("Gus", "U", "Ann");
    let ann = board.person("Ann");
    let board = board.post_with("Dan", "T", |post| (post.bank, post.line_manager) = (true, Some(ann)));
    assert_eq!(board.on(TODAY).reasons("Ann", "T"), []);
    // A second post that names another manager does not undo the first: Cat, Dan, Fay and Hal are four of seven.
    let board = board.post_under("Cat", "T", "Bob").post_under("Dan", "T", "Ann");
    let board = board.post_under("Fay", "T", "Ann");
    assert_eq!(board.today().reasons("Ann", "T"), []);
    let board = board.post_under("Hal", "T", "Ann");
    assert_eq!(board.today().reasons("Ann", "T"), [Reason::LineManager]);
}

#[test]
fn a_line_manager_from_outside_does_not_count() {
    let board = Board::new().unit("T").unit("U").post("Ann", "U").outside_supporter("Ann", "T");
    let board = board.post_under("Cat", "T", "Ann").post_under("Dan", "T", "Ann").post("Eve", "T");
    assert_eq!(board.today().reasons("Ann", "T"), [Reason::LineManager]);
}

#[test]
fn the_sole_member_is_listed_beside_other_reasons_and_last() {
    let board = Board::new().unit("T").post("Ann", "T");
    let answer = board.supporter_with("Ann", "T", |allocation| allocation.terms = Vec::new()).today();
    assert_eq!(answer.reasons("Ann", "T"), [Reason::NoProtectedTime, Reason::SoleMember]);
}

#[test]
fn two_posts_of_one_person_are_one_member() {
    let answer = Board::new().unit("T").post("Ann", "T").post("Ann", "T").supporter("Ann", "T").today();
    assert_eq!(answer.reasons("Ann", "T"), [Reason::SoleMember]);
}

#[test]
fn a_supporter_from_elsewhere_counts_for_a_team_of_one() {
    let answer =
        Board::new().unit("T").unit("U").post("Bob", "T").post("Ann", "U").outside_supporter("Ann", "T").today();
    assert_eq!(answer.reasons("Ann", "T"), []);
    assert!(!answer.team("T").single_point);
}
