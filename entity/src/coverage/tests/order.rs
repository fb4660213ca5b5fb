//! The order of rows on file does not matter, in any table.

use std::sync::Arc;

use proptest::prelude::*;

use super::random::{CASES, any_day, any_order, any_roster, any_today};
use crate::coverage::roster::{Approval, PersonIx, Roster, UnitIx};
use crate::coverage::{Index, Question, TeamRow, UnitRow, compute};
use crate::period::Day;

/// The same facts, with every table in another order.
fn reordered(roster: &Roster, orders: &[Vec<usize>]) -> Roster {
    let mut orders = orders.iter();
    let mut next = |length: usize| -> Vec<usize> {
        orders.next().into_iter().flatten().copied().filter(|place| *place < length).collect()
    };
    // Old indices in their new order, and the new index of each old one.
    let (unit_order, person_order) = (next(roster.units.len()), next(roster.people.len()));
    let went = |order: &[usize], old: u32| {
        u32::try_from(order.iter().position(|place| *place == old as usize).unwrap()).unwrap()
    };
    let unit = |old: UnitIx| UnitIx(went(&unit_order, old.0));
    let person = |old: PersonIx| PersonIx(went(&person_order, old.0));
    let by = |approvals: &[Approval]| -> Vec<Approval> {
        approvals.iter().rev().map(|approval| Approval { by: approval.by.map(person), ..*approval }).collect()
    };
    let mut moved = roster.clone();
    moved.units = unit_order.iter().map(|place| roster.units[*place].clone()).collect();
    let placements = moved.units.iter_mut().flat_map(|row| &mut row.placements);
    placements.for_each(|placement| placement.parent = placement.parent.map(unit));
    moved.people = person_order.iter().map(|place| roster.people[*place].clone()).collect();
    for post in &mut moved.posts {
        (post.person, post.unit) = (person(post.person), unit(post.unit));
        post.line_manager = post.line_manager.map(person);
    }
    for row in moved.allocations.iter_mut().map(Arc::make_mut) {
        (row.person, row.unit) = (person(row.person), unit(row.unit));
        (row.line, row.senior) = (by(&row.line), by(&row.senior));
        row.signed_off.reverse();
        row.pauses.reverse();
    }
    for row in moved.champions.iter_mut().chain(&mut moved.trainers) {
        (row.person, row.unit) = (person(row.person), unit(row.unit));
    }
    moved.passes.iter_mut().for_each(|row| row.person = person(row.person));
    moved.away.iter_mut().for_each(|row| row.person = person(row.person));
    moved.policies.iter_mut().for_each(|row| row.unit = unit(row.unit));
    moved.exemptions.iter_mut().for_each(|row| row.unit = unit(row.unit));
    for row in &mut moved.appointments {
        (row.unit, row.person) = (unit(row.unit), person(row.person));
        row.delegate = row.delegate.map(|(delegate, validity)| (person(delegate), validity));
    }
    for row in &mut moved.delegations {
        (row.principal, row.delegate) = (person(row.principal), person(row.delegate));
    }
    moved.assessments.iter_mut().for_each(|row| row.person = person(row.person));
    moved.signatures.iter_mut().for_each(|row| row.person = person(row.person));
    for row in &mut moved.staff_lists {
        row.unread.reverse();
        row.unread.iter_mut().for_each(|(named, _)| *named = unit(*named));
    }
    fn shuffle<T: Clone>(rows: &mut Vec<T>, order: Vec<usize>) {
        *rows = order.into_iter().map(|place| rows[place].clone()).collect();
    }
    shuffle(&mut moved.posts, next(roster.posts.len()));
    shuffle(&mut moved.allocations, next(roster.allocations.len()));
    shuffle(&mut moved.champions, next(roster.champions.len()));
    shuffle(&mut moved.trainers, next(roster.trainers.len()));
    shuffle(&mut moved.passes, next(roster.passes.len()));
    shuffle(&mut moved.away, next(roster.away.len()));
    shuffle(&mut moved.policies, next(roster.policies.len()));
    shuffle(&mut moved.exemptions, next(roster.exemptions.len()));
    shuffle(&mut moved.appointments, next(roster.appointments.len()));
    shuffle(&mut moved.delegations, next(roster.delegations.len()));
    shuffle(&mut moved.staff_lists, next(roster.staff_lists.len()));
    shuffle(&mut moved.agreements, next(roster.agreements.len()));
    shuffle(&mut moved.signatures, next(roster.signatures.len()));
    shuffle(&mut moved.frameworks, next(roster.frameworks.len()));
    shuffle(&mut moved.assessments, next(roster.assessments.len()));
    moved
}

/// Rows with ids instead of indices, which depend on the order on file.
fn by_id(roster: &Roster, day: Day, today: Option<Day>) -> (Vec<String>, Vec<String>, Vec<String>) {
    let index = Index::new(roster.clone());
    let coverage = compute(&index, &Question { day, today, what_if: None });
    let unit = |unit: UnitIx| roster.units[unit.at()].id;
    let standing = |standing: &crate::coverage::Standing| {
        let allocation = roster.allocations[standing.allocation as usize].id;
        (allocation, standing.reasons.iter().collect::<Vec<_>>(), standing.is_unproven)
    };
    let team = |row: &TeamRow| {
        let mut standings: Vec<_> = row.standings.iter().map(standing).collect();
        standings.sort();
        let risk = row.risk.as_ref().map(|risk| {
            (risk.day, risk.status, risk.causes.iter().map(|cause| cause.sentence(&index)).collect::<Vec<_>>())
        });
        let places = (unit(row.unit), row.assessed_with.iter().map(|member| unit(*member)).collect::<Vec<_>>());
        let policy = row.policy_unit.map(|(from, day)| (unit(from), day));
        let bare = TeamRow {
            unit: UnitIx(0),
            assessed_with: Vec::new(),
            standings: Vec::new(),
            risk: None,
            policy_unit: None,
            ..row.clone()
        };
        format!("{places:?} {policy:?} {standings:?} {risk:?} {bare:?}")
    };
    let row = |row: &UnitRow| format!("{:?} {:?}", unit(row.unit), UnitRow { unit: UnitIx(0), ..row.clone() });
    let mut standings: Vec<_> = coverage.standings.iter().map(standing).collect();
    standings.sort();
    let standings = standings.iter().map(|standing| format!("{standing:?}")).collect();
    (coverage.teams.iter().map(|row| team(row)).collect(), coverage.units.iter().map(row).collect(), standings)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn rows_in_another_order_give_the_same_answer(
        roster in any_roster(), day in any_day(), today in any_today(),
        orders in proptest::collection::vec(any_order(72), 17)
    ) {
        prop_assert_eq!(by_id(&reordered(&roster, &orders), day, today), by_id(&roster, day, today));
    }
}
