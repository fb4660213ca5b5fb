//! Rosters that no one would write by hand: a dozen of each kind of row, days within two years, most things in order.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use crate::coverage::roster::{
    Appointment, Approval, Away, Delegation, Exemption, NetworkRole, Organisation, PersonIx, Roster, UnitIx,
};
use crate::interner::{Interner, Symbol};
use crate::period::{Day, Validity};
use crate::value::AppointmentRole;
use crate::value::register::DelegationKind;

mod allocation;
pub(super) mod change;
mod document;
mod organisation;
mod pass;
mod policy;

use document::{agreements, assessed, frameworks, numbered, signatures};
use organisation::{people, post, staff_lists, units};
use pass::passes;
use policy::policies;
pub(super) use policy::policy;

const UNITS: u32 = 9;
const PEOPLE: u32 = 12;
/// People without posts of their own who give most approvals: the line manager, then the senior manager.
const MANAGERS: u32 = 2;

/// Number of cases per property.
pub(crate) const CASES: u32 = 256;

/// A day within two years.
pub(crate) fn any_day() -> impl Strategy<Value = Day> {
    (0i64..730).prop_map(|days| Day::new(2026, 1, 1).unwrap().plus_days(days))
}

/// A day within the eighteen months before, so that most things that last for months are still valid.
fn early_day() -> impl Strategy<Value = Day> {
    (0i64..540).prop_map(|days| Day::new(2024, 9, 1).unwrap().plus_days(days))
}

/// Mostly without dates; sometimes with a first day, a last day or both, which may leave no day at all.
fn any_validity() -> impl Strategy<Value = Validity> {
    prop_oneof![
        12 => Just(Validity::ALWAYS),
        1 => any_day().prop_map(|day| Validity { from: Some(day), to: None }),
        1 => any_day().prop_map(|day| Validity { from: None, to: Some(day) }),
        1 => (any_day(), any_day()).prop_map(|(from, to)| Validity { from: Some(from), to: Some(to) }),
    ]
}

/// Begins on a day, and ends after a number of days from `lengths`; open-ended now and then.
fn spell(lengths: std::ops::Range<i64>) -> impl Strategy<Value = Validity> {
    (any_day(), weighted(0.9, lengths))
        .prop_map(|(from, days)| Validity { from: Some(from), to: days.map(|days| from.plus_days(days)) })
}

/// The current day. `None` if the age of the lists does not matter.
pub(crate) fn any_today() -> impl Strategy<Value = Option<Day>> {
    weighted(0.7, any_day())
}

/// An approval of either capacity by one of the managers or any other person.
pub(crate) fn any_approval() -> impl Strategy<Value = Approval> {
    let withdrawn = weighted(0.1, any_day());
    (prop_oneof![early_day(), any_day()], (0..PEOPLE + MANAGERS).prop_map(PersonIx), withdrawn)
        .prop_map(|(on, by, withdrawn_on)| Approval { on, by: Some(by), withdrawn_on })
}

pub(crate) fn any_unit() -> impl Strategy<Value = UnitIx> {
    (0..UNITS).prop_map(UnitIx)
}

fn any_person() -> impl Strategy<Value = PersonIx> {
    (0..PEOPLE).prop_map(PersonIx)
}

/// The values of the words, of which the first two are names of cover groups too.
const VALUES: [&str; 3] = ["red", "green", "blue"];

/// One of three values, or a blank.
fn any_word() -> impl Strategy<Value = Option<Symbol>> {
    weighted(0.8, prop::sample::select(&VALUES[..])).prop_map(|text| text.and_then(|text| words().value(text)))
}

fn any_employer() -> impl Strategy<Value = Option<Symbol>> {
    weighted(0.99, prop::sample::select(&VALUES[..])).prop_map(|text| text.and_then(|text| words().value(text)))
}

fn words() -> Interner {
    let mut words = Interner::default();
    for text in VALUES {
        words.value(text);
        words.key(text);
    }
    words.value("Service");
    words
}

fn role() -> impl Strategy<Value = NetworkRole> {
    (any_person(), any_unit(), any_validity()).prop_map(|(person, unit, validity)| NetworkRole {
        person,
        unit,
        validity,
    })
}

/// The senior manager of the whole organisation, and some more appointments.
fn appointments() -> impl Strategy<Value = Vec<Appointment>> {
    let role = prop_oneof![3 => Just(AppointmentRole::SeniorManager), 1 => Just(AppointmentRole::Coordinator)];
    let manager = || (0..PEOPLE + MANAGERS).prop_map(PersonIx);
    let early = || (early_day(), 0i64..600).prop_map(|(from, days)| (Some(from), Some(from.plus_days(days))));
    let early = || prop_oneof![Just((None, None)), early()].prop_map(|(from, to)| Validity { from, to });
    let delegate = || weighted(0.5, (manager(), early()));
    let more = (any_unit(), manager(), role, early(), delegate())
        .prop_map(|(unit, person, role, validity, delegate)| Appointment { unit, person, role, validity, delegate });
    let root = (early(), delegate()).prop_map(|(validity, delegate)| Appointment {
        unit: UnitIx(0),
        person: PersonIx(PEOPLE + 1),
        role: AppointmentRole::SeniorManager,
        validity,
        delegate,
    });
    (root, vec(more, 0..5)).prop_map(|(root, more)| std::iter::once(root).chain(more).collect())
}

/// People who stand in for line managers, and for people without one.
fn delegations() -> impl Strategy<Value = Vec<Delegation>> {
    let kind = prop_oneof![2 => Just(DelegationKind::Delegate), 1 => Just(DelegationKind::Acting)];
    let anyone = || (0..PEOPLE + MANAGERS).prop_map(PersonIx);
    let principal = prop_oneof![1 => Just(PersonIx(PEOPLE)), 2 => anyone()];
    let row = (kind, principal, anyone(), early_day(), 0i64..600);
    let row = row.prop_map(|(kind, principal, delegate, from, days)| Delegation {
        kind,
        principal,
        delegate,
        validity: Validity { from: Some(from), to: Some(from.plus_days(days)) },
    });
    vec(row, 0..6)
}

/// Any roster. A person of several linked employee numbers is one of its people, so links need no rows of their own.
pub(crate) fn any_roster() -> impl Strategy<Value = Roster> {
    let staff = (units(), people(), vec(post(), 8..45));
    let roles = (vec(allocation::allocation(), 0..16), vec(role(), 0..6), vec(role(), 0..6));
    let away = vec((any_person(), spell(0..60)), 0..8);
    let exemptions = vec((any_unit(), spell(0..120)), 0..3);
    let rules = (policies(), exemptions, appointments(), delegations(), staff_lists());
    (
        staff,
        roles,
        passes(),
        away,
        rules,
        (agreements(), signatures(), frameworks(), vec(assessed(any_person()), 0..12)),
    )
        .prop_map(|((units, people, posts), (allocations, champions, trainers), passes, away, rules, signed)| {
            let (agreements, signatures, frameworks, assessments) = signed;
            let (policies, exemptions, appointments, delegations, staff_lists) = rules;
            let exemption = |(unit, validity)| Exemption { unit, validity };
            let allocations = allocation::placed(allocations, &posts).into_iter().map(Into::into).collect();
            let away = away.into_iter().map(|(person, validity)| Away { person, validity }).collect();
            Roster {
                organisation: Organisation {
                    units,
                    people,
                    posts,
                    passes,
                    away,
                    staff_lists,
                    successions: Vec::new(),
                    agreements,
                    frameworks,
                    words: words(),
                }
                .into(),
                allocations,
                champions,
                trainers,
                policies,
                exemptions: exemptions.into_iter().map(exemption).collect(),
                appointments,
                delegations,
                register_terms: Vec::new(),
                signatures,
                assessments: numbered(assessments),
                retrained: HashMap::new(),
            }
        })
}

/// An order of `length` rows: where each old row goes.
pub(crate) fn any_order(length: usize) -> impl Strategy<Value = Vec<usize>> {
    Just((0..length).collect::<Vec<_>>()).prop_shuffle()
}
