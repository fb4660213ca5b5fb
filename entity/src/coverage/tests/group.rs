//! Cover groups (COVERAGE.md section 2): teams that are assessed together, as one team.

use super::board::{Answer, Board, TODAY, day, through};
use crate::coverage::roster::UnitIx;
use crate::value::{Reason, Status};

/// T1 and T2 in one group, with so many people each.
fn pair(first: u32, second: u32) -> Board {
    Board::new().unit("T1").unit("T2").group("pair", &["T1", "T2"]).staff("T1", first).staff("T2", second)
}

fn members(answer: &Answer, unit: &str) -> Vec<String> {
    let code = |unit: &UnitIx| answer.index.roster().units[unit.at()].code.clone();
    answer.team(unit).assessed_with.iter().map(code).collect()
}

#[test]
fn each_member_shows_the_figures_and_status_of_the_group() {
    let answer = pair(12, 12).post("Ann", "T1").post("Ann", "T2").supporter("Ann", "T1").today();
    for unit in ["T1", "T2"] {
        let row = answer.team(unit);
        assert_eq!((row.headcount, row.own_headcount, row.wte), (25, 13, 2600));
        assert_eq!(answer.figures(unit), (1, 1000, Some(1), Some(0)));
        assert_eq!((answer.status(unit), row.single_point), (Status::Covered, true));
        assert_eq!(members(&answer, unit), ["T1", "T2"]);
    }
}

#[test]
fn a_unit_without_group_is_assessed_by_itself() {
    let board = pair(2, 2).unit("T3").staff("T3", 2).unit("T4").staff("T4", 1).group(" pair ", &["T3"]);
    let answer = board.today();
    assert_eq!(members(&answer, "T3"), ["T1", "T2", "T3"]);
    assert_eq!((members(&answer, "T4"), answer.team("T4").headcount), (vec!["T4".to_owned()], 1));
}

#[test]
fn members_are_named_by_unit_code() {
    let board = Board::new().unit("T9").unit("T1").group("g", &["T9", "T1"]).staff("T9", 1).staff("T1", 1);
    assert_eq!(members(&board.today(), "T9"), ["T1", "T9"]);
}

#[test]
fn shares_of_one_person_are_added_before_any_test() {
    let board = pair(5, 5).post("Ann", "T1").share("Ann", "T1", 300).share("Ann", "T2", 300);
    assert_eq!(board.today().figures("T2"), (1, 600, Some(1), Some(0)));
}

#[test]
fn the_policy_is_that_of_the_member_nearest_the_root() {
    let board = Board::new().unit("P").below("P", "T1").unit("T2").group("pair", &["T1", "T2"]);
    let board = board.staff("T1", 10).staff("T2", 10);
    let board = board.policy("T1", "2026-01-01", |policy| policy.staff_per_supporter = 5);
    let answer = board.policy("T2", "2026-01-01", |policy| policy.staff_per_supporter = 2).today();
    assert_eq!((answer.team("T1").required, answer.team("T2").required), (Some(10), Some(10)));
    // The policy comes from the unit at or above that member.
    let plain = Board::new().unit("P").below("P", "T1").unit("T2").group("pair", &["T1", "T2"]);
    let plain = plain.staff("T1", 10).staff("T2", 10).policy("T1", "2026-01-01", |policy| policy.min_supporters = 9);
    assert_eq!(plain.today().team("T1").policy_unit, Some((plain.place("BOARD"), day("2020-01-01"))));
}

#[test]
fn of_members_equally_near_the_lowest_code_decides() {
    let board = Board::new().unit("T2").unit("T1").group("pair", &["T1", "T2"]).staff("T1", 5).staff("T2", 5);
    let board = board.policy("T1", "2026-01-01", |policy| policy.min_supporters = 2);
    let answer = board.policy("T2", "2026-01-01", |policy| policy.min_supporters = 3).today();
    assert_eq!(answer.team("T2").required, Some(2));
}

#[test]
fn a_group_whose_nearest_member_has_no_policy_is_unknown() {
    let board = Board::without_policy().unit("P").below("P", "T1").unit("T2").group("pair", &["T1", "T2"]);
    let board = board.staff("T1", 5).staff("T2", 5).policy("P", "2026-01-01", |_| {});
    assert_eq!(board.today().status("T1"), Status::Unknown);
}

#[test]
fn a_unit_without_staff_is_not_a_member() {
    let board = pair(5, 0).policy("T2", "2026-01-01", |policy| policy.min_supporters = 7);
    let board = board.unit("U").post("Ann", "U").outside_supporter("Ann", "T2");
    let board = board.policy("T1", "2026-01-01", |policy| policy.min_supporters = 2);
    let answer = board.today();
    // Ann's allocation points at a unit where no one works: it helps no team, and T1 stands alone.
    assert_eq!((answer.status("T1"), members(&answer, "T1")), (Status::None, vec!["T1".to_owned()]));
    assert_eq!((answer.status("T2"), members(&answer, "T2")), (Status::NotApplicable, vec!["T2".to_owned()]));
    assert_eq!((answer.team("T2").headcount, answer.team("T2").gap), (0, None));
    assert_eq!(answer.reasons("Ann", "T2"), []);
    // With one bank worker and one who has left it is the same; with one colleague it is a member.
    let board = board.post_with("Bea", "T2", |post| post.bank = true);
    let board = board.post_with("Cat", "T2", |post| post.validity = through("", "2026-11-15"));
    assert_eq!(board.today().status("T1"), Status::None);
    assert_eq!(board.on("2026-11-15").figures("T1"), (1, 1000, Some(2), Some(1)));
}

#[test]
fn a_group_is_exempt_only_when_every_member_is() {
    let board = pair(5, 5).exempt("T1", "2026-11-01", "2026-11-30");
    assert_eq!(board.today().status("T1"), Status::None);
    let both = board.clone().exempt("T2", "2026-11-10", "2026-11-20");
    assert_eq!((both.today().status("T1"), both.today().status("T2")), (Status::Exempt, Status::Exempt));
    assert_eq!(both.on("2026-11-21").status("T1"), Status::None);
    // A unit where no one works is not a member, so it need not be exempt.
    let alone = board.open("T2", through("", "2026-11-01"));
    assert_eq!(alone.today().status("T1"), Status::Exempt);
}

#[test]
fn a_line_manager_is_measured_by_the_group() {
    let board = Board::new().unit("T1").unit("T2").staff("T2", 3).post("Ann", "T1").supporter("Ann", "T1");
    let board = board.post_under("Bob", "T1", "Ann").post_under("Cat", "T1", "Ann");
    assert_eq!(board.today().reasons("Ann", "T1"), [Reason::LineManager]);
    let group = board.group("pair", &["T1", "T2"]);
    assert_eq!(group.today().reasons("Ann", "T1"), []);
    // Four of eight, in both members together, are not more than half; six of ten are.
    let group = group.post_under("Dan", "T2", "Ann").post_under("Eve", "T2", "Ann");
    assert_eq!(group.today().reasons("Ann", "T1"), []);
    let group = group.post_under("Fay", "T2", "Ann").post_under("Gus", "T2", "Ann");
    assert_eq!(group.today().reasons("Ann", "T1"), [Reason::LineManager]);
}

#[test]
fn a_sole_member_has_colleagues_in_the_group() {
    let board = pair(0, 1).post("Ann", "T1").supporter("Ann", "T1");
    assert_eq!(board.today().reasons("Ann", "T1"), []);
    let alone = pair(0, 0).post("Ann", "T1").post("Ann", "T2").supporter("Ann", "T1");
    assert_eq!(alone.today().reasons("Ann", "T1"), [Reason::SoleMember]);
}

#[test]
fn a_champion_of_one_member_may_have_a_post_in_another() {
    let board = pair(5, 5).post("Ann", "T2").champion("Ann", "T1", through("", ""));
    let board = board.champion("Ann", "T2", through("", ""));
    let answer = board.today();
    assert_eq!((answer.team("T1").champions, answer.team("T2").champions), (1, 1));
    // Named for a unit of the group where no one works, or without a post in the group, they do not count.
    let board = pair(5, 0).post("Ann", "T1").champion("Ann", "T2", through("", ""));
    assert_eq!(board.today().team("T1").champions, 0);
    let board = pair(5, 5).unit("U").post("Ann", "U").champion("Ann", "T1", through("", ""));
    assert_eq!(board.today().team("T1").champions, 0);
}

#[test]
fn staff_covered_is_of_the_teams_own_posts() {
    let board = Board::new().unit("P").below("P", "T1").unit("T2").group("pair", &["T1", "T2"]);
    let answer = board.staff("T1", 4).staff("T2", 6).post("Ann", "T1").supporter("Ann", "T1").today();
    assert_eq!(answer.team("T1").headcount, 11);
    assert_eq!((answer.unit("P").staff_covered, answer.unit("P").staff_assessed), (5, 5));
    assert_eq!(answer.unit("BOARD").staff_covered, 11);
    assert_eq!(answer.unit("P").active_supporters, 1);
    assert_eq!(answer.unit("T2").active_supporters, 0);
}

#[test]
fn level_1_of_a_group_is_of_all_its_people() {
    let board = pair(2, 2).post("Ann", "T1").level1("Ann", TODAY).post("Bob", "T2").level1("Bob", "2026-11-17");
    let answer = board.today();
    assert_eq!((answer.team("T1").level1_done, answer.team("T2").level1_done), (1, 1));
    assert_eq!((answer.unit("T1").level1_done, answer.unit("T2").level1_done), (1, 0));
    assert_eq!(board.on("2026-11-17").team("T1").level1_done, 2);
}
