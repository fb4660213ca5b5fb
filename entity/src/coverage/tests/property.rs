//! Properties of every roster, whatever its figures are.

use std::sync::Arc;

use proptest::prelude::*;

use super::board::terms;
use super::random::{CASES, any_approval, any_day, any_roster, any_today, any_unit};
use crate::coverage::roster::{
    Allocation, Appointment, Approval, Certificate, Pass, Person, PersonIx, Placement, Post, Roster, Signature, Unit,
    UnitIx,
};
use crate::coverage::{Index, Question, TeamRow, compute};
use crate::id::{AllocationId, PersonId, UnitId};
use crate::period::{Day, Validity};
use crate::value::{AppointmentRole, Status};

fn asked(roster: &Roster, day: Day, today: Option<Day>) -> Vec<TeamRow> {
    let coverage = compute(&Index::new(roster.clone()), &Question { day, today, what_if: None });
    coverage.teams.into_iter().map(Arc::unwrap_or_clone).collect()
}

/// The team rows of a day, whatever the age of the staff lists.
fn teams(roster: &Roster, day: Day) -> Vec<TeamRow> {
    asked(roster, day, None)
}

fn covered(status: Status) -> bool {
    matches!(status, Status::Covered | Status::AtRisk)
}

fn row(rows: &[TeamRow], unit: UnitIx) -> Option<&TeamRow> {
    rows.iter().find(|row| row.unit == unit)
}

/// A new person with a permanent post in a unit.
fn add_person(roster: &mut Roster, unit: UnitIx) -> PersonIx {
    let person = PersonIx(u32::try_from(roster.people.len()).unwrap());
    let id = PersonId(1000 + i64::from(person.0));
    roster.people.push(Person { id, linked: Vec::new(), level1_on: None });
    roster.posts.push(Post {
        person,
        unit,
        validity: Validity::ALWAYS,
        wte: 100,
        bank: false,
        job_family: None,
        band: None,
        employer: None,
        line_manager: None,
    });
    person
}

/// A new open unit below the root, with no one in it.
fn add_unit(roster: &mut Roster) -> UnitIx {
    let place = u32::try_from(roster.units.len()).unwrap();
    roster.units.push(Unit {
        id: UnitId(1000),
        code: "NEW".to_owned(),
        name: String::new(),
        placements: vec![Placement { from: None, parent: Some(UnitIx(0)) }],
        level: None,
        site: None,
        cover_group: None,
        validity: Validity::ALWAYS,
    });
    UnitIx(place)
}

/// A new person with a post elsewhere who covers `at` from `day` on, with everything proven.
fn add_supporter(roster: &mut Roster, home: UnitIx, at: UnitIx, day: Day) {
    let (manager, senior) = (add_person(roster, home), add_person(roster, home));
    let person = add_person(roster, home);
    roster.posts.last_mut().expect("the supporter's post").line_manager = Some(manager);
    let (role, validity) = (AppointmentRole::SeniorManager, Validity::ALWAYS);
    roster.appointments.push(Appointment { unit: at, person: senior, role, validity, delegate: None });
    roster.people[person.at()].level1_on = Some(day);
    roster.passes.push(Pass { person, certificate: Certificate::Level2, on: day, expires: None });
    let signed = roster.agreements.iter().map(|agreement| Signature { person, agreement: agreement.id, on: day });
    let signed: Vec<_> = signed.collect();
    roster.signatures.extend(signed);
    roster.allocations.push(Arc::new(Allocation {
        id: AllocationId(1000),
        person,
        filed_for: PersonId(1000 + i64::from(person.0)),
        unit: at,
        share: 1000,
        validity: Validity::ALWAYS,
        line: vec![Approval { on: day, by: Some(manager), withdrawn_on: None }],
        senior: vec![Approval { on: day, by: Some(senior), withdrawn_on: None }],
        terms: vec![terms(None, true, true)],
        signed_off: vec![day],
        pauses: Vec::new(),
        disputed: None,
    }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn the_gap_is_zero_exactly_when_both_tests_pass(roster in any_roster(), day in any_day()) {
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
    fn a_new_person_elsewhere_changes_nothing(roster in any_roster(), day in any_day(), at in any_unit()) {
        let before = teams(&roster, day);
        let mut changed = roster.clone();
        add_person(&mut changed, at);
        let group = roster.units[at.at()].cover_group;
        for new in teams(&changed, day) {
            let unit = &roster.units[new.unit.at()];
            if new.unit != at && (group.is_none() || unit.cover_group != group) {
                prop_assert_eq!(row(&before, new.unit), Some(&new));
            }
        }
    }

    #[test]
    fn another_active_supporter_closes_one_of_the_gap(roster in any_roster(), day in any_day(), at in any_unit()) {
        let mut changed = roster.clone();
        let home = add_unit(&mut changed);
        let before = teams(&changed, day);
        add_supporter(&mut changed, home, at, day);
        let after = teams(&changed, day);
        for old in &before {
            let new = row(&after, old.unit).expect("the same rows");
            let helped = old.assessed_with.contains(&at) && old.headcount > 0;
            let expected = if helped { old.gap.map(|gap| gap.saturating_sub(1)) } else { old.gap };
            prop_assert_eq!(new.gap, expected);
            prop_assert!(!covered(old.status) || covered(new.status), "{:?} to {:?}", old.status, new.status);
        }
    }

    /// Two exceptions. A line approval bars its approver from being the senior one. And a supporter who becomes ACTIVE brings
    /// their employers along, whose staff lists may be stale, so the age of the lists is left out here.
    #[test]
    fn another_approval_never_uncovers_a_team(
        roster in any_roster(), day in any_day(), which in any::<prop::sample::Index>(),
        line in any::<bool>(), approval in any_approval()
    ) {
        prop_assume!(!roster.allocations.is_empty());
        let mut changed = roster.clone();
        let allocation = Arc::make_mut(which.get_mut(&mut changed.allocations));
        prop_assume!(!line || allocation.senior.iter().all(|senior| senior.by != approval.by));
        if line { allocation.line.push(approval) } else { allocation.senior.push(approval) }
        let before = teams(&roster, day);
        for new in teams(&changed, day) {
            let old = row(&before, new.unit).expect("the same rows");
            prop_assert!(new.gap <= old.gap && new.share >= old.share && new.supporters >= old.supporters);
            prop_assert!(!covered(old.status) || covered(new.status), "{:?} to {:?}", old.status, new.status);
            prop_assert!(old.status != Status::Covered || new.status == Status::Covered);
        }
    }

    #[test]
    fn another_rejected_row_never_covers_a_team(
        roster in any_roster(), day in any_day(), today in any_today(), which in any::<prop::sample::Index>(),
        at in any_unit(), rows in 1u32..30
    ) {
        prop_assume!(!roster.staff_lists.is_empty());
        let mut changed = roster.clone();
        let list = which.get_mut(&mut changed.staff_lists);
        match list.unread.iter_mut().find(|(named, _)| *named == at) {
            Some((_, known)) => *known += rows,
            None => list.unread.push((at, rows)),
        }
        let (before, after) = (asked(&roster, day, today), asked(&changed, day, today));
        for old in &before {
            let new = row(&after, old.unit).expect("no row less");
            prop_assert!(new.status == old.status || new.status == Status::Unknown, "{:?} to {:?}", old.status, new.status);
            prop_assert!(new.rows_not_read >= old.rows_not_read);
        }
        for new in after.iter().filter(|new| row(&before, new.unit).is_none()) {
            prop_assert_eq!((new.unit, new.status, new.headcount), (at, Status::Unknown, 0));
        }
    }

    /// Without rejected rows: an older list may replace one with more rejected rows for that day.
    #[test]
    fn an_older_staff_list_never_covers_a_team(
        mut roster in any_roster(), day in any_day(), today in any_today(), which in any::<prop::sample::Index>(),
        older in 1i64..400
    ) {
        prop_assume!(!roster.staff_lists.is_empty());
        roster.staff_lists.iter_mut().for_each(|list| list.unread.clear());
        let employer = which.get(&roster.staff_lists).employer;
        let mut changed = roster.clone();
        for list in changed.staff_lists.iter_mut().filter(|list| list.employer == employer) {
            list.as_at = list.as_at.plus_days(-older);
        }
        let before = asked(&roster, day, today);
        for new in asked(&changed, day, today) {
            let old = row(&before, new.unit).expect("the same rows");
            prop_assert!(new.status == old.status || new.status == Status::Unknown, "{:?} to {:?}", old.status, new.status);
            prop_assert!(new.oldest_list <= old.oldest_list);
        }
    }

    /// Only for a full share: fewer staff need less, and a supporter with a small share may give less than their own
    /// head needs. And without other effects of who is in the team: line managers of most of it, mix rules, cover
    /// groups, the age of staff lists.
    #[test]
    fn a_full_supporter_who_moves_never_covers_the_team(
        mut roster in any_roster(), day in any_day(), to in any_unit(), which in any::<prop::sample::Index>()
    ) {
        roster.posts.iter_mut().for_each(|post| post.line_manager = None);
        roster.policies.iter_mut().for_each(|filed| filed.policy.mix.clear());
        roster.units.iter_mut().for_each(|unit| unit.cover_group = None);
        let index = Index::new(roster.clone());
        let coverage = compute(&index, &Question { day, today: None, what_if: None });
        let active = coverage.standings.iter().filter(|standing| standing.reasons.is_active());
        let full: Vec<_> = active
            .map(|standing| &roster.allocations[standing.allocation as usize])
            .filter(|own| own.share == 1000 && !own.terms_on(day).outside_team && own.unit != to)
            .collect();
        if full.is_empty() {
            return Ok(());
        }
        let moving = *which.get(&full);
        let mut changed = roster.clone();
        let leaves = |post: &&mut Post| post.person == moving.person && post.unit == moving.unit;
        changed.posts.iter_mut().filter(leaves).for_each(|post| post.unit = to);
        let (before, after) = (teams(&roster, day), teams(&changed, day));
        let (old, new) = (row(&before, moving.unit), row(&after, moving.unit));
        let (old, new) = (old.expect("a team"), new.expect("the allocation keeps the row"));
        prop_assert!(covered(old.status) || !covered(new.status), "{:?} to {:?}", old.status, new.status);
        prop_assert!(new.headcount == 0 || new.gap >= old.gap);
        prop_assert!(new.share + 1000 <= old.share);
    }
}
