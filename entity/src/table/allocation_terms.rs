//! The terms of an allocation from a day on: protected time, and whether cover from outside the team is agreed.

use sea_orm::entity::prelude::*;

use crate::id::{AllocationId, AllocationTermsId};
use crate::period::Day;

/// The terms of an allocation from a day on: protected time, and whether cover from outside the team is agreed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "allocation_terms")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: AllocationTermsId,
    /// The allocation.
    pub allocation_id: AllocationId,
    /// First day; later terms replace earlier ones. `None` for the first terms.
    pub valid_from: Option<Day>,
    /// Protected time in hundredths of an hour per month.
    pub protected_hours: Option<i32>,
    /// Whether the person supports a team in which they do not work.
    pub outside_team: bool,
}

impl ActiveModelBehavior for ActiveModel {}
