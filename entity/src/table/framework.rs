//! A version of the competence framework.

use sea_orm::entity::prelude::*;

use crate::id::FrameworkId;
use crate::period::Day;

/// A version of the competence framework. It is in force until the next one is.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "framework")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: FrameworkId,
    /// The board's word for the version, unique.
    pub version: String,
    /// First day in force, unique.
    pub in_force_from: Day,
    /// Last day of the transition from earlier versions to this one.
    pub transition_until: Day,
    /// The governance body that approved it.
    pub approved_by: String,
    /// The day of the approval.
    pub approved_on: Day,
}

impl ActiveModelBehavior for ActiveModel {}
