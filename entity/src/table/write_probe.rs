//! One row that the readiness check writes, to prove that the database accepts writes.

use sea_orm::entity::prelude::*;

/// One row that the readiness check writes, to prove that the database accepts writes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "write_probe")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Number of times it was written.
    pub writes: i64,
}

impl ActiveModelBehavior for ActiveModel {}
