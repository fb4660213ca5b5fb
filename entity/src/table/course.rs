//! A training module. Level 1 has one module per platform.

use sea_orm::entity::prelude::*;

use crate::id::CourseId;
use crate::value::Level;

/// A training module. Level 1 has one module per platform.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "course")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: CourseId,
    /// The code as the board writes it.
    pub code: String,
    /// The code without spaces, in lower case; unique.
    #[sea_orm(unique)]
    pub code_key: String,
    /// Title.
    pub title: Option<String>,
    /// The level of a pass of it.
    pub level: Level,
    /// The learning platform.
    pub platform: Option<String>,
    /// The kind of employer: health, social care or any.
    pub employer_kind: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
