//! A link of the demonstration that signs in once.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::{ApiTokenId, PersonId, SignInLinkId};
use crate::secret::SecretHash;

/// A link of the demonstration that signs in once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_link")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: SignInLinkId,
    /// By which the secret in it is found.
    #[sea_orm(unique)]
    pub hash: SecretHash,
    /// Whom it signs in; this or a token.
    pub person_id: Option<PersonId>,
    /// What it signs in.
    pub token_id: Option<ApiTokenId>,
    /// The first instant at which it is good no longer.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
