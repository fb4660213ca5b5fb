//! Colleagues who get a copy of a recipient's report.

use entity::id::PersonId;
use entity::store::report_preference::Preference;

use super::data::RecipientData;
use super::key::Key;

/// A colleague who gets a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The recipient of the report.
    pub owner: PersonId,
    /// The colleague.
    pub person: PersonId,
    /// The colleague's work address.
    pub address: String,
}

impl Copied {
    /// Returns the key of the copy's row.
    #[must_use]
    pub fn key(&self) -> String {
        format!("copy:{}:{}", self.owner, self.person)
    }
}

/// Returns those colleagues named by a recipient who have a counting post on the day and a work address. A colleague who has
/// left gets no copy, and gets copies again after coming back.
pub(super) fn copies(data: &RecipientData, key: Key, chosen: &Preference) -> Vec<Copied> {
    let Key::Person(owner) = key else { return Vec::new() };
    let copied = |person: &PersonId| {
        let address = data.contacts.get(person)?.address.clone()?;
        Some(Copied { owner, person: *person, address })
    };
    chosen.copies.iter().filter_map(copied).collect()
}
