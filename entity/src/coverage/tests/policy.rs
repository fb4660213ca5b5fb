//! COVERAGE.md section 3: which policy applies, and the result of a "what if".

use proptest::prelude::*;

use super::board::{Answer, Board, through};
use crate::coverage::roster::{FiledPolicy, Roster, UnitIx};
use crate::coverage::{Index, PolicyChange, PolicyNumber, PolicyTerms, Question, WhatIf, compute};
use crate::period::Day;
use crate::value::{ApproverOffice, Status};

fn ratio(answer: &Answer, unit: &str) -> Option<u32> {
    answer.team(unit).policy.as_ref().map(|policy| policy.staff_per_supporter)
}

fn policy_unit(answer: &Answer, unit: &str) -> Option<(String, String)> {
    let (unit, from) = answer.team(unit).policy_unit?;
    Some((answer.index.roster().units[unit.at()].code.clone(), from.to_string()))
}

fn number(which: PolicyNumber, value: u32) -> PolicyChange {
    PolicyChange { numbers: vec![(which, value)], ..PolicyChange::default() }
}

/// BOARD > P > T, with people in T.
fn chain() -> Board {
    Board::without_policy().unit("P").below("P", "T").staff("T", 3)
}

#[test]
fn the_nearest_unit_with_a_policy_decides() {
    let board = chain().policy("BOARD", "2026-06-01", |policy| policy.staff_per_supporter = 10);
    assert_eq!(policy_unit(&board.today(), "T"), Some(("BOARD".to_owned(), "2026-06-01".to_owned())));
    // The nearer policy wins although it is older.
    let board = board.policy("P", "2025-01-01", |policy| policy.staff_per_supporter = 20);
    assert_eq!(ratio(&board.today(), "T"), Some(20));
    let board = board.policy("T", "2024-01-01", |policy| policy.staff_per_supporter = 30);
    assert_eq!(policy_unit(&board.today(), "T"), Some(("T".to_owned(), "2024-01-01".to_owned())));
}

#[test]
fn the_latest_policy_in_force_decides() {
    let board = chain().policy("P", "2026-11-16", |policy| policy.staff_per_supporter = 20);
    let board = board.policy("P", "2025-01-01", |policy| policy.staff_per_supporter = 10);
    assert_eq!(ratio(&board.on("2026-11-15"), "T"), Some(10));
    assert_eq!(ratio(&board.on("2026-11-16"), "T"), Some(20));
    assert_eq!(ratio(&board.on("2024-12-31"), "T"), None);
}

#[test]
fn a_policy_to_come_does_not_hide_the_one_above() {
    let board = chain().policy("BOARD", "2025-01-01", |policy| policy.staff_per_supporter = 10);
    let board = board.policy("T", "2026-11-17", |policy| policy.staff_per_supporter = 20);
    assert_eq!(ratio(&board.on("2026-11-16"), "T"), Some(10));
    assert_eq!(ratio(&board.on("2026-11-17"), "T"), Some(20));
}

#[test]
fn policies_replace_and_do_not_merge() {
    let board = chain().policy("BOARD", "2025-01-01", |policy| (policy.away_days, policy.min_supporters) = (7, 3));
    let board = board.policy("T", "2026-01-01", |policy| policy.staff_per_supporter = 10);
    let answer = board.today();
    let policy = answer.team("T").policy.as_ref().expect("a policy");
    assert_eq!((policy.staff_per_supporter, policy.away_days, policy.min_supporters), (10, 28, 1));
}

#[test]
fn a_closed_units_policy_still_governs() {
    let board = chain().policy("P", "2025-01-01", |policy| policy.staff_per_supporter = 10);
    let answer = board.open("P", through("", "2026-01-01")).today();
    assert_eq!((ratio(&answer, "T"), answer.team("T").headcount), (Some(10), 3));
}

#[test]
fn what_if_changes_only_its_own_units() {
    let board = chain().unit("U").staff("U", 3).policy("BOARD", "2025-01-01", |policy| policy.away_days = 7);
    let change = number(PolicyNumber::MinSupporters, 2);
    let asked = WhatIf::changing(board.place("P"), change);
    let answer = board.what_if(&asked);
    let policy = answer.team("T").policy.as_ref().expect("a policy");
    assert_eq!((policy.min_supporters, policy.away_days, answer.team("T").gap), (2, 7, Some(2)));
    assert_eq!(answer.team("U").gap, Some(1));
    assert_eq!(policy_unit(&answer, "T"), Some(("BOARD".to_owned(), "2025-01-01".to_owned())));
}

/// Files a policy as the last row; the one of the same unit and day is replaced.
fn with_policy(roster: &Roster, unit: UnitIx, from: Day, policy: &PolicyTerms) -> Roster {
    let mut roster = roster.clone();
    roster.policies.retain(|filed| (filed.unit, filed.from) != (unit, from));
    roster.policies.push(FiledPolicy { unit, from, policy: policy.clone() });
    roster
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(super::random::CASES))]

    #[test]
    fn a_policy_that_would_be_filed_answers_as_when_it_is(
        roster in super::random::any_roster(),
        unit in super::random::any_unit(),
        from in super::random::any_day(),
        later in 0i64..90,
        policy in super::random::policy(),
        today in super::random::any_today(),
    ) {
        let day = from.plus_days(later - 30);
        let filed = Index::new(with_policy(&roster, unit, from, &policy));
        let asked = WhatIf::filing(unit, from, &policy);
        let tried = compute(&Index::new(roster), &Question { day, today, what_if: Some(&asked) });
        let then = compute(&filed, &Question { day, today, what_if: None });
        prop_assert_eq!(format!("{:?}", tried.teams), format!("{:?}", then.teams));
        prop_assert_eq!(format!("{:?}", tried.units), format!("{:?}", then.units));
    }
}

#[test]
fn what_if_starts_from_the_defaults() {
    let board = chain().post("Ann", "T").supporter("Ann", "T");
    let change = number(PolicyNumber::Level1Target, 50);
    let asked = WhatIf::changing(board.place("BOARD"), change);
    let answer = board.what_if(&asked);
    assert_eq!((answer.status("T"), ratio(&answer, "T")), (Status::Covered, Some(25)));
    assert_eq!((policy_unit(&answer, "T"), answer.unit("T").level1_target), (None, Some(50)));
}

#[test]
fn what_if_never_divides_by_nothing() {
    let board = chain().post("Ann", "T").supporter("Ann", "T");
    let change = number(PolicyNumber::StaffPerSupporter, 0);
    let asked = WhatIf::changing(board.place("BOARD"), change);
    assert_eq!(board.what_if(&asked).team("T").required, Some(4));
}

#[test]
fn every_number_has_the_default_and_range_of_the_table() {
    use PolicyNumber as P;
    let table = [
        (P::StaffPerSupporter, 25, 1, 1_000_000),
        (P::MinSupporters, 1, 1, 1_000_000),
        (P::CertificateMonths, 36, 1, 1_200),
        (P::ApprovalMonths, 24, 1, 1_200),
        (P::AwayDays, 28, 0, 3_660),
        (P::Level1Target, 90, 0, 100),
        (P::MinChampions, 1, 0, 1_000_000),
        (P::SupportersPerTrainer, 20, 1, 1_000_000),
        (P::HorizonDays, 60, 0, 3_660),
        (P::TrainerCertificateMonths, 36, 1, 1_200),
        (P::MinTrainers, 1, 0, 1_000_000),
        (P::StaleDays, 92, 0, 3_660),
    ];
    let listed: Vec<_> = table.iter().map(|(number, ..)| *number).collect();
    assert_eq!(listed, PolicyNumber::ALL);
    let mut terms = PolicyTerms::default();
    for (number, default, least, most) in table {
        assert_eq!((number.default_value(), terms.number(number)), (default, default), "{number:?}");
        assert_eq!(number.range(), least..=most, "{number:?}");
        terms.set_number(number, most + 1);
        assert_eq!(terms.number(number), most, "{number:?}");
    }
    let words = (PolicyTerms::default().trainer_level, PolicyTerms::default().approver_office);
    assert_eq!(words, ("Service".to_owned(), ApproverOffice::Shown));
    assert!(PolicyTerms::default().mix.is_empty());
}
