//! The secret from which this database makes pseudonyms: one row, created with the table. Never exported and never
//! shown.

use sea_orm::entity::prelude::*;

use crate::pseudonym::Key;

/// The secret from which this database makes pseudonyms: one row, created with the table. Never exported and never
/// shown.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pseudonym_key")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// A random secret of this database alone.
    pub secret: Key,
}

impl ActiveModelBehavior for ActiveModel {}
