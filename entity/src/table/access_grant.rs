//! A role that a person has besides what follows from the facts on file.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::{AccessGrantId, PersonId};
use crate::period::Day;
use crate::value::AccessRole;

/// A role that a person has besides what follows from the facts on file.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_grant")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: AccessGrantId,
    /// Who has it.
    pub person_id: PersonId,
    /// ADMIN, COORDINATOR or AUDITOR.
    pub role: AccessRole,
    /// First day on which it holds.
    pub valid_from: Day,
    /// First day on which it holds no longer; open-ended when absent.
    pub valid_to: Option<Day>,
    /// Who granted it, in the word of [`crate::actor::Actor`].
    pub granted_by: String,
    /// When.
    pub granted_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
