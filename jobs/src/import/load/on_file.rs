//! Finds the people and units on file that other rows on file refer to.

use entity::id::{PersonId, UnitId};
use sea_orm::DbErr;

use super::super::dataset::Dataset;
use super::super::reference::{PersonIx, UnitIx};

/// The error for a row with a broken reference, which the database's own keys prevent.
pub(super) fn dangling(what: &str) -> DbErr {
    DbErr::Custom(format!("a {what} on file refers to a row that is not there"))
}

impl Dataset {
    pub(super) fn person_on_file(&self, id: PersonId) -> Result<PersonIx, DbErr> {
        self.people.with_id(id).ok_or_else(|| dangling("row about a person"))
    }

    pub(super) fn person_on_file_if(&self, id: Option<PersonId>) -> Result<Option<PersonIx>, DbErr> {
        id.map(|id| self.person_on_file(id)).transpose()
    }

    pub(super) fn unit_on_file(&self, id: UnitId) -> Result<UnitIx, DbErr> {
        self.units.with_id(id).ok_or_else(|| dangling("row about a unit"))
    }
}
