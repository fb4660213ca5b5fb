//! A role granted to a person, in addition to the roles that follow from the facts on file.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::{AccessGrantId, PersonId};
use crate::period::Day;
use crate::value::AccessRole;

/// A role granted to a person, in addition to the roles that follow from the facts on file.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_grant")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: AccessGrantId,
    /// The person with the role.
    pub person_id: PersonId,
    /// ADMIN, COORDINATOR or AUDITOR.
    pub role: AccessRole,
    /// First day on which it is valid.
    pub valid_from: Day,
    /// First day on which it is no longer valid. `None` if open-ended.
    pub valid_to: Option<Day>,
    /// The actor who granted it, as [`crate::actor::Actor`] is written.
    pub granted_by: String,
    /// When it was granted.
    pub granted_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
