//! Two numbers of one person (COVERAGE.md section 10).

use sea_orm::entity::prelude::*;

use crate::id::{PersonId, PersonLinkId};

/// Two numbers of one person (COVERAGE.md section 10).
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person_link")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: PersonLinkId,
    /// One of the two.
    pub person_id: PersonId,
    /// The other.
    pub same_as_id: PersonId,
}

impl ActiveModelBehavior for ActiveModel {}
