//! The dated facts of people: days away and appointments.

use entity::period::{Day, Validity};
use entity::value::AppointmentRole;
use entity::value::register::KeptKind;

use super::super::dataset::Dataset;
use super::super::fault::Fault;
use super::super::layout::{Column, ColumnSet, ManagerColumn, UnavailabilityColumn};
use super::super::plan::{Plan, Writes};
use super::super::record::{Appointment, KeptFact, Unavailability};
use super::super::reference::{PersonIx, PersonKey, UnitIx, Written};
use super::dated_facts::{DatedFact, SimpleFact, differing};

impl DatedFact for Unavailability {
    type Row = Unavailability<Written>;
    type About = PersonIx;
    const CORRECTS_FIRST_DAY: bool = false;

    fn first_day_column() -> impl Column {
        UnavailabilityColumn::From
    }

    fn subject(row: &Self::Row) -> Option<PersonKey> {
        Some(row.person)
    }

    fn resolve(row: Self::Row, dataset: &mut Dataset) -> Result<Self, Fault> {
        let person = dataset.person(row.person, UnavailabilityColumn::Number)?;
        dataset.mark_wanted([person]);
        Ok(Self { person, from: row.from, to: row.to })
    }

    fn about(&self) -> Self::About {
        self.person
    }

    fn validity(&self) -> Validity {
        Validity { from: Some(self.from), to: self.to }
    }

    fn fill(self, on_file: &Self, columns: ColumnSet) -> Self {
        Self { to: columns.given_or(UnavailabilityColumn::Until, self.to, on_file.to), ..self }
    }

    /// Merges two absences of one person from the same day, until the later of the two ends.
    fn merged_with(&self, other: &Self) -> Option<Self> {
        Some(Self { to: self.to.zip(other.to).map(|(a, b)| a.max(b)), ..*self })
    }
}

impl SimpleFact for Unavailability {
    fn on_file(dataset: &mut Dataset) -> &mut Vec<(i64, Self)> {
        &mut dataset.unavailability
    }

    fn writes(plan: &mut Plan) -> &mut Writes<Self> {
        &mut plan.unavailability
    }
}

impl DatedFact for Appointment {
    type Row = Appointment<Written>;
    type About = (UnitIx, PersonIx, AppointmentRole);
    const CORRECTS_FIRST_DAY: bool = true;

    fn first_day_column() -> impl Column {
        ManagerColumn::From
    }

    fn subject(row: &Self::Row) -> Option<PersonKey> {
        Some(row.person)
    }

    fn resolve(row: Self::Row, dataset: &mut Dataset) -> Result<Self, Fault> {
        use ManagerColumn as At;
        let Appointment { unit, person, role, validity, delegate, delegate_validity } = row;
        let unit = dataset.unit(unit, At::Unit)?;
        let person = dataset.person(person, At::Number)?;
        let delegate = dataset.other(delegate, At::Delegate)?;
        dataset.mark_wanted([person].into_iter().chain(delegate));
        Ok(Self { unit, person, role, validity, delegate, delegate_validity })
    }

    fn about(&self) -> Self::About {
        (self.unit, self.person, self.role)
    }

    fn validity(&self) -> Validity {
        self.validity
    }

    fn fill(self, on_file: &Self, columns: ColumnSet) -> Self {
        use ManagerColumn as At;
        Self {
            validity: Validity {
                from: columns.given_or(At::From, self.validity.from, on_file.validity.from),
                to: columns.given_or(At::Until, self.validity.to, on_file.validity.to),
            },
            delegate: columns.given_or(At::Delegate, self.delegate, on_file.delegate),
            delegate_validity: Validity {
                from: columns.given_or(At::DelegateFrom, self.delegate_validity.from, on_file.delegate_validity.from),
                to: columns.given_or(At::DelegateUntil, self.delegate_validity.to, on_file.delegate_validity.to),
            },
            ..self
        }
    }
}

impl SimpleFact for Appointment {
    fn on_file(dataset: &mut Dataset) -> &mut Vec<(i64, Self)> {
        &mut dataset.appointments
    }

    fn writes(plan: &mut Plan) -> &mut Writes<Self> {
        &mut plan.appointments
    }

    fn kept_as(&self) -> Option<KeptFact> {
        Some(KeptFact {
            kind: KeptKind::Appointment,
            unit: self.unit,
            person: Some(self.person),
            role: Some(self.role),
            in_force_from: None,
        })
    }

    fn differences(&self, on_file: &Self) -> Vec<&'static str> {
        use ManagerColumn as At;
        differing([
            (At::From, self.validity.from != on_file.validity.from),
            (At::Until, self.validity.to != on_file.validity.to),
            (At::Delegate, self.delegate != on_file.delegate),
            (At::DelegateFrom, self.delegate_validity.from != on_file.delegate_validity.from),
            (At::DelegateUntil, self.delegate_validity.to != on_file.delegate_validity.to),
        ])
    }

    fn until(&self, day: Option<Day>) -> Option<Self> {
        Some(Self { validity: Validity { to: day, ..self.validity }, ..*self })
    }
}
