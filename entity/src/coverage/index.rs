//! The roster, indexed so that every lookup for a unit or a person avoids a search. Built once, in time linear in the
//! roster; valid for every day. After a change of the network's facts, [`Index::replace`] builds the next one.

mod grouped;
mod organisation;
mod register;
mod replace;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use self::grouped::Grouped;
use self::organisation::OrganisationIndex;
pub use self::replace::{Extent, Replacement, Roles, UnitFacts};
use super::roster::{
    Allocation, Appointment, Certificate, Delegation, Exemption, FiledPolicy, NetworkRole, Pass, PersonAssessment,
    PersonIx, Roster, Signature, UnitIx,
};
use crate::period::Day;
use crate::register::terms::RegisterTerms;

/// A roster with its indexes.
#[derive(Debug)]
pub struct Index {
    roster: Roster,
    organisation: Arc<OrganisationIndex>,
    allocations_by_unit: Grouped,
    allocations_by_person: Grouped,
    champions_by_unit: Grouped,
    policies: HashMap<UnitIx, Vec<FiledPolicy>>,
    exemptions: HashMap<UnitIx, Vec<Exemption>>,
    appointments_by_unit: Grouped,
    appointments_by_person: Grouped,
    /// By line manager, or by the person who has none.
    delegations: HashMap<PersonIx, Vec<Delegation>>,
    signatures: HashMap<PersonIx, Vec<Signature>>,
    /// Of each person by day, then in the order in which they were recorded.
    assessments: HashMap<PersonIx, Vec<PersonAssessment>>,
    /// By unit and first day of the policy.
    register_terms: HashMap<(UnitIx, Day), RegisterTerms>,
}

fn by_key<K: Eq + Hash, T: Clone>(rows: &[T], key: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(key(row)).or_default().push(row.clone());
    }
    groups
}

impl Index {
    /// Builds the indexes of a roster.
    #[must_use]
    pub fn new(roster: Roster) -> Self {
        let organisation = Arc::new(OrganisationIndex::new(&roster.organisation));
        Self::over(organisation, roster)
    }

    /// Builds the indexes of the network's facts, beside those of the organisation.
    fn over(organisation: Arc<OrganisationIndex>, roster: Roster) -> Self {
        let Roster { organisation: facts, allocations, champions, policies, exemptions, appointments, .. } = &roster;
        let (units, people) = (facts.units.len(), facts.people.len());
        let mut policies = by_key(policies, |filed| filed.unit);
        policies.values_mut().for_each(|filed| filed.sort_by_key(|filed| filed.from));
        let mut assessments = by_key(&roster.assessments, |assessed| assessed.person);
        assessments.values_mut().for_each(|own| own.sort_by_key(|assessed| (assessed.on, assessed.id)));
        Self {
            organisation,
            allocations_by_unit: Grouped::new(units, allocations.iter().map(|allocation| allocation.unit.at())),
            allocations_by_person: Grouped::new(people, allocations.iter().map(|allocation| allocation.person.at())),
            champions_by_unit: Grouped::new(units, champions.iter().map(|role| role.unit.at())),
            policies,
            exemptions: by_key(exemptions, |exemption| exemption.unit),
            appointments_by_unit: Grouped::new(units, appointments.iter().map(|row| row.unit.at())),
            appointments_by_person: Grouped::new(people, appointments.iter().map(|row| row.person.at())),
            delegations: by_key(&roster.delegations, |delegation| delegation.principal),
            assessments,
            signatures: by_key(&roster.signatures, |signature| signature.person),
            register_terms: roster
                .register_terms
                .iter()
                .map(|filed| ((filed.unit, filed.from), filed.terms.clone()))
                .collect(),
            roster,
        }
    }

    /// Returns the roster.
    #[must_use]
    pub const fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Returns the Peer Supporter allocations to a unit, as indices in the roster's list.
    #[must_use]
    pub fn allocations_to(&self, unit: UnitIx) -> &[u32] {
        self.allocations_by_unit.rows_of(unit.at())
    }

    /// Returns the Peer Supporter allocations of a person, as indices in the roster's list.
    #[must_use]
    pub fn allocation_places_of(&self, person: PersonIx) -> &[u32] {
        self.allocations_by_person.rows_of(person.at())
    }

    /// Returns the Peer Supporter allocations of a person.
    pub fn allocations_of(&self, person: PersonIx) -> impl Iterator<Item = &Allocation> {
        self.allocation_rows_of(person).map(Arc::as_ref)
    }

    /// Returns the Wellbeing Champion roles of a unit, valid or not.
    pub fn champions_of(&self, unit: UnitIx) -> impl Iterator<Item = &NetworkRole> {
        self.champions_by_unit.items_of(unit.at(), &self.roster.champions)
    }

    /// Returns the day of a person's first Level 1 completion.
    #[must_use]
    pub fn level1_on(&self, person: PersonIx) -> Option<Day> {
        match self.roster.retrained.get(&person) {
            Some(training) => training.level1_on,
            None => self.roster.people[person.at()].level1_on,
        }
    }

    /// Returns the passes of a person beyond Level 1, by day.
    #[must_use]
    pub fn passes_of(&self, person: PersonIx) -> &[Pass] {
        match self.roster.retrained.get(&person) {
            Some(training) => &training.passes,
            None => self.organisation.passes.get(&person).map_or(&[], Vec::as_slice),
        }
    }

    /// Returns the last pass of any of `certificates` on or before `day`. Of several on one day, the one that ends
    /// first.
    #[must_use]
    pub fn last_pass(&self, person: PersonIx, certificates: &[Certificate], day: Day) -> Option<&Pass> {
        let passes = self.passes_of(person).iter();
        passes
            .filter(|pass| pass.on <= day && certificates.contains(&pass.certificate))
            .max_by_key(|pass| (pass.on, std::cmp::Reverse(pass.expires.unwrap_or(Day::LAST))))
    }

    /// Returns the first day without the certificate that the last pass of any of `certificates` on or before `day`
    /// gives, under a policy that lets it last `months`. `None` without such a pass. Of several on one day the earliest
    /// end decides: a later one may be a mistake, and would call a team covered that may not be.
    #[must_use]
    pub fn certificate_ends(
        &self,
        person: PersonIx,
        certificates: &[Certificate],
        day: Day,
        months: u32,
    ) -> Option<Day> {
        let passes = self.passes_of(person).iter();
        let known = passes.filter(|pass| pass.on <= day && certificates.contains(&pass.certificate));
        // Ordered by day, then by the earliest end.
        let last = known.max_by_key(|pass| (pass.on, std::cmp::Reverse(pass.ends(months))));
        last.map(|pass| pass.ends(months))
    }

    /// Returns the appointments of people who are responsible for the unit itself, valid or not.
    pub fn appointments_for(&self, unit: UnitIx) -> impl Iterator<Item = &Appointment> {
        self.appointments_by_unit.items_of(unit.at(), &self.roster.appointments)
    }

    /// Returns the appointments of a person, valid or not.
    pub fn appointments_of(&self, person: PersonIx) -> impl Iterator<Item = &Appointment> {
        self.appointments_by_person.items_of(person.at(), &self.roster.appointments)
    }

    /// Returns the policies of the unit itself, by day.
    #[must_use]
    pub fn policies_of(&self, unit: UnitIx) -> &[FiledPolicy] {
        self.policies.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// Returns the exemptions of the unit itself.
    #[must_use]
    pub fn exemptions_of(&self, unit: UnitIx) -> &[Exemption] {
        self.exemptions.get(&unit).map_or(&[], Vec::as_slice)
    }
}
