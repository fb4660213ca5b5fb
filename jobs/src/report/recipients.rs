//! Who receives the report about each unit on the day of the report, and why: the senior manager and their deputy, else the
//! next senior manager above, else a coordinator. If there is no one, the run fails visibly.
//!
//! A reason never names another person, because a mail must not reveal who holds or held a post.

mod copies;
mod data;
mod key;
mod network;
mod reason;
mod search;

use std::collections::{BTreeMap, BTreeSet};

use entity::id::UnitId;
use entity::value::ReportSection;

use super::snapshot_tree::SnapshotTree;
pub use copies::Copied;
pub use data::{Contact, RecipientData, UnitAppointment, UnitNode};
pub use key::Key;
pub use network::{Network, network};
pub use reason::{Vacancy, Why};
use search::Search;

/// The recipient of one mail, and all units that the mail is about.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// The person, or the unit without a recipient.
    pub key: Key,
    /// The person's name.
    pub name: Option<String>,
    /// The person's address. `None` for a unit without a recipient.
    pub address: Option<String>,
    /// The units in the order of the tree.
    pub answers: Vec<Answer>,
    /// Sections that the recipient chose to leave out.
    pub hidden: BTreeSet<ReportSection>,
    /// Colleagues who get a copy.
    pub copies: Vec<Copied>,
    /// Whether the recipient chose a midweek report.
    pub midweek: bool,
}

/// One unit, and why this recipient receives its report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The unit.
    pub unit: UnitId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The reason.
    pub why: Why,
}

/// Returns the recipients of all mails: people first, then units without a recipient, each in the order of their key.
///
/// A unit needs a recipient if it is in the snapshot and is the root or has ever had a senior manager. The recipients are the
/// first of these:
/// 1. its senior managers who have a counting post and a work address, and their deputies on the day;
/// 2. the deputy of a current appointment, else of the appointment that ended last;
/// 3. the recipients by 1 and 2 of the nearest unit above that has any;
/// 4. the coordinators of the unit, else of the nearest unit above that has any;
/// 5. the coordinators of the unit nearest the root that has any (ties by code).
#[must_use]
pub fn recipients(data: &RecipientData, tree: &SnapshotTree) -> Vec<Recipient> {
    let search = Search::new(data);
    let mut found: BTreeMap<Key, BTreeMap<usize, Answer>> = BTreeMap::new();
    for (unit, node) in &data.units {
        let Some(position) = tree.position(*unit) else { continue };
        if !search.needs_recipient(*unit, node) {
            continue;
        }
        for (key, why) in search.recipients_of(*unit) {
            let answer = Answer { unit: *unit, code: node.code.clone(), name: node.name.clone(), why };
            let kept = found.entry(key).or_default().entry(position).or_insert_with(|| answer.clone());
            if answer.why < kept.why {
                *kept = answer;
            }
        }
    }
    found
        .into_iter()
        .map(|(key, answers)| {
            let contact = match key {
                Key::Person(person) => data.contacts.get(&person).cloned().unwrap_or_default(),
                Key::Unit(_) => Contact::default(),
            };
            let chosen = match key {
                Key::Person(person) => data.preferences.get(&person),
                Key::Unit(_) => None,
            };
            Recipient {
                key,
                name: contact.name,
                address: contact.address,
                answers: answers.into_values().collect(),
                hidden: chosen.map(|chosen| chosen.hidden.clone()).unwrap_or_default(),
                copies: chosen.map(|chosen| copies::copies(data, key, chosen)).unwrap_or_default(),
                midweek: chosen.is_some_and(|chosen| chosen.midweek),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
