//! The coordinators of the whole network, who receive the run summary.

use entity::id::PersonId;

use super::data::{Contact, RecipientData};
use super::search::Search;

/// The coordinators of the network who have an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Code of the unit that they coordinate.
    pub code: String,
    /// Name of that unit.
    pub name: String,
    /// The coordinators and their deputies, by id. Never empty.
    pub people: Vec<(PersonId, Contact)>,
}

/// Returns the coordinators of the unit nearest the root that has any with an address (ties by code). They also receive the
/// reports that have no other recipient. `None` if there are none.
#[must_use]
pub fn network(data: &RecipientData) -> Option<Network> {
    let search = Search::new(data);
    let unit = search.network?;
    let people = search
        .coordinators_of(unit)
        .into_iter()
        .filter_map(|person| data.contacts.get(&person).map(|contact| (person, contact.clone())))
        .collect();
    let node = data.units.get(&unit)?;
    Some(Network { code: node.code.clone(), name: node.name.clone(), people })
}
