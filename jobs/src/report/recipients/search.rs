//! The people who receive the report of one unit.

use std::collections::HashMap;

use entity::id::{PersonId, UnitId};
use entity::period::Validity;
use entity::value::AppointmentRole;

use super::data::{RecipientData, UnitAppointment, UnitNode};
use super::key::Key;
use super::reason::{Vacancy, Why};

/// Looks for the people who are responsible for a unit.
pub(super) struct Search<'a> {
    data: &'a RecipientData,
    seniors: HashMap<UnitId, Vec<&'a UnitAppointment>>,
    coordinators: HashMap<UnitId, Vec<&'a UnitAppointment>>,
    /// The unit nearest the root that has coordinators with an address.
    pub(super) network: Option<UnitId>,
}

impl<'a> Search<'a> {
    pub(super) fn new(data: &'a RecipientData) -> Self {
        let mut search = Self { data, seniors: HashMap::new(), coordinators: HashMap::new(), network: None };
        for appointment in &data.appointments {
            let by_unit = match appointment.role {
                AppointmentRole::SeniorManager => &mut search.seniors,
                AppointmentRole::Coordinator => &mut search.coordinators,
            };
            by_unit.entry(appointment.unit).or_default().push(appointment);
        }
        search.network = search
            .coordinators
            .keys()
            .copied()
            .filter(|unit| !search.coordinators_of(*unit).is_empty())
            .min_by_key(|unit| (search.ancestors(*unit).count(), data.units.get(unit).map(|node| &node.code)));
        search
    }

    pub(super) fn needs_recipient(&self, unit: UnitId, node: &UnitNode) -> bool {
        let has_had_one = || {
            self.seniors.get(&unit).is_some_and(|rows| rows.iter().any(|row| !row.validity.begins_after(self.data.day)))
        };
        node.parent.is_none() || has_had_one()
    }

    pub(super) fn recipients_of(&self, unit: UnitId) -> Vec<(Key, Why)> {
        let keyed = |people: Vec<(PersonId, Why)>| people.into_iter().map(|(id, why)| (Key::Person(id), why)).collect();
        let own = self.own_recipients(unit);
        if !own.is_empty() {
            return keyed(own);
        }
        let vacancy = self.vacancy(unit);
        for above in self.ancestors(unit).skip(1) {
            let people = self.own_recipients(above);
            if !people.is_empty() {
                let next = |(person, why): (PersonId, Why)| {
                    let stands_in = why != Why::SeniorManager;
                    (person, Why::NextAbove { vacancy, above: self.name(above), stands_in })
                };
                return keyed(people.into_iter().map(next).collect());
            }
        }
        for coordinated in self.ancestors(unit).chain(self.network) {
            let people = self.coordinators_of(coordinated);
            if !people.is_empty() {
                let of = self.name(coordinated);
                let asked = |person| (person, Why::Coordinator { vacancy, of: of.clone() });
                return keyed(people.into_iter().map(asked).collect());
            }
        }
        vec![(Key::Unit(unit), Why::NoRecipient { vacancy })]
    }

    /// Returns a unit's own senior managers who have an address, and their deputies.
    fn own_recipients(&self, unit: UnitId) -> Vec<(PersonId, Why)> {
        let rows = self.seniors.get(&unit).map(Vec::as_slice).unwrap_or_default();
        let holding = || rows.iter().filter(|row| row.validity.holds_on(self.data.day));
        let mut people: Vec<(PersonId, Why)> = Vec::new();
        let mut add = |person: PersonId, why: Why| {
            if self.has_address(person) && !people.iter().any(|(known, _)| *known == person) {
                people.push((person, why));
            }
        };
        holding().for_each(|row| add(row.person, Why::SeniorManager));
        let vacant = !holding().any(|row| self.has_address(row.person));
        for (person, validity) in holding().filter_map(|row| self.delegate(row)) {
            let why = if vacant {
                Why::Delegate { vacancy: self.vacancy(unit) }
            } else {
                Why::StandsIn { until: validity.last() }
            };
            add(person, why);
        }
        if people.is_empty() {
            let last = rows
                .iter()
                .filter(|row| row.validity.ended_by(self.data.day))
                .filter_map(|row| self.delegate(row).map(|(person, _)| (row.validity.to, person)))
                .filter(|(_, person)| self.has_address(*person))
                .max();
            people.extend(last.map(|(_, person)| (person, Why::Delegate { vacancy: self.vacancy(unit) })));
        }
        people
    }

    fn delegate(&self, row: &UnitAppointment) -> Option<(PersonId, Validity)> {
        row.delegate.filter(|(_, validity)| validity.holds_on(self.data.day))
    }

    pub(super) fn coordinators_of(&self, unit: UnitId) -> Vec<PersonId> {
        let rows = self.coordinators.get(&unit).map(Vec::as_slice).unwrap_or_default();
        let mut people: Vec<_> = rows
            .iter()
            .filter(|row| row.validity.holds_on(self.data.day))
            .flat_map(|row| [Some(row.person), self.delegate(row).map(|(person, _)| person)])
            .flatten()
            .filter(|person| self.has_address(*person))
            .collect();
        people.sort_unstable();
        people.dedup();
        people
    }

    fn vacancy(&self, unit: UnitId) -> Vacancy {
        let rows = self.seniors.get(&unit).map(Vec::as_slice).unwrap_or_default();
        let holding = || rows.iter().filter(|row| row.validity.holds_on(self.data.day));
        if holding().next().is_none() {
            Vacancy::Vacant
        } else if holding().any(|row| self.data.contacts.contains_key(&row.person)) {
            Vacancy::NoAddress
        } else {
            Vacancy::Left
        }
    }

    fn has_address(&self, person: PersonId) -> bool {
        self.data.contacts.get(&person).is_some_and(|contact| contact.address.is_some())
    }

    /// Returns the unit and the units above it, nearest first.
    fn ancestors(&self, unit: UnitId) -> impl Iterator<Item = UnitId> {
        let above = |unit: &UnitId| self.data.units.get(unit).and_then(|node| node.parent);
        // In a tree no path is longer than the number of units. In a cycle, which only invalid data has, it would never end.
        std::iter::successors(Some(unit), above).take(self.data.units.len())
    }

    fn name(&self, unit: UnitId) -> String {
        self.data.units.get(&unit).map(|node| node.name.clone()).unwrap_or_default()
    }
}
