//! One human being, identified by employer and employee number.

use sea_orm::entity::prelude::*;

use crate::id::PersonId;

/// One human being, identified by employer and employee number.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: PersonId,
    /// The employer.
    pub employer: String,
    /// Employee number: text, leading zeros kept.
    pub number: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Work address; never a private one.
    pub work_email: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
