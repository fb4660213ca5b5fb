//! A training module; Level 1's differs by platform.

use sea_orm::entity::prelude::*;

use crate::id::CourseId;
use crate::value::Level;

/// A training module; Level 1's differs by platform.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "course")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: CourseId,
    /// As the board writes it.
    pub code: String,
    /// The code without spaces, in lower case; unique.
    #[sea_orm(unique)]
    pub code_key: String,
    /// Title.
    pub title: Option<String>,
    /// What a pass of it is.
    pub level: Level,
    /// Where it is taken.
    pub platform: Option<String>,
    /// health, social care, any.
    pub employer_kind: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
