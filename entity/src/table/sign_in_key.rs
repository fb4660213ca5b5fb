//! The secret that seals the state that browsers keep during a sign-in: one row, created with the table. Never
//! exported.

use sea_orm::entity::prelude::*;

use crate::secret::SealingSecret;

/// The secret that seals the state that browsers keep during a sign-in: one row, created with the table. Never
/// exported.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_key")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// A random secret of this database alone.
    pub secret: SealingSecret,
}

impl ActiveModelBehavior for ActiveModel {}
