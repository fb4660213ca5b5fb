//! Who coordinates the whole network: they learn what became of each run.

use entity::id::PersonId;

use super::{Contact, RecipientData, Search};

/// The coordinators of the network who can be written to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Code of the unit that they coordinate.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The coordinators and those who stand in for them, in the order of their ids; never empty.
    pub people: Vec<(PersonId, Contact)>,
}

/// The coordinators of the unit nearest the root that has any who can be written to (ties by code): the same people who get
/// the reports that no one else can get. `None` if there are none.
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
