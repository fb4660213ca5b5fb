//! COVERAGE.md sections 4 and 5: which Trainers are active, and in which units they are embedded.

use super::board::{Answer, Board, through};
use crate::coverage::roster::Certificate::{Level3, Level3Refresher};
use crate::period::Validity;

/// BOARD > S > V > T, where V is a Service, with three people in T, and Tom in U.
fn service() -> Board {
    let board = Board::new().unit("S").below("S", "V").below("V", "T").unit("U");
    board.level("V", "Service").staff("T", 3).post("Tom", "U")
}

/// Tom's role at V, still without passes.
fn role() -> Board {
    service().trainer_role("Tom", "V", Validity::ALWAYS)
}

/// Active Trainers that serve V.
fn serving(board: &Board, on: &str) -> u32 {
    board.on(on).unit("V").trainers
}

/// Trainers embedded in a unit, how many it needs, and whether that is met.
fn embedded(answer: &Answer, unit: &str) -> Option<(u32, u32, bool)> {
    answer.unit(unit).embedded.map(|embedded| (embedded.trainers, embedded.needed, embedded.is_met()))
}

#[test]
fn a_level_3_pass_lasts_the_policys_months() {
    let board = role().pass("Tom", Level3, "2025-02-28").policy("S", "2020-01-01", |policy| {
        policy.trainer_certificate_months = 18;
    });
    assert_eq!([serving(&board, "2025-02-27"), serving(&board, "2025-02-28")], [0, 1]);
    assert_eq!([serving(&board, "2026-08-27"), serving(&board, "2026-08-28")], [1, 0]);
}

#[test]
fn a_trainer_goes_by_the_policy_of_the_roles_unit() {
    let board = Board::without_policy().unit("S").below("S", "V").staff("V", 3).unit("U").post("Tom", "U");
    let board = board.trainer_role("Tom", "V", Validity::ALWAYS).pass("Tom", Level3, "2023-03-31");
    // 36 months by default, whatever the policy of the unit in which Tom works.
    let board = board.policy("U", "2020-01-01", |policy| policy.trainer_certificate_months = 1);
    assert_eq!([serving(&board, "2026-03-30"), serving(&board, "2026-03-31")], [1, 0]);
    let board = board.policy("V", "2020-01-01", |policy| policy.trainer_certificate_months = 48);
    assert_eq!([serving(&board, "2027-03-30"), serving(&board, "2027-03-31")], [1, 0]);
    // A future policy does not apply before its day.
    let board = board.policy("V", "2027-01-01", |policy| policy.trainer_certificate_months = 12);
    assert_eq!([serving(&board, "2026-12-31"), serving(&board, "2027-01-01")], [1, 0]);
}

#[test]
fn a_level_3_refresher_renews_a_pass() {
    let board = role().pass("Tom", Level3, "2022-01-01").pass("Tom", Level3Refresher, "2024-06-01");
    assert_eq!(
        [serving(&board, "2025-01-01"), serving(&board, "2027-05-31"), serving(&board, "2027-06-01")],
        [1, 1, 0]
    );
    let late = role().pass("Tom", Level3, "2022-01-01").pass("Tom", Level3Refresher, "2025-01-02");
    assert_eq!([serving(&late, "2025-01-01"), serving(&late, "2025-01-02")], [0, 1]);
}

#[test]
fn a_refresher_alone_is_no_level_3_pass() {
    let board = role().pass("Tom", Level3Refresher, "2025-01-01").pass("Tom", Level3, "2026-11-16");
    assert_eq!([serving(&board, "2026-11-15"), serving(&board, "2026-11-16")], [0, 1]);
}

#[test]
fn a_record_may_have_its_own_expiry() {
    let board = role().pass_through("Tom", Level3, "2026-01-01", "2026-06-30");
    assert_eq!([serving(&board, "2026-06-30"), serving(&board, "2026-07-01")], [1, 0]);
}

#[test]
fn embedded_trainers_are_named_at_or_below_the_unit() {
    let at = |unit: &str| service().trainer("Tom", unit, Validity::ALWAYS).today();
    assert_eq!(embedded(&at("V"), "V"), Some((1, 1, true)));
    assert_eq!(embedded(&at("T"), "V"), Some((1, 1, true)));
    assert_eq!(embedded(&at("S"), "V"), Some((0, 1, false)));
    assert_eq!(embedded(&at("U"), "V"), Some((0, 1, false)));
    assert_eq!((embedded(&at("V"), "S"), embedded(&at("V"), "T")), (None, None));
}

#[test]
fn only_active_trainers_are_embedded() {
    assert_eq!(embedded(&role().today(), "V"), Some((0, 1, false)));
    let ended = service().trainer("Tom", "V", through("", "2026-11-16"));
    assert_eq!(embedded(&ended.on("2026-11-16"), "V"), Some((1, 1, true)));
    assert_eq!(embedded(&ended.on("2026-11-17"), "V"), Some((0, 1, false)));
}

#[test]
fn a_trainer_with_two_roles_is_embedded_once() {
    let board = service().trainer("Tom", "V", Validity::ALWAYS).trainer("Tom", "T", Validity::ALWAYS);
    assert_eq!(embedded(&board.today(), "V"), Some((1, 1, true)));
}

#[test]
fn a_unit_needs_the_policys_number_of_trainers() {
    let needing = |needed: u32| {
        let board = service().trainer("Tom", "V", Validity::ALWAYS);
        board.policy("V", "2026-01-01", |policy| policy.min_trainers = needed).today()
    };
    assert_eq!(embedded(&needing(2), "V"), Some((1, 2, false)));
    assert_eq!(embedded(&needing(0), "V"), Some((1, 0, true)));
}

#[test]
fn the_trainer_level_is_compared_as_words() {
    let board = service().level("V", "Health & Care").policy("V", "2026-01-01", |policy| {
        policy.trainer_level = " health  AND care".to_owned();
    });
    assert_eq!(embedded(&board.today(), "V"), Some((0, 1, false)));
    assert_eq!(embedded(&board.level("V", "Health Care").today(), "V"), None);
    let other = service().policy("V", "2026-01-01", |policy| policy.trainer_level = "Sector".to_owned());
    assert_eq!(embedded(&other.today(), "V"), None);
}

#[test]
fn without_a_policy_the_default_level_and_number_apply() {
    let board = Board::without_policy().unit("V").level("V", "service").staff("V", 3);
    assert_eq!(embedded(&board.today(), "V"), Some((0, 1, false)));
}

#[test]
fn a_closed_or_empty_service_needs_no_trainer() {
    let board = service().open("V", through("2026-11-10", "2026-11-20"));
    assert_eq!(embedded(&board.on("2026-11-09"), "V"), None);
    assert_eq!(embedded(&board.on("2026-11-10"), "V"), Some((0, 1, false)));
    assert_eq!(embedded(&board.on("2026-11-20"), "V"), Some((0, 1, false)));
    assert_eq!(embedded(&board.on("2026-11-21"), "V"), None);
    let empty = service().open("T", through("", "2026-11-15"));
    assert_eq!(embedded(&empty.on("2026-11-15"), "V"), Some((0, 1, false)));
    assert_eq!(embedded(&empty.on("2026-11-16"), "V"), None);
}

#[test]
fn units_above_count_the_services_that_are_met() {
    let board = service().below("S", "W").level("W", "Service").staff("W", 1).trainer("Tom", "T", Validity::ALWAYS);
    let answer = board.today();
    let units = |unit: &str| (answer.unit(unit).trainer_units.met, answer.unit(unit).trainer_units.asked);
    assert_eq!([units("BOARD"), units("S"), units("V"), units("W")], [(1, 2), (1, 2), (1, 1), (0, 1)]);
    assert_eq!([units("T"), units("U")], [(0, 0), (0, 0)]);
}

#[test]
fn trainers_follow_the_tree_of_the_day() {
    let board = service().trainer("Tom", "T", Validity::ALWAYS).moved("T", "2026-11-16", "U");
    assert_eq!([serving(&board, "2026-11-15"), serving(&board, "2026-11-16")], [1, 0]);
    assert_eq!(board.on("2026-11-16").unit("U").trainers, 1);
    assert_eq!(board.on("2026-11-15").unit("U").trainers, 0);
}
