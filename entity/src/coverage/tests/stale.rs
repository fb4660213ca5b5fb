//! COVERAGE.md section 5, "Stale data": staff lists too old to show that a team is covered.

use super::board::{Board, NHS, TODAY, day, through};
use crate::value::{Status, UnknownBecause};

/// A team covered by Ann, with 92 days as the policy's limit, which on 16 November 2026 ends with 16 August.
fn covered() -> Board {
    Board::new().unit("T").unit("U").staff("T", 3).post("Ann", "T").supporter("Ann", "T")
}

const STALE: (Status, Option<UnknownBecause>) = (Status::Unknown, Some(UnknownBecause::DataStale));
const COVERED: (Status, Option<UnknownBecause>) = (Status::Covered, None);

#[test]
fn a_list_of_exactly_the_limit_is_not_stale() {
    assert_eq!(covered().staff_list(NHS, "2026-08-16", &[]).asked(TODAY, TODAY).known("T"), COVERED);
    assert_eq!(covered().staff_list(NHS, "2026-08-15", &[]).asked(TODAY, TODAY).known("T"), STALE);
}

#[test]
fn the_limit_is_that_of_the_teams_policy() {
    let board = covered().policy("T", "2026-01-01", |policy| policy.stale_days = 10);
    assert_eq!(board.clone().staff_list(NHS, "2026-11-06", &[]).asked(TODAY, TODAY).known("T"), COVERED);
    assert_eq!(board.staff_list(NHS, "2026-11-05", &[]).asked(TODAY, TODAY).known("T"), STALE);
}

#[test]
fn a_later_day_is_judged_by_the_age_today() {
    let board = covered().staff_list(NHS, "2026-08-16", &[]);
    assert_eq!(board.asked("2026-12-24", TODAY).known("T"), COVERED);
    assert_eq!(board.asked("2026-12-24", "2026-11-17").known("T"), STALE);
}

#[test]
fn a_day_before_today_is_never_stale() {
    let board = covered().staff_list(NHS, "2026-01-01", &[]);
    assert_eq!(board.asked("2026-11-15", TODAY).known("T"), COVERED);
    assert_eq!(board.asked("2026-11-16", TODAY).known("T"), STALE);
    assert_eq!(board.today().known("T"), COVERED);
}

#[test]
fn the_newest_list_of_an_employer_decides() {
    let board = covered().staff_list(NHS, "2026-11-10", &[]).staff_list(NHS, "2025-01-01", &[]);
    assert_eq!(board.asked(TODAY, TODAY).known("T"), COVERED);
    // The same for a list whose as-at day is later than the requested one.
    let later = covered().staff_list(NHS, "2026-12-24", &[]);
    assert_eq!(later.asked(TODAY, TODAY).known("T"), COVERED);
}

#[test]
fn an_employer_without_a_list_is_stale() {
    assert_eq!(covered().asked(TODAY, TODAY).known("T"), STALE);
}

#[test]
fn every_employer_in_the_team_needs_a_list() {
    let board = covered().staff_list(NHS, TODAY, &[]).staff_list("Council", "2026-01-01", &[]);
    assert_eq!(board.asked(TODAY, TODAY).known("T"), COVERED);
    assert_eq!(board.clone().post_for("Bob", "T", "Council").asked(TODAY, TODAY).known("T"), STALE);
    // A post elsewhere of a colleague who supports no one is not among them, nor is a Bank post.
    let elsewhere = board.clone().post("Bob", "T").post_for("Bob", "U", "Council");
    assert_eq!(elsewhere.asked(TODAY, TODAY).known("T"), COVERED);
    let mut bank = board.post_for("Bob", "T", "Council");
    bank.roster.posts.last_mut().expect("the post").bank = true;
    assert_eq!(bank.asked(TODAY, TODAY).known("T"), COVERED);
}

#[test]
fn so_does_every_employer_of_active_supporters() {
    let board = covered().staff_list(NHS, TODAY, &[]).staff_list("Council", "2026-01-01", &[]);
    let board = board.post_for("Eve", "U", "Council");
    let active = board.clone().outside_supporter("Eve", "T");
    assert_eq!(active.asked(TODAY, TODAY).known("T"), STALE);
    // The second post of a supporter of the team also counts, in any unit.
    assert_eq!(board.clone().post_for("Ann", "U", "Council").asked(TODAY, TODAY).known("T"), STALE);
    let inactive = board.supporter("Eve", "T");
    assert_eq!(inactive.asked(TODAY, TODAY).known("T"), COVERED);
}

#[test]
fn a_group_rests_on_the_lists_of_all_members() {
    let board = covered().staff_list(NHS, TODAY, &[]).staff_list("Council", "2026-01-01", &[]);
    let board = board.post_for("Bob", "U", "Council").group("pair", &["T", "U"]);
    assert_eq!(board.asked(TODAY, TODAY).known("T"), STALE);
}

#[test]
fn gaps_stay_as_they_were_known() {
    let partial = covered().staff("T", 30).staff_list(NHS, "2026-01-01", &[]).asked(TODAY, TODAY);
    assert_eq!((partial.known("T"), partial.figures("T")), ((Status::Partial, None), (1, 1000, Some(2), Some(1))));
    let exempt = covered().exempt("T", "2026-11-01", "2026-11-30").asked(TODAY, TODAY);
    assert_eq!(exempt.known("T"), (Status::Exempt, None));
}

#[test]
fn a_team_at_risk_becomes_unknown_too() {
    let board = covered().away("Ann", "2026-12-01", "").staff_list(NHS, "2026-01-01", &[]);
    assert_eq!(board.today().status("T"), Status::AtRisk);
    let answer = board.asked(TODAY, TODAY);
    assert_eq!((answer.known("T"), answer.risk("T"), answer.team("T").single_point), (STALE, None, false));
}

#[test]
fn the_forecast_ignores_the_age_of_lists() {
    let board = covered().staff_list(NHS, "2026-08-16", &[]);
    // In ten days the list would be too old, but that is no event.
    assert_eq!(board.asked(TODAY, TODAY).risk("T"), None);
}

#[test]
fn the_first_reason_that_holds_is_told() {
    let board = covered().staff("T", 19).staff_list(NHS, "2026-01-01", &[("T", 3)]);
    assert_eq!(board.asked(TODAY, TODAY).known("T"), (Status::Unknown, Some(UnknownBecause::RowsNotRead)));
    // Two rows would not open a gap, so they are no reason.
    let fewer = covered().staff("T", 19).staff_list(NHS, "2026-01-01", &[("T", 2)]);
    assert_eq!(fewer.asked(TODAY, TODAY).known("T"), STALE);
    let without = Board::without_policy().unit("T").staff("T", 3).staff_list(NHS, "2026-01-01", &[("T", 2)]);
    assert_eq!(without.asked(TODAY, TODAY).known("T"), (Status::Unknown, Some(UnknownBecause::NoPolicy)));
}

#[test]
fn employers_with_equal_names_have_separate_lists() {
    // "NHS" and another key of the same value: a new list of one says nothing about the people of the other.
    let board = covered().staff_list(NHS, "2026-01-01", &[]).staff_list_in(1, NHS, "2026-11-10", &[]);
    assert_eq!(board.asked(TODAY, TODAY).known("T"), STALE);
    let board =
        covered().staff("T", 19).staff_list(NHS, "2026-11-01", &[("T", 3)]).staff_list_in(1, NHS, "2026-11-10", &[]);
    assert_eq!(
        board.asked(TODAY, TODAY).known("T"),
        (Status::Unknown, Some(UnknownBecause::RowsNotRead)),
        "the rows of the first are still not read"
    );
}

#[test]
fn every_answer_tells_its_oldest_list() {
    let board = covered().staff_list(NHS, "2026-11-01", &[]).staff_list("Council", "2026-10-01", &[]);
    let oldest = |board: &Board, unit: &str| {
        let answer = board.today();
        let team = answer.find_team(unit).and_then(|row| row.oldest_list).map(|(as_at, _)| as_at);
        (team, answer.unit(unit).oldest_list.map(|(as_at, _)| as_at))
    };
    assert_eq!(oldest(&board, "T"), (Some(day("2026-11-01")), Some(day("2026-11-01"))));
    assert_eq!(oldest(&board, "U"), (None, None));
    let board = board.post_for("Bob", "U", "Council");
    assert_eq!(oldest(&board, "BOARD").1, Some(day("2026-10-01")));
}

#[test]
fn a_unit_rests_on_the_lists_of_supporters_from_outside() {
    let board = covered().unit("P").below("P", "V").staff("V", 2).post_for("Eve", "U", "Council");
    let board = board.outside_supporter("Eve", "V");
    let board = board.staff_list(NHS, "2026-11-01", &[]).staff_list("Council", "2026-10-01", &[]);
    let oldest = |answer: &super::board::Answer, unit: &str| answer.unit(unit).oldest_list.map(|(as_at, _)| as_at);
    assert_eq!(oldest(&board.today(), "P"), Some(day("2026-10-01")));
    // With no one left in V, the allocation still has its row, which depends on the same lists.
    let empty = board.open("V", through("", "2026-11-15")).today();
    assert_eq!(oldest(&empty, "P"), Some(day("2026-10-01")));
}
