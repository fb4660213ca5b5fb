//! A free text that was erased because it named somebody: by its pseudonym the same text is known when it comes again.

use sea_orm::entity::prelude::*;

/// A free text that was erased because it named somebody: by its pseudonym the same text is known when it comes again.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "erased_text")]
pub struct Model {
    /// What the text became; the text cannot be told from it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pseudonym: String,
}

impl ActiveModelBehavior for ActiveModel {}
