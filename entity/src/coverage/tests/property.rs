//! What must be true of every board, whatever the figures are.

use proptest::prelude::*;

use super::random::{CASES, any_day, any_order, any_roster, any_unit};
use crate::coverage::roster::{Allocation, Approval, Certificate, Pass, Person, PersonIx, Post, Roster, Unit, UnitIx};
use crate::coverage::{Index, TeamRow, UnitRow, compute};
use crate::id::{AllocationId, PersonId, UnitId};
use crate::period::{Day, Validity};
use crate::value::Status;

fn teams(roster: &Roster, day: Day) -> Vec<TeamRow> {
    compute(&Index::new(roster.clone()), day, None).teams
}

fn covered(status: Status) -> bool {
    matches!(status, Status::Covered | Status::AtRisk)
}

/// Somebody new with a permanent post in a unit.
fn add_person(roster: &mut Roster, unit: UnitIx) -> PersonIx {
    let person = PersonIx(u32::try_from(roster.people.len()).unwrap());
    roster.people.push(Person { id: PersonId(1000 + i64::from(person.0)), employer: None, level1_on: None });
    roster.posts.push(Post {
        person,
        unit,
        validity: Validity::ALWAYS,
        wte: 100,
        bank: false,
        job_family: None,
        band: None,
        line_manager: None,
    });
    person
}

/// A new open unit below the root, with nobody in it.
fn add_unit(roster: &mut Roster) -> UnitIx {
    let place = u32::try_from(roster.units.len()).unwrap();
    roster.units.push(Unit {
        id: UnitId(1000),
        code: "NEW".to_owned(),
        name: String::new(),
        parent: Some(UnitIx(0)),
        site: None,
        cover_group: None,
        validity: Validity::ALWAYS,
    });
    UnitIx(place)
}

/// The same facts, every table in another order.
fn reordered(roster: &Roster, orders: &[Vec<usize>]) -> Roster {
    let mut orders = orders.iter();
    let mut next = |length: usize| -> Vec<usize> {
        orders.next().into_iter().flatten().copied().filter(|place| *place < length).collect()
    };
    // Old places in their new order, and where each old place went.
    let (unit_order, person_order) = (next(roster.units.len()), next(roster.people.len()));
    let went = |order: &[usize], old: u32| {
        u32::try_from(order.iter().position(|place| *place == old as usize).unwrap()).unwrap()
    };
    let unit = |old: UnitIx| UnitIx(went(&unit_order, old.0));
    let person = |old: PersonIx| PersonIx(went(&person_order, old.0));
    let by = |approval: Approval| Approval { by: approval.by.map(person), ..approval };
    let mut moved = roster.clone();
    moved.units = unit_order.iter().map(|place| roster.units[*place].clone()).collect();
    moved.units.iter_mut().for_each(|row| row.parent = row.parent.map(unit));
    moved.people = person_order.iter().map(|place| roster.people[*place].clone()).collect();
    for post in &mut moved.posts {
        (post.person, post.unit) = (person(post.person), unit(post.unit));
        post.line_manager = post.line_manager.map(person);
    }
    for row in &mut moved.allocations {
        (row.person, row.unit) = (person(row.person), unit(row.unit));
        (row.line, row.senior) = (by(row.line), by(row.senior));
    }
    for row in moved.champions.iter_mut().chain(&mut moved.trainers) {
        (row.person, row.unit) = (person(row.person), unit(row.unit));
    }
    moved.passes.iter_mut().for_each(|row| row.person = person(row.person));
    moved.away.iter_mut().for_each(|row| row.person = person(row.person));
    moved.policies.iter_mut().for_each(|row| row.unit = unit(row.unit));
    moved.exemptions.iter_mut().for_each(|row| row.unit = unit(row.unit));
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
    moved
}

/// Rows with the places that depend on the order on file written as ids.
fn by_id(roster: &Roster, day: Day) -> (Vec<String>, Vec<String>, Vec<String>) {
    let index = Index::new(roster.clone());
    let coverage = compute(&index, day, None);
    let unit = |unit: UnitIx| roster.units[unit.at()].id;
    let standing = |standing: &crate::coverage::Standing| {
        let allocation = roster.allocations[standing.allocation as usize].id;
        (allocation, standing.reasons.iter().collect::<Vec<_>>())
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
    (coverage.teams.iter().map(team).collect(), coverage.units.iter().map(row).collect(), standings)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn the_gap_is_nothing_exactly_when_both_tests_pass(roster in any_roster(), day in any_day()) {
        for row in teams(&roster, day) {
            let Some(policy) = row.policy.as_ref().filter(|_| row.headcount > 0) else {
                prop_assert_eq!((row.required, row.gap), (None, None));
                continue;
            };
            let people = row.supporters >= policy.min_supporters;
            let capacity = u64::from(row.share) * u64::from(policy.staff_per_supporter) >= 1000 * u64::from(row.headcount);
            prop_assert_eq!(row.gap == Some(0), people && capacity);
            if covered(row.status) {
                prop_assert_eq!(row.gap, Some(0));
            }
        }
    }

    #[test]
    fn somebody_new_elsewhere_changes_nothing_of_a_team(roster in any_roster(), day in any_day(), at in any_unit()) {
        let before = teams(&roster, day);
        let mut changed = roster.clone();
        add_person(&mut changed, at);
        let group = roster.units[at.at()].cover_group;
        for row in teams(&changed, day) {
            let unit = &roster.units[row.unit.at()];
            if row.unit != at && (group.is_none() || unit.cover_group != group) {
                prop_assert_eq!(before.iter().find(|old| old.unit == row.unit), Some(&row));
            }
        }
    }

    #[test]
    fn an_active_supporter_more_closes_one_of_the_gap(roster in any_roster(), day in any_day(), at in any_unit()) {
        let mut changed = roster.clone();
        let home = add_unit(&mut changed);
        let before = teams(&changed, day);
        let manager = add_person(&mut changed, home);
        let senior = add_person(&mut changed, home);
        let person = add_person(&mut changed, home);
        changed.people[person.at()].level1_on = Some(day);
        changed.passes.push(Pass { person, certificate: Certificate::Level2, on: day });
        changed.allocations.push(Allocation {
            id: AllocationId(1000),
            person,
            unit: at,
            share: 1000,
            validity: Validity::ALWAYS,
            line: Approval { on: Some(day), by: Some(manager) },
            senior: Approval { on: Some(day), by: Some(senior) },
            has_protected_time: true,
            signed_off_on: Some(day),
            pause: None,
        });
        let after = teams(&changed, day);
        for old in &before {
            let new = after.iter().find(|row| row.unit == old.unit).expect("the same rows");
            let helped = old.assessed_with.contains(&at) && old.headcount > 0;
            let expected = if helped { old.gap.map(|gap| gap.saturating_sub(1)) } else { old.gap };
            prop_assert_eq!(new.gap, expected);
            prop_assert!(!covered(old.status) || covered(new.status), "{:?} to {:?}", old.status, new.status);
        }
    }

    #[test]
    fn an_approval_less_never_makes_a_team_more_covered(
        roster in any_roster(), day in any_day(), which in any::<prop::sample::Index>(), line in any::<bool>(), whole in any::<bool>()
    ) {
        prop_assume!(!roster.allocations.is_empty());
        let before = teams(&roster, day);
        let mut changed = roster.clone();
        let allocation = which.get_mut(&mut changed.allocations);
        let approval = if line { &mut allocation.line } else { &mut allocation.senior };
        approval.on = None;
        if whole {
            approval.by = None;
        }
        for new in teams(&changed, day) {
            let old = before.iter().find(|row| row.unit == new.unit).expect("the same rows");
            prop_assert!(new.gap >= old.gap && new.share <= old.share && new.supporters <= old.supporters);
            prop_assert!(covered(old.status) || !covered(new.status), "{:?} to {:?}", old.status, new.status);
            prop_assert!(old.status != Status::AtRisk || new.status != Status::Covered);
        }
    }

    #[test]
    fn the_order_on_file_does_not_matter(
        roster in any_roster(), day in any_day(), orders in proptest::collection::vec(any_order(64), 10)
    ) {
        prop_assert_eq!(by_id(&reordered(&roster, &orders), day), by_id(&roster, day));
    }
}
