//! A free text that was erased because it named a person. Its pseudonym recognises the same text in a later file.

use sea_orm::entity::prelude::*;

/// A free text that was erased because it named a person. Its pseudonym recognises the same text in a later file.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "erased_text")]
pub struct Model {
    /// The pseudonym of the text, from which the text cannot be recovered.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pseudonym: String,
}

impl ActiveModelBehavior for ActiveModel {}
