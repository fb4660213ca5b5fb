//! The secret with which this database makes pseudonyms; one row, made with the table. Never exported, never shown.

use sea_orm::entity::prelude::*;

use crate::pseudonym::Key;

/// The secret with which this database makes pseudonyms; one row, made with the table. Never exported, never shown.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pseudonym_key")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Random, of this database alone.
    pub secret: Key,
}

impl ActiveModelBehavior for ActiveModel {}
