//! An applied staff list of one employer. For one as-at day, only the list that was applied last.

use sea_orm::entity::prelude::*;

use crate::id::StaffListId;
use crate::period::Day;

/// An applied staff list of one employer. For one as-at day, only the list that was applied last.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_list")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: StaffListId,
    /// The employer as the list spells it.
    pub employer: String,
    /// The employer's name in the form in which it is compared.
    pub employer_key: String,
    /// The day that the list describes.
    pub as_at: Day,
}

impl ActiveModelBehavior for ActiveModel {}
