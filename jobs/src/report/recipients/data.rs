//! What recipients are chosen from, as plain data.

use std::collections::HashMap;

use entity::id::{PersonId, UnitId};
use entity::period::{Day, Validity};
use entity::store::report_preference::Preference;
use entity::value::AppointmentRole;

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
