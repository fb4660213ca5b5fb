//! What the last changes of the facts touched, so that a process can read just that again.

use sea_orm::entity::prelude::*;

use crate::json_column::Touched;

/// What one change of the facts touched. A version without a row may have changed everything.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fact_change")]
pub struct Model {
    /// The data version after the change.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    /// What the change touched.
    pub touched: Touched,
}

impl ActiveModelBehavior for ActiveModel {}
