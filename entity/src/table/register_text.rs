//! A free text of the register: a statement, a question, an answer, evidence. Erased with its subject.

use sea_orm::entity::prelude::*;

use crate::id::{PersonId, RegisterTextId};

/// A free text of the register: a statement, a question, an answer, evidence. Erased with its subject.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_text")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: RegisterTextId,
    /// The person that it is about.
    pub person_id: PersonId,
    /// The person who wrote it.
    pub author_id: PersonId,
    /// Random text, 64 hexadecimal digits. Change records hold the hash of salt and text, which proves nothing once the
    /// salt is erased.
    pub salt: String,
    /// The text, at most 500 characters.
    pub text: String,
}

impl ActiveModelBehavior for ActiveModel {}
