//! A one-time sign-in link of the demonstration.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::{ApiTokenId, PersonId, SignInLinkId};
use crate::secret::SecretHash;

/// A one-time sign-in link of the demonstration.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_link")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: SignInLinkId,
    /// The hash by which the secret in it is found.
    #[sea_orm(unique)]
    pub hash: SecretHash,
    /// The person it signs in; either this or a token is set.
    pub person_id: Option<PersonId>,
    /// The token that it signs in.
    pub token_id: Option<ApiTokenId>,
    /// The first instant at which it is no longer valid.
    pub expires_at: DateTime<Utc>,
    /// When it was used. `None` if it was not.
    pub used_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
