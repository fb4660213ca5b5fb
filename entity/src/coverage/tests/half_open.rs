//! COVERAGE.md section 1: a fact holds from its first day through its last, and on no day before or after.

use std::sync::Arc;

use proptest::prelude::*;

use super::board::{Board, day};
use crate::coverage::roster::{Away, Exemption, NetworkRole, UnitIx};
use crate::coverage::{Index, Question, compute};
use crate::period::{Day, Validity};
use crate::value::{Reason, Status};

/// The state of a board on a day, as far as these tests need it.
#[derive(Debug, PartialEq, Eq)]
struct BoardState {
    reasons: Vec<Reason>,
    headcount: u32,
    champions: u32,
    trainers: u32,
    exempt: bool,
}

fn seen(board: &Board, on: Day) -> BoardState {
    let coverage = compute(&Index::new(board.roster.clone()), &Question { day: on, today: None, what_if: None });
    let team = coverage.teams.iter().find(|row| row.unit == board.place("T"));
    let unit = coverage.units.iter().find(|row| row.unit == board.place("BOARD")).expect("the root");
    BoardState {
        reasons: coverage.standings[0].reasons.iter().collect(),
        headcount: unit.headcount,
        champions: team.map_or(0, |row| row.champions),
        trainers: unit.trainers,
        exempt: team.is_some_and(|row| row.status == Status::Exempt),
    }
}

/// A team of four with Ann, its supporter, and in U Bob, who is a champion and a Trainer of T with a post there.
fn board() -> Board {
    let board = Board::new().unit("T").unit("U").staff("T", 2).post("Ann", "U").post("Bob", "T");
    let board = board.outside_supporter("Ann", "T");
    board.champion("Bob", "T", Validity::ALWAYS).trainer("Bob", "T", Validity::ALWAYS)
}

/// A way to date one fact of the board.
type Dated = fn(&mut Board, Validity);

const FACTS: &[(&str, Dated)] = &[
    ("post", |board, validity| board.roster.posts[2].validity = validity),
    ("unit", |board, validity| board.roster.units[2].validity = validity),
    ("team", |board, validity| board.roster.units[1].validity = validity),
    ("pause", |board, validity| Arc::make_mut(&mut board.roster.allocations[0]).pauses = vec![validity]),
    ("champion", |board, validity| board.roster.champions[0].validity = validity),
    ("trainer", |board, validity| board.roster.trainers[0].validity = validity),
    ("exemption", |board, validity| board.roster.exemptions.push(Exemption { unit: UnitIx(1), validity })),
    ("away", |board, validity| {
        let person = board.person("Ann");
        board.roster.away.push(Away { person, validity });
    }),
];

fn seen_with(change: Dated, validity: Validity, on: Day) -> BoardState {
    let mut board = board();
    change(&mut board, validity);
    seen(&board, on)
}

proptest! {
    #[test]
    fn every_fact_holds_from_its_first_day_through_its_last(
        fact in 0..FACTS.len(), first in 0i64..350, length in 30i64..300
    ) {
        let (name, change) = FACTS[fact];
        let first = day("2026-01-01").plus_days(first);
        let last = first.plus_days(length - 1);
        let validity = Validity::from_last(Some(first), Some(last));
        let never = Validity { from: Some(first), to: Some(first) };
        for (out, inside) in [(first.plus_days(-1), first), (last.plus_days(1), last)] {
            let (outside, within) = (seen_with(change, validity, out), seen_with(change, validity, inside));
            prop_assert_eq!(&outside, &seen_with(change, never, out), "{} outside on {}", name, out);
            prop_assert_eq!(&within, &seen_with(change, Validity::ALWAYS, inside), "{} within on {}", name, inside);
            prop_assert!(outside != within, "{} makes no difference", name);
        }
    }

    #[test]
    fn an_allocation_holds_from_start_through_end(first in 0i64..350, length in 1i64..300) {
        let first = day("2026-01-01").plus_days(first);
        let last = first.plus_days(length - 1);
        let mut board = board();
        Arc::make_mut(&mut board.roster.allocations[0]).validity = Validity::from_last(Some(first), Some(last));
        prop_assert_eq!(seen(&board, first.plus_days(-1)).reasons, [Reason::NotStarted]);
        prop_assert_eq!(seen(&board, first).reasons, []);
        prop_assert_eq!(seen(&board, last).reasons, []);
        prop_assert_eq!(seen(&board, last.plus_days(1)).reasons, [Reason::StoodDown]);
    }

    #[test]
    fn months_end_on_the_day_before(decided in 0i64..800, months in 1u32..40) {
        let decided = day("2024-01-01").plus_days(decided);
        let ends = decided.plus_months(months);
        let approval = |change: fn(&mut Board, Day), reason: Reason| {
            let mut board = board().policy("T", "2020-01-01", |policy| {
                (policy.approval_months, policy.certificate_months) = (months, months);
            });
            change(&mut board, decided);
            let missing = |on: Day| seen(&board, on).reasons.contains(&reason);
            (missing(decided.plus_days(-1)), missing(decided), missing(ends.plus_days(-1)), missing(ends))
        };
        let line = approval(|board, on| Arc::make_mut(&mut board.roster.allocations[0]).line[0].on = on, Reason::LineApprovalMissing);
        prop_assert_eq!(line, (true, false, false, true));
        let senior = approval(|board, on| Arc::make_mut(&mut board.roster.allocations[0]).senior[0].on = on, Reason::SeniorApprovalMissing);
        prop_assert_eq!(senior, (true, false, false, true));
        let pass = approval(|board, on| board.roster.passes[0].on = on, Reason::CertificateExpired);
        prop_assert_eq!(pass, (false, false, false, true));
        let pass = approval(|board, on| board.roster.passes[0].on = on, Reason::Level2Missing);
        prop_assert_eq!(pass, (true, false, false, false));
    }
}

#[test]
fn a_role_of_one_day_holds_on_that_day() {
    let mut board = board();
    let person = board.person("Bob");
    let validity = Validity::from_last(Some(day("2026-11-16")), Some(day("2026-11-16")));
    board.roster.champions = vec![NetworkRole { person, unit: UnitIx(1), validity }];
    let champions = ["2026-11-15", "2026-11-16", "2026-11-17"].map(|on| seen(&board, day(on)).champions);
    assert_eq!(champions, [0, 1, 0]);
}
