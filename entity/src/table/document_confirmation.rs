//! A person's confirmation that they have read an information pack, or signed an agreement.

use sea_orm::entity::prelude::*;

use crate::id::{DocumentConfirmationId, DocumentId, PersonId};
use crate::period::Day;

/// A person's confirmation that they have read an information pack, or signed an agreement. Only the person gives it, once
/// per document.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document_confirmation")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: DocumentConfirmationId,
    /// The document.
    pub document_id: DocumentId,
    /// The person.
    pub person_id: PersonId,
    /// The day on which they confirmed it.
    pub confirmed_on: Day,
}

impl ActiveModelBehavior for ActiveModel {}
