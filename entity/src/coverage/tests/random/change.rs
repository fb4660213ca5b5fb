//! Changes of the network's facts, as commands make them.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::Index as Choice;

use super::allocation::{Unplaced, allocation};
use super::document::{assessed, numbered, signature};
use super::pass::{certificate, pass};
use super::{
    MANAGERS, PEOPLE, any_approval, any_day, any_person, any_unit, any_validity, delegations, early_day, policy, role,
    spell,
};
use crate::coverage::PolicyTerms;
use crate::coverage::index::{Extent, Replacement, Roles, UnitFacts};
use crate::coverage::roster::{
    Allocation, Appointment, Approval, Delegation, Exemption, FiledPolicy, NetworkRole, Pass, PersonAssessment,
    PersonIx, Roster, Signature, Training, UnitIx,
};
use crate::id::AllocationId;
use crate::period::{Day, Validity};
use crate::value::AppointmentRole;

/// A change of what is on file about one person or one unit.
#[derive(Clone, Debug)]
pub(in crate::coverage::tests) enum AnyChange {
    /// Changes an allocation.
    Allocation(Choice, Tweak),
    /// Replaces a person's allocations. The ids of new ones may be lower than those on file.
    Allocations(PersonIx, Vec<(Unplaced, i64)>),
    /// Replaces a person's roles as Wellbeing Champion.
    Champions(PersonIx, Vec<NetworkRole>),
    /// Replaces a person's roles as Trainer.
    Trainers(PersonIx, Vec<NetworkRole>),
    /// Replaces a person's training.
    Training(PersonIx, Option<Day>, Vec<Pass>),
    /// Replaces a unit's policies.
    Policies(UnitIx, Vec<(Day, PolicyTerms)>),
    /// Replaces a unit's exemptions.
    Exemptions(UnitIx, Vec<Validity>),
    /// Replaces a unit's appointments.
    Appointments(UnitIx, Vec<Appointment>),
    /// Replaces the delegations of the people who are stood in for.
    Delegations(Vec<Delegation>),
    /// Replaces a person's signatures.
    Signatures(PersonIx, Vec<Signature>),
    /// Replaces a person's assessments.
    Assessments(PersonIx, Vec<PersonAssessment>),
}

/// A change of one allocation.
#[derive(Clone, Debug)]
pub(in crate::coverage::tests) enum Tweak {
    Line(Approval),
    Senior(Approval),
    Pause(Validity),
    Resume,
    Dates(Validity),
    Share(u32),
    NoApprovals,
    /// The only line approval is by the second manager, who may be the delegate of the first.
    ByDelegate(Day),
    SignOff(Option<Day>),
    /// Withdraws every line approval.
    Withdraw(Day),
}

fn tweak() -> impl Strategy<Value = Tweak> {
    prop_oneof![
        any_approval().prop_map(Tweak::Line),
        any_approval().prop_map(Tweak::Senior),
        spell(0..90).prop_map(Tweak::Pause),
        Just(Tweak::Resume),
        any_validity().prop_map(Tweak::Dates),
        (1u32..1000).prop_map(Tweak::Share),
        Just(Tweak::NoApprovals),
        early_day().prop_map(Tweak::ByDelegate),
        weighted(0.5, early_day()).prop_map(Tweak::SignOff),
        prop_oneof![early_day(), any_day()].prop_map(Tweak::Withdraw),
    ]
}

fn appointment() -> impl Strategy<Value = Appointment> {
    let manager = || prop_oneof![3 => PEOPLE..PEOPLE + MANAGERS, 1 => 0..PEOPLE].prop_map(PersonIx);
    let days = || prop_oneof![3 => Just(Validity::ALWAYS), 1 => any_validity()];
    let delegate = weighted(0.5, (manager(), days()));
    (manager(), days(), delegate).prop_map(|(person, validity, delegate)| Appointment {
        unit: UnitIx(0),
        person,
        role: AppointmentRole::SeniorManager,
        validity,
        delegate,
    })
}

pub(in crate::coverage::tests) fn any_change() -> impl Strategy<Value = AnyChange> {
    let roles = || vec(role(), 0..3);
    let training = vec(pass(any_person(), certificate(), prop_oneof![early_day(), any_day()]), 0..4);
    let allocations = vec((allocation(), 0i64..400), 0..3);
    let policies = vec((prop_oneof![early_day(), any_day()], policy()), 0..3);
    prop_oneof![
        6 => (any::<Choice>(), tweak()).prop_map(|(which, tweak)| AnyChange::Allocation(which, tweak)),
        3 => (any_person(), allocations).prop_map(|(person, rows)| AnyChange::Allocations(person, rows)),
        2 => (any_person(), roles()).prop_map(|(person, rows)| AnyChange::Champions(person, rows)),
        2 => (any_person(), roles()).prop_map(|(person, rows)| AnyChange::Trainers(person, rows)),
        3 => (any_person(), weighted(0.7, prop_oneof![early_day(), any_day()]), training)
            .prop_map(|(person, level1, passes)| AnyChange::Training(person, level1, passes)),
        2 => (any_unit(), policies).prop_map(|(unit, rows)| AnyChange::Policies(unit, rows)),
        2 => (any_unit(), vec(spell(0..120), 0..3)).prop_map(|(unit, rows)| AnyChange::Exemptions(unit, rows)),
        3 => (any_unit(), vec(appointment(), 0..3)).prop_map(|(unit, rows)| AnyChange::Appointments(unit, rows)),
        3 => delegations().prop_map(AnyChange::Delegations),
        3 => (any_person(), vec(signature(any_person()), 0..4))
            .prop_map(|(person, rows)| AnyChange::Signatures(person, rows)),
        3 => (any_person(), vec(assessed(any_person()), 0..4))
            .prop_map(|(person, rows)| AnyChange::Assessments(person, rows)),
    ]
}

impl AnyChange {
    /// Changes the roster, and adds to what was touched.
    pub(in crate::coverage::tests) fn apply(&self, roster: &mut Roster, extent: &mut Extent) {
        match self {
            Self::Allocation(which, tweak) => {
                if roster.allocations.is_empty() {
                    return;
                }
                let allocation = Arc::make_mut(which.get_mut(&mut roster.allocations));
                tweak.apply(allocation);
                extent.people.insert(allocation.person);
            }
            Self::Allocations(person, rows) => {
                extent.people.insert(*person);
                roster.allocations.retain(|own| own.person != *person);
                for ((allocation, home), id) in rows {
                    let homes: Vec<UnitIx> =
                        roster.posts.iter().filter(|post| post.person == *person).map(|post| post.unit).collect();
                    let at_home = home.filter(|_| !homes.is_empty()).map(|home| *home.get(&homes));
                    let unit = at_home.unwrap_or(allocation.unit);
                    let filed_for = roster.people[person.at()].id;
                    let id = AllocationId(*id);
                    if roster.allocations.iter().all(|known| known.id != id) {
                        let (person, allocation) = (*person, allocation.clone());
                        roster.allocations.push(Arc::new(Allocation { id, person, filed_for, unit, ..allocation }));
                    }
                }
                roster.allocations.sort_by_key(|allocation| allocation.id);
            }
            Self::Champions(person, rows) => {
                extent.people.insert(*person);
                replace_roles(&mut roster.champions, *person, rows);
            }
            Self::Trainers(person, rows) => {
                extent.people.insert(*person);
                replace_roles(&mut roster.trainers, *person, rows);
            }
            Self::Training(person, level1_on, rows) => {
                extent.people.insert(*person);
                roster.people[person.at()].level1_on = *level1_on;
                roster.passes.retain(|pass| pass.person != *person);
                roster.passes.extend(rows.iter().map(|pass| Pass { person: *person, ..*pass }));
            }
            Self::Policies(unit, rows) => {
                extent.units.insert(*unit);
                roster.policies.retain(|filed| filed.unit != *unit);
                let mut seen = std::collections::HashSet::new();
                let rows = rows.iter().filter(|(from, _)| seen.insert(*from));
                let filed = |(from, policy): &(Day, PolicyTerms)| FiledPolicy {
                    unit: *unit,
                    from: *from,
                    policy: policy.clone(),
                };
                roster.policies.extend(rows.map(filed));
            }
            Self::Exemptions(unit, rows) => {
                extent.units.insert(*unit);
                roster.exemptions.retain(|filed| filed.unit != *unit);
                roster.exemptions.extend(rows.iter().map(|validity| Exemption { unit: *unit, validity: *validity }));
            }
            Self::Appointments(unit, rows) => {
                extent.units.insert(*unit);
                roster.appointments.retain(|filed| filed.unit != *unit);
                roster.appointments.extend(rows.iter().map(|row| Appointment { unit: *unit, ..*row }));
            }
            Self::Delegations(rows) => {
                extent.people.extend(rows.iter().map(|row| row.principal));
                roster.delegations.retain(|known| rows.iter().all(|row| row.principal != known.principal));
                // The first of them is ended instead of begun, so that there are fewer as well as more.
                roster.delegations.extend(rows.iter().skip(1));
            }
            Self::Signatures(person, rows) => {
                extent.people.insert(*person);
                roster.signatures.retain(|row| row.person != *person);
                roster.signatures.extend(rows.iter().map(|row| Signature { person: *person, ..*row }));
            }
            Self::Assessments(person, rows) => {
                extent.people.insert(*person);
                roster.assessments.retain(|row| row.person != *person);
                let rows = numbered(rows.clone()).into_iter();
                roster.assessments.extend(rows.map(|row| PersonAssessment { person: *person, ..row }));
            }
        }
    }
}

impl Tweak {
    fn apply(&self, allocation: &mut Allocation) {
        match self {
            Self::Line(approval) => allocation.line.push(*approval),
            Self::Senior(approval) => allocation.senior.push(*approval),
            Self::Pause(validity) => allocation.pauses.push(*validity),
            Self::Resume => allocation.pauses.clear(),
            Self::Dates(validity) => allocation.validity = *validity,
            Self::Share(share) => allocation.share = *share,
            Self::NoApprovals => {
                allocation.line.clear();
                allocation.senior.clear();
            }
            Self::ByDelegate(on) => {
                allocation.line = vec![Approval { on: *on, by: Some(PersonIx(PEOPLE + 1)), withdrawn_on: None }];
            }
            Self::Withdraw(on) => allocation.line.iter_mut().for_each(|approval| approval.withdrawn_on = Some(*on)),
            Self::SignOff(on) => allocation.signed_off = on.iter().copied().collect(),
        }
    }
}

fn replace_roles(roles: &mut Vec<NetworkRole>, person: PersonIx, rows: &[NetworkRole]) {
    roles.retain(|role| role.person != person);
    roles.extend(rows.iter().map(|role| NetworkRole { person, ..role.clone() }));
}

/// What a process reads after the change: all facts of the touched people and units.
pub(in crate::coverage::tests) fn read_again(roster: &Roster, extent: &Extent) -> Replacement {
    let has = |person: PersonIx| extent.people.contains(&person);
    let own_roles = |roles: &[NetworkRole]| roles.iter().filter(|role| has(role.person)).cloned().collect::<Vec<_>>();
    let allocations = roster.allocations.iter().filter(|own| has(own.person));
    let training = |person: &PersonIx| {
        let mut passes: Vec<Pass> = roster.passes.iter().filter(|pass| pass.person == *person).copied().collect();
        passes.sort_by_key(|pass| pass.on);
        (*person, Training { level1_on: roster.people[person.at()].level1_on, passes })
    };
    let filed = |unit: UnitIx| extent.units.contains(&unit);
    Replacement {
        extent: extent.clone(),
        roles: Roles {
            allocations: allocations.map(|own| Allocation::clone(own)).collect(),
            champions: own_roles(&roster.champions),
            trainers: own_roles(&roster.trainers),
            delegations: roster.delegations.iter().filter(|row| has(row.principal)).copied().collect(),
            assessments: roster.assessments.iter().filter(|row| has(row.person)).copied().collect(),
            signatures: roster.signatures.iter().filter(|row| has(row.person)).copied().collect(),
        },
        training: extent.people.iter().map(training).collect(),
        filed: UnitFacts {
            policies: roster.policies.iter().filter(|row| filed(row.unit)).cloned().collect(),
            exemptions: roster.exemptions.iter().filter(|row| filed(row.unit)).copied().collect(),
            appointments: roster.appointments.iter().filter(|row| filed(row.unit)).copied().collect(),
            register_terms: Vec::new(),
        },
    }
}
