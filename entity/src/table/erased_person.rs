//! A person whose name and contact were erased.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::PersonId;
use crate::value::ErasureReason;

/// A person whose name and contact were erased.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "erased_person")]
pub struct Model {
    /// The person, whose row stays without name and address and with a pseudonym instead of a number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// When they were erased.
    pub erased_at: DateTime<Utc>,
    /// The reason.
    pub reason: ErasureReason,
}

impl ActiveModelBehavior for ActiveModel {}
