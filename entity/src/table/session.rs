//! A browser that is signed in, as a person or (in the demonstration) as an API token.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::{ApiTokenId, PersonId, SessionId};
use crate::secret::SecretHash;

/// A browser that is signed in, as a person or (in the demonstration) as an API token.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: SessionId,
    /// By which the secret in its cookie is found.
    #[sea_orm(unique)]
    pub hash: SecretHash,
    /// Who is signed in; this or a token.
    pub person_id: Option<PersonId>,
    /// What is signed in.
    pub token_id: Option<ApiTokenId>,
    /// When they signed in.
    pub made_at: DateTime<Utc>,
    /// The first instant at which it is over, used or not.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, to the minute; unused for long it is over too.
    pub last_used_at: DateTime<Utc>,
    /// When they signed out.
    pub ended_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
