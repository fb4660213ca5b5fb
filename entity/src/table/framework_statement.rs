//! A statement of a version of the competence framework.

use sea_orm::entity::prelude::*;

use crate::id::{FrameworkId, FrameworkStatementId};

/// A statement of a version of the competence framework: what a person of a level is able to do.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "framework_statement")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: FrameworkStatementId,
    /// The version.
    pub framework_id: FrameworkId,
    /// Its code, unique in the version.
    pub code: String,
    /// The level, 1 to 3.
    pub level: i32,
    /// The domain, in the board's own words.
    pub domain: String,
    /// The statement.
    pub body: String,
}

impl ActiveModelBehavior for ActiveModel {}
