//! A colleague who receives a copy of a person's weekly report.

use sea_orm::entity::prelude::*;

use crate::id::PersonId;

/// A colleague who receives a copy of a person's weekly report.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_copy")]
pub struct Model {
    /// The owner of the report.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: PersonId,
    /// The recipient of the copy.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
}

impl ActiveModelBehavior for ActiveModel {}
