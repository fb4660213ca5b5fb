//! Finds the units and people that rows refer to.

use std::borrow::Cow;

use entity::interner::Symbol;

use super::super::dataset::Dataset;
use super::super::fault::Fault;
use super::super::layout::{Column, SupporterColumn as At};
use super::super::parse::AllocationRow;
use super::super::record::{Allocation, Approval};
use super::super::reference::{PersonIx, PersonKey, UnitIx, Written};

impl Dataset {
    /// Creates a fault of a cell, with its value as written.
    pub(super) fn fault(&self, column: impl Column, value: Symbol, sentence: impl Into<Cow<'static, str>>) -> Fault {
        Fault { column: column.header(), value: self.words.get(value).to_owned(), sentence: sentence.into() }
    }

    /// Finds the unit that a row names.
    pub(super) fn unit(&self, code: Symbol, column: impl Column) -> Result<UnitIx, Fault> {
        self.units.find(code).ok_or_else(|| self.fault(column, code, "This unit code is not in units.csv or on file"))
    }

    /// Finds the person that a row is about.
    pub(super) fn person(&self, key: PersonKey, column: impl Column) -> Result<PersonIx, Fault> {
        self.people.find(key).ok_or_else(|| {
            let employer = self.words.get(key.0);
            let sentence = format!("No one at {employer} has this number in staff.csv or on file");
            self.fault(column, key.1, sentence)
        })
    }

    /// Finds a person given as `Employer/Employee Number`.
    pub(super) fn other(&self, key: Option<PersonKey>, column: impl Column) -> Result<Option<PersonIx>, Fault> {
        let Some(key) = key else { return Ok(None) };
        match self.people.find(key) {
            Some(person) => Ok(Some(person)),
            None => {
                let value = format!("{}/{}", self.words.get(key.0), self.words.get(key.1));
                let sentence = "This person is not in staff.csv or on file".into();
                Err(Fault { column: column.header(), value, sentence })
            }
        }
    }

    /// Finds the people and the unit that a row of supporters.csv names.
    pub(super) fn allocation(&self, row: AllocationRow) -> Result<Allocation, Fault> {
        let AllocationRow { allocation, undated_line_approver, undated_senior_approver } = row;
        let Allocation { person, role, unit, share, validity, line, senior, signed_off_on, pause, terms } = allocation;
        Ok(Allocation {
            person: self.person(person, At::Number)?,
            role,
            unit: self.unit(unit, At::Unit)?,
            share,
            validity,
            line: self.approval(line, undated_line_approver, At::LineApprover)?,
            senior: self.approval(senior, undated_senior_approver, At::SeniorApprover)?,
            signed_off_on,
            pause,
            terms,
        })
    }

    /// Finds the approver. An approval without a day neither counts nor makes its approver ineligible, so it is ignored.
    /// Its approver must still be on file.
    fn approval(
        &self,
        approval: Option<Approval<Written>>,
        undated_approver: Option<PersonKey>,
        approver: At,
    ) -> Result<Option<Approval>, Fault> {
        self.other(undated_approver, approver)?;
        let Some(Approval { on, by }) = approval else { return Ok(None) };
        Ok(Some(Approval { on, by: self.other(by, approver)? }))
    }

    /// Records that an accepted row refers to these people.
    pub(super) fn mark_wanted(&mut self, people: impl IntoIterator<Item = PersonIx>) {
        for person in people {
            self.people.state[person.at()].wanted = true;
        }
    }
}
