//! Finds the units and people that rows refer to.

use std::borrow::Cow;

use entity::interner::Symbol;

use super::super::dataset::Dataset;
use super::super::fault::Fault;
use super::super::layout::Column;
use super::super::reference::{PersonIx, PersonKey, UnitIx};

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

    /// Records that an accepted row refers to these people.
    pub(super) fn mark_wanted(&mut self, people: impl IntoIterator<Item = PersonIx>) {
        for person in people {
            self.people.state[person.at()].wanted = true;
        }
    }
}
