//! A node of the organisation's one tree: board, division, service, team.

use sea_orm::entity::prelude::*;

use crate::id::UnitId;
use crate::period::Day;

/// A node of the organisation's one tree: board, division, service, team.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unit")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: UnitId,
    /// The board's own code; unique.
    #[sea_orm(unique)]
    pub code: String,
    /// Its name.
    pub name: String,
    /// The board's name for its level: Sector, Ward.
    pub level: Option<String>,
    /// The site; a mix dimension.
    pub site: Option<String>,
    /// Teams with the same name are assessed together.
    pub cover_group: Option<String>,
    /// First day on which it is open. `None` if it has no start date.
    pub valid_from: Option<Day>,
    /// First day on which it is no longer open. `None` if open-ended.
    pub valid_to: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}
