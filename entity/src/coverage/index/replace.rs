//! Replaces the facts that a command has changed, and keeps all others.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Index;
use crate::coverage::roster::{
    Allocation, Appointment, Delegation, Exemption, FiledPolicy, FiledRegisterTerms, NetworkRole, PersonAssessment,
    PersonIx, Roster, Signature, Training, UnitIx,
};

/// The people and units that a change touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// The people whose own facts changed: allocations, roles, training.
    pub people: BTreeSet<PersonIx>,
    /// The units whose own policies, exemptions or appointments changed.
    pub units: BTreeSet<UnitIx>,
}

impl Extent {
    /// Adds what another change touched.
    pub fn extend(&mut self, other: &Self) {
        self.people.extend(&other.people);
        self.units.extend(&other.units);
    }
}

/// The roles of people in the network.
#[derive(Clone, Debug, Default)]
pub struct Roles {
    /// Peer Supporter allocations.
    pub allocations: Vec<Allocation>,
    /// Wellbeing Champions.
    pub champions: Vec<NetworkRole>,
    /// Trainers.
    pub trainers: Vec<NetworkRole>,
    /// Delegations by line managers, and of acting ones, by the person who is stood in for.
    pub delegations: Vec<Delegation>,
    /// Signatures of the agreement.
    pub signatures: Vec<Signature>,
    /// Assessments at the level of Peer Supporters.
    pub assessments: Vec<PersonAssessment>,
}

/// What is filed about units.
#[derive(Clone, Debug, Default)]
pub struct UnitFacts {
    /// Policies.
    pub policies: Vec<FiledPolicy>,
    /// The numbers of the register of policies that set any.
    pub register_terms: Vec<FiledRegisterTerms>,
    /// Exemptions.
    pub exemptions: Vec<Exemption>,
    /// Appointments of people who are responsible for a unit.
    pub appointments: Vec<Appointment>,
}

/// The present facts of the people and units that were touched. Those of all others stay as they were.
#[derive(Clone, Debug, Default)]
pub struct Replacement {
    /// Whose facts are replaced.
    pub extent: Extent,
    /// All roles of the touched people.
    pub roles: Roles,
    /// The training of the touched people. A person without an entry has none.
    pub training: HashMap<PersonIx, Training>,
    /// All that is filed about the touched units.
    pub filed: UnitFacts,
}

impl Index {
    /// Returns the index of the same organisation with these facts of the network.
    #[must_use]
    pub fn with_network(&self, roles: Roles, filed: UnitFacts) -> Self {
        let mut allocations: Vec<_> = roles.allocations.into_iter().map(Arc::new).collect();
        allocations.sort_by_key(|allocation| allocation.id);
        let roster = Roster {
            organisation: Arc::clone(&self.roster.organisation),
            allocations,
            champions: roles.champions,
            trainers: roles.trainers,
            policies: filed.policies,
            exemptions: filed.exemptions,
            appointments: filed.appointments,
            delegations: roles.delegations,
            register_terms: filed.register_terms,
            signatures: roles.signatures,
            assessments: roles.assessments,
            retrained: HashMap::new(),
        };
        Self::over(Arc::clone(&self.organisation), roster)
    }

    /// Returns the index after a change. It shares the organisation with this one, and every allocation that the change
    /// did not touch.
    #[must_use]
    pub fn replace(&self, replacement: Replacement) -> Self {
        let Replacement { extent: Extent { people, units }, roles, mut training, filed } = replacement;
        let Roster {
            organisation,
            allocations,
            champions,
            trainers,
            policies,
            exemptions,
            appointments,
            delegations,
            register_terms,
            signatures,
            assessments,
            retrained,
        } = &self.roster;
        let other_person = |person: PersonIx| !people.contains(&person);
        let other_unit = |unit: UnitIx| !units.contains(&unit);
        let mut roster = Roster {
            organisation: Arc::clone(organisation),
            allocations: allocations.iter().filter(|own| other_person(own.person)).cloned().collect(),
            champions: champions.iter().filter(|role| other_person(role.person)).cloned().collect(),
            trainers: trainers.iter().filter(|role| other_person(role.person)).cloned().collect(),
            policies: policies.iter().filter(|filed| other_unit(filed.unit)).cloned().collect(),
            exemptions: exemptions.iter().filter(|filed| other_unit(filed.unit)).copied().collect(),
            appointments: appointments.iter().filter(|filed| other_unit(filed.unit)).copied().collect(),
            delegations: delegations.iter().filter(|row| other_person(row.principal)).copied().collect(),
            register_terms: register_terms.iter().filter(|filed| other_unit(filed.unit)).cloned().collect(),
            signatures: signatures.iter().filter(|row| other_person(row.person)).copied().collect(),
            assessments: assessments.iter().filter(|row| other_person(row.person)).copied().collect(),
            retrained: retrained.clone(),
        };
        for allocation in roles.allocations {
            let known = self.allocation_rows_of(allocation.person).find(|known| ***known == allocation);
            let allocation = known.map_or_else(|| Arc::new(allocation), Arc::clone);
            // By id as when everything is read, so that both give the same places.
            let place = roster.allocations.partition_point(|known| known.id < allocation.id);
            roster.allocations.insert(place, allocation);
        }
        roster.champions.extend(roles.champions);
        roster.trainers.extend(roles.trainers);
        roster.delegations.extend(roles.delegations);
        roster.signatures.extend(roles.signatures);
        roster.assessments.extend(roles.assessments);
        for person in people {
            let training = training.remove(&person).unwrap_or_default();
            if training.level1_on != self.level1_on(person) || training.passes != self.passes_of(person) {
                roster.retrained.insert(person, Arc::new(training));
            }
        }
        roster.policies.extend(filed.policies);
        roster.register_terms.extend(filed.register_terms);
        roster.exemptions.extend(filed.exemptions);
        roster.appointments.extend(filed.appointments);
        Self::over(Arc::clone(&self.organisation), roster)
    }

    /// Returns the Peer Supporter allocations of a person, as they are shared between versions.
    pub(super) fn allocation_rows_of(&self, person: PersonIx) -> impl Iterator<Item = &Arc<Allocation>> {
        self.allocations_by_person.items_of(person.at(), &self.roster.allocations)
    }
}
