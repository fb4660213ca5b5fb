//! AT_RISK (COVERAGE.md section 5): later days are assessed like today.

use super::board::{Board, day, through};
use crate::coverage::Cause;
use crate::coverage::roster::{Allocation, Certificate, Post};
use crate::value::{Reason, Status};

/// A team of four with Ann in it, who covers it.
fn covered() -> Board {
    Board::new().unit("T").staff("T", 3).post("Ann", "T").supporter("Ann", "T")
}

fn covered_with(change: impl FnOnce(&mut Allocation)) -> Board {
    Board::new().unit("T").staff("T", 3).post("Ann", "T").supporter_with("Ann", "T", change)
}

fn causes(board: &Board, on: &str) -> Vec<Cause> {
    board.on(on).team("T").risk.clone().expect("a risk").causes
}

#[test]
fn a_team_that_stays_covered_is_covered() {
    let answer = covered().today();
    assert_eq!((answer.status("T"), answer.risk("T")), (Status::Covered, None));
}

#[test]
fn the_horizon_ends_with_its_last_day() {
    let board = covered_with(|allocation| allocation.validity = through("", "2027-01-14"));
    // The first day without Ann is 15 January 2027: 60 days after 16 November 2026.
    assert_eq!(board.on("2026-11-15").status("T"), Status::Covered);
    assert_eq!(board.on("2026-11-16").status("T"), Status::AtRisk);
    assert_eq!(board.on("2026-11-16").risk("T"), Some((day("2027-01-15"), Status::None)));
    assert_eq!(causes(&board, "2026-11-16"), [Cause::Lost(Reason::StoodDown, 1)]);
    assert_eq!(board.on("2027-01-15").status("T"), Status::None);
    assert_eq!(board.on("2027-01-15").risk("T"), None);
}

#[test]
fn the_horizon_is_that_of_todays_policy() {
    let board = covered().policy("T", "2026-12-01", |policy| (policy.min_supporters, policy.horizon_days) = (2, 0));
    assert_eq!(board.on("2026-11-16").risk("T"), Some((day("2026-12-01"), Status::Partial)));
    assert_eq!(causes(&board, "2026-11-16"), [Cause::Policy(board.place("T"))]);
    let short = board.policy("T", "2026-11-01", |policy| policy.horizon_days = 14);
    assert_eq!(short.on("2026-11-16").status("T"), Status::Covered);
    assert_eq!(short.on("2026-11-17").status("T"), Status::AtRisk);
    let none = covered_with(|allocation| allocation.validity = through("", "2026-11-16"));
    let none = none.policy("T", "2026-01-01", |policy| policy.horizon_days = 0);
    assert_eq!(none.on("2026-11-16").status("T"), Status::Covered);
}

#[test]
fn a_policy_to_come_may_shorten_a_certificate() {
    // 36 months from 1 October 2025 are far away, but 14 are over on the day on which the new policy begins.
    let board = covered().policy("BOARD", "2026-12-15", |policy| policy.certificate_months = 14);
    assert_eq!(board.today().risk("T"), Some((day("2026-12-15"), Status::None)));
    // 15 months end two weeks later.
    let board = covered().policy("BOARD", "2026-12-15", |policy| policy.certificate_months = 15);
    assert_eq!(board.today().risk("T"), Some((day("2027-01-01"), Status::None)));
}

#[test]
fn lapsing_approvals_and_certificates_are_risks() {
    let board = covered_with(|allocation| allocation.senior[0].on = day("2024-12-25"));
    assert_eq!(board.today().risk("T"), Some((day("2026-12-25"), Status::None)));
    assert_eq!(causes(&board, "2026-11-16"), [Cause::Lost(Reason::SeniorApprovalMissing, 1)]);
    let board = Board::new().unit("T").staff("T", 3).post("Ann", "T").level1("Ann", "2023-01-01");
    let board = board.pass("Ann", Certificate::Level2, "2023-12-31").supporter("Ann", "T");
    assert_eq!(board.today().risk("T"), Some((day("2026-12-31"), Status::None)));
    // A refresher on file for the day itself keeps it; one a day later leaves a day without.
    assert_eq!(board.clone().pass("Ann", Certificate::Refresher, "2026-12-31").today().status("T"), Status::Covered);
    let late = board.pass("Ann", Certificate::Refresher, "2027-01-01").today();
    assert_eq!(late.risk("T"), Some((day("2026-12-31"), Status::None)));
}

#[test]
fn long_absences_and_pauses_are_risks() {
    let short = covered().away("Ann", "2026-12-01", "2026-12-28");
    assert_eq!(short.today().status("T"), Status::Covered);
    let touching = short.away("Ann", "2026-12-29", "2026-12-29");
    assert_eq!(touching.today().risk("T"), Some((day("2026-12-01"), Status::None)));
    // A pause filed on an allocation to another unit, too.
    let paused = covered().unit("U").supporter_with("Ann", "U", |allocation| {
        allocation.pauses = vec![through("2026-12-10", "")];
    });
    assert_eq!(paused.today().risk("T"), Some((day("2026-12-10"), Status::None)));
}

#[test]
fn an_ended_allocation_shows_only_that_it_ended() {
    let board = covered_with(|allocation| allocation.validity = through("", "2026-12-09"));
    let board = board.unit("U").supporter_with("Ann", "U", |allocation| {
        allocation.pauses = vec![through("2026-12-10", "")];
    });
    assert_eq!(causes(&board, "2026-11-16"), [Cause::Lost(Reason::StoodDown, 1)]);
    let end = |post: &mut Post| post.validity = through("", "2026-12-09");
    let left = Board::new().unit("T").staff("T", 3).post_with("Ann", "T", end);
    let left = left.supporter_with("Ann", "T", |allocation| allocation.validity = through("", "2026-12-09"));
    assert_eq!(causes(&left, "2026-11-16"), [Cause::Lost(Reason::StoodDown, 1)]);
}

#[test]
fn posts_that_begin_may_be_too_many() {
    let mut board = covered().staff("T", 21);
    assert_eq!(board.today().team("T").headcount, 25);
    board = board.post_with("New", "T", |post| post.validity = through("2026-12-24", "2026-12-26"));
    assert_eq!(board.today().risk("T"), Some((day("2026-12-24"), Status::Partial)));
    assert_eq!(causes(&board, "2026-11-16"), [Cause::Headcount(25, 26)]);
}

#[test]
fn departing_colleagues_may_be_a_risk() {
    let end = |post: &mut Post| post.validity = through("", "2026-12-31");
    let alone = Board::new().unit("T").post("Ann", "T").supporter("Ann", "T").post_with("Bob", "T", end);
    assert_eq!(alone.today().risk("T"), Some((day("2027-01-01"), Status::None)));
    assert!(causes(&alone, "2026-11-16").contains(&Cause::Lost(Reason::SoleMember, 1)));
    let managed = Board::new().unit("T").post("Ann", "T").supporter("Ann", "T").post_with("Bob", "T", end);
    let managed = managed.post_under("Cat", "T", "Ann").post_under("Dan", "T", "Ann");
    assert!(causes(&managed, "2026-11-16").contains(&Cause::Lost(Reason::LineManager, 1)));
}

#[test]
fn a_closing_unit_takes_its_supporters_away() {
    let closing = covered().open("T", through("", "2026-11-30"));
    assert_eq!(closing.today().status("T"), Status::Covered);
    assert_eq!(closing.on("2026-12-01").status("T"), Status::NotApplicable);
    let board = Board::new().unit("T").unit("U").staff("T", 3).post("Ann", "U").outside_supporter("Ann", "T");
    let board = board.open("U", through("", "2026-11-30"));
    assert_eq!(board.today().risk("T"), Some((day("2026-12-01"), Status::None)));
    assert_eq!(causes(&board, "2026-11-16"), [Cause::Lost(Reason::Left, 1)]);
}

#[test]
fn the_end_of_an_exemption_may_be_a_risk() {
    let board = covered_with(|allocation| allocation.validity = through("", "2026-12-04"));
    let exempt = board.exempt("T", "2026-12-01", "2026-12-20");
    // Ann goes while the team is exempt; the first bare day is the one after the exemption.
    assert_eq!(exempt.today().risk("T"), Some((day("2026-12-21"), Status::None)));
    let longer = exempt.exempt("T", "2026-12-21", "2027-06-30");
    assert_eq!(longer.today().status("T"), Status::Covered);
    // A team that is exempt today is exempt, whatever comes.
    assert_eq!(longer.on("2026-12-02").status("T"), Status::Exempt);
}

#[test]
fn a_mix_rule_may_fail_by_posts_elsewhere() {
    let board = Board::new().unit("T").unit("U").must_mix("T", "2026-01-01", "2 different job_family");
    let nurses = board.post_as("Ann", "T", "Nursing").post_as("Bob", "T", "Nursing").supporter("Ann", "T");
    assert_eq!(nurses.today().status("T"), Status::Covered);
    let mut applies = nurses.clone();
    let word = applies.roster.words.value("Medicine");
    applies =
        applies.post_with("Bob", "U", |post| (post.validity, post.job_family) = (through("2026-12-01", ""), word));
    assert_eq!(applies.today().risk("T"), Some((day("2026-12-01"), Status::MixGap)));
    assert_eq!(causes(&applies, "2026-11-16"), [Cause::Mix("2 different job_family".to_owned())]);
    // Ann's own second post, elsewhere, gives the other value until its unit closes.
    let fails = applies.post_as("Ann", "U", "Medicine").post_as("Cat", "T", "Medicine");
    assert_eq!(fails.today().status("T"), Status::Covered);
    assert_eq!(fails.open("U", through("", "2026-12-24")).today().risk("T"), Some((day("2026-12-25"), Status::MixGap)));
}

#[test]
fn a_group_is_at_risk_together() {
    let board =
        Board::new().unit("T").unit("U").group("pair", &["T", "U"]).staff("T", 3).staff("U", 3).post("Ann", "U");
    let board = board.supporter_with("Ann", "U", |allocation| allocation.validity = through("", "2026-12-04"));
    let answer = board.today();
    assert_eq!(answer.risk("T"), Some((day("2026-12-05"), Status::None)));
    assert_eq!(answer.risk("U"), answer.risk("T"));
}

#[test]
fn an_emptied_member_takes_its_allocations_along() {
    let board = Board::new().unit("T").unit("U").unit("V").group("pair", &["T", "U"]).staff("T", 3).post("Ann", "V");
    let board = board.post_with("Bob", "U", |post| post.validity = through("", "2026-11-30"));
    let board = board.outside_supporter("Ann", "U");
    let answer = board.today();
    assert_eq!((answer.status("T"), answer.status("U")), (Status::AtRisk, Status::AtRisk));
    assert_eq!(answer.risk("T"), Some((day("2026-12-01"), Status::None)));
    // Ann still has a post and counts for no team: it is the unit that leaves the group.
    assert_eq!(causes(&board, "2026-11-16"), [Cause::Emptied(1)]);
    let sentence = Cause::Emptied(1).sentence(&answer.index);
    assert_eq!(sentence, "1 Peer Supporter will be allocated to a unit where no one works.");
    assert_eq!(board.on("2026-12-01").reasons("Ann", "U"), []);
}

#[test]
fn a_unit_that_joins_brings_its_policy() {
    let board = Board::new().unit("P").below("P", "T").unit("A").group("pair", &["T", "A"]).staff("T", 3);
    let board = board.post("Ann", "T").supporter("Ann", "T");
    let board = board.post_with("New", "A", |post| post.validity = through("2026-12-01", ""));
    assert_eq!(board.today().status("T"), Status::Covered);
    let stricter = board.policy("A", "2026-01-01", |policy| policy.min_supporters = 2);
    assert_eq!(stricter.today().risk("T"), Some((day("2026-12-01"), Status::Partial)));
}

#[test]
fn a_group_may_come_to_have_no_policy() {
    let board = Board::without_policy().unit("P").below("P", "T").policy("P", "2026-01-01", |_| {});
    let board = board.unit("A").group("pair", &["T", "A"]).staff("T", 3).post("Ann", "T").supporter("Ann", "T");
    let board = board.post_with("New", "A", |post| post.validity = through("2026-12-01", ""));
    assert_eq!(board.today().risk("T"), Some((day("2026-12-01"), Status::Unknown)));
    assert!(causes(&board, "2026-11-16").contains(&Cause::NoPolicy));
}

#[test]
fn only_a_covered_team_is_at_risk() {
    let partial = covered_with(|allocation| allocation.validity = through("", "2026-11-20")).staff("T", 30);
    assert_eq!((partial.today().status("T"), partial.today().risk("T")), (Status::Partial, None));
}

#[test]
fn a_successor_who_starts_in_time_keeps_the_team_covered() {
    let board = covered_with(|allocation| allocation.validity = through("", "2026-11-30"));
    let in_time = |first| {
        let board = board.clone().post("Bob", "T");
        board.supporter_with("Bob", "T", |allocation| allocation.validity = through(first, "")).today().risk("T")
    };
    assert_eq!(in_time("2026-12-01"), None);
    assert_eq!(in_time("2026-12-02"), Some((day("2026-12-01"), Status::None)));
}
