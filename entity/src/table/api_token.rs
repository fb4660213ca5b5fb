//! An API token, for a front end or a script. Its secret was shown once and is not stored.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::ApiTokenId;
use crate::secret::SecretHash;
use crate::value::AccessRole;

/// An API token, for a front end or a script. Its secret was shown once and is not stored.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: ApiTokenId,
    /// Its name, which says what it is for.
    pub name: String,
    /// DASHBOARD, COORDINATOR, AUDITOR or ADMIN.
    pub role: AccessRole,
    /// The hash by which its secret is found.
    #[sea_orm(unique)]
    pub hash: SecretHash,
    /// Whether it sees names of people.
    pub names: bool,
    /// Whether it may explore the schema, although its role may not.
    pub explore: bool,
    /// The actor who created it, as [`crate::actor::Actor`] is written.
    pub made_by: String,
    /// When it was created.
    pub made_at: DateTime<Utc>,
    /// The first instant at which it is no longer valid.
    pub expires_at: DateTime<Utc>,
    /// When it was revoked. `None` if it was not.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute. `None` if never.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
