//! Who receives the report about each unit on the day of the report, and why: the senior manager and their deputy, else the
//! next senior manager above, else a coordinator. If there is no one, the run fails visibly.
//!
//! A reason never names another person, because a mail must not reveal who holds or held a post.

mod copies;
mod network;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use entity::id::{PersonId, UnitId};
use entity::period::{Day, Validity};
use entity::store::report_preference::Preference;
use entity::value::{AppointmentRole, ReportSection};

use super::snapshot_tree::SnapshotTree;
use super::wording::day;
pub use copies::Copied;
pub use network::{Network, network};

/// The data from which recipients are chosen.
#[derive(Clone, Debug)]
pub struct RecipientData {
    /// The day of the report.
    pub day: Day,
    /// Every unit, open or closed: a closed unit can lie between a unit and the root (COVERAGE.md section 2).
    pub units: HashMap<UnitId, UnitNode>,
    /// Every appointment on file.
    pub appointments: Vec<UnitAppointment>,
    /// Contacts of the appointed people, deputies and recipients of copies who have a counting post on the day.
    pub contacts: HashMap<PersonId, Contact>,
    /// The report settings of recipients.
    pub preferences: HashMap<PersonId, Preference>,
}

/// A unit of the tree on the day of the report.
#[derive(Clone, Debug)]
pub struct UnitNode {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The unit above. `None` for the root.
    pub parent: Option<UnitId>,
}

/// The appointment of a senior manager or coordinator of a unit, with their deputy.
#[derive(Clone, Debug)]
pub struct UnitAppointment {
    /// The unit.
    pub unit: UnitId,
    /// The appointed person.
    pub person: PersonId,
    /// Senior manager or coordinator.
    pub role: AppointmentRole,
    /// The days of the appointment.
    pub validity: Validity,
    /// The deputy, and the days on which they are deputy.
    pub delegate: Option<(PersonId, Validity)>,
}

/// A person's name and address for a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Full name, on one line.
    pub name: Option<String>,
    /// Work e-mail address.
    pub address: Option<String>,
}

/// The recipient of a mail, as in the key of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A person.
    Person(PersonId),
    /// A unit without a recipient.
    Unit(UnitId),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Unit(id) => write!(f, "unit:{id}"),
        }
    }
}

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

/// Why a recipient receives the report of a unit, the strongest reason first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The unit's senior manager.
    SeniorManager,
    /// The deputy of the unit's senior manager, who receives it too.
    StandsIn {
        /// The last day as deputy. `None` if there is no end date.
        until: Option<Day>,
    },
    /// The deputy, because no mail can be sent to a senior manager of the unit.
    Delegate {
        /// Why no mail can be sent to a senior manager.
        vacancy: Vacancy,
    },
    /// The next senior manager above, or their deputy.
    NextAbove {
        /// Why no mail can be sent to the unit's own senior manager.
        vacancy: Vacancy,
        /// Name of the unit whose senior manager this is.
        above: String,
        /// Whether the recipient is the deputy of that senior manager.
        stands_in: bool,
    },
    /// A coordinator.
    Coordinator {
        /// Why no mail can be sent to the unit's own senior manager.
        vacancy: Vacancy,
        /// Name of the unit that they coordinate.
        of: String,
    },
    /// No one receives it.
    Nobody {
        /// Why no mail can be sent to the unit's own senior manager.
        vacancy: Vacancy,
    },
}

/// Why no mail can be sent to a unit's senior manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vacancy {
    /// No one is appointed on the day.
    Vacant,
    /// Appointed, but without a counting post.
    Left,
    /// In post, but without a work address on file.
    NoAddress,
}

impl Why {
    /// Whether the mail should say at the top why the reader received it.
    #[must_use]
    pub const fn is_fallback(&self) -> bool {
        match self {
            Self::SeniorManager => false,
            Self::StandsIn { .. }
            | Self::Delegate { .. }
            | Self::NextAbove { .. }
            | Self::Coordinator { .. }
            | Self::Nobody { .. } => true,
        }
    }
}

impl fmt::Display for Vacancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vacant => "it has no senior manager at present",
            Self::Left => "its senior manager is no longer in post",
            Self::NoAddress => "its senior manager has no work e-mail on file",
        })
    }
}

/// Writes the end of a sentence that begins with the unit's name and a colon.
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SeniorManager => f.write_str("you are its senior manager"),
            Self::StandsIn { until: None } => f.write_str("you are deputy for its senior manager"),
            Self::StandsIn { until: Some(until) } => {
                write!(f, "you are deputy for its senior manager until {}", day(*until))
            }
            Self::Delegate { vacancy } => write!(f, "{vacancy}, and you are the deputy"),
            Self::NextAbove { vacancy, above, stands_in: false } => {
                write!(f, "{vacancy}. You receive its report as senior manager of {above}")
            }
            Self::NextAbove { vacancy, above, stands_in: true } => {
                write!(f, "{vacancy}. You receive its report as deputy for the senior manager of {above}")
            }
            Self::Coordinator { vacancy, of } => {
                write!(
                    f,
                    "{vacancy}, and no senior manager above it has an address. You receive its report as coordinator of {of}"
                )
            }
            Self::Nobody { vacancy } => write!(f, "{vacancy}, and no one else has an address"),
        }
    }
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

struct Search<'a> {
    data: &'a RecipientData,
    seniors: HashMap<UnitId, Vec<&'a UnitAppointment>>,
    coordinators: HashMap<UnitId, Vec<&'a UnitAppointment>>,
    /// The unit nearest the root that has coordinators with an address.
    network: Option<UnitId>,
}

impl<'a> Search<'a> {
    fn new(data: &'a RecipientData) -> Self {
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

    fn needs_recipient(&self, unit: UnitId, node: &UnitNode) -> bool {
        let has_had_one = || {
            self.seniors.get(&unit).is_some_and(|rows| rows.iter().any(|row| !row.validity.begins_after(self.data.day)))
        };
        node.parent.is_none() || has_had_one()
    }

    fn recipients_of(&self, unit: UnitId) -> Vec<(Key, Why)> {
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
        vec![(Key::Unit(unit), Why::Nobody { vacancy })]
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

    fn coordinators_of(&self, unit: UnitId) -> Vec<PersonId> {
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

#[cfg(test)]
mod tests;
