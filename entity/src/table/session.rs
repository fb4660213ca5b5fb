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
    /// The hash by which the secret in its cookie is found.
    #[sea_orm(unique)]
    pub hash: SecretHash,
    /// The person who is signed in; either this or a token is set.
    pub person_id: Option<PersonId>,
    /// The token that is signed in.
    pub token_id: Option<ApiTokenId>,
    /// When the session began.
    pub made_at: DateTime<Utc>,
    /// The first instant at which it is no longer valid, even if in use.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, to the minute. A session that is not used for long also ends.
    pub last_used_at: DateTime<Utc>,
    /// When it was ended. `None` if it was not.
    pub ended_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
