//! Colleagues who get a copy of somebody's report.

use entity::id::PersonId;
use entity::store::report_preference::Preference;

use super::{Key, RecipientData};

/// A colleague who gets a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Whose report it is.
    pub owner: PersonId,
    /// Who gets the copy.
    pub person: PersonId,
    /// Their work address.
    pub address: String,
}

impl Copied {
    /// The key of the copy's row.
    #[must_use]
    pub fn key(&self) -> String {
        format!("copy:{}:{}", self.owner, self.person)
    }
}

/// Those colleagues named by a recipient who have a counting post on the day and a work address. A colleague who has left gets no copy,
/// and gets one again if they come back.
pub(super) fn copies(data: &RecipientData, key: Key, chosen: &Preference) -> Vec<Copied> {
    let Key::Person(owner) = key else { return Vec::new() };
    let copied = |person: &PersonId| {
        let address = data.contacts.get(person)?.address.clone()?;
        Some(Copied { owner, person: *person, address })
    };
    chosen.copies.iter().filter_map(copied).collect()
}
