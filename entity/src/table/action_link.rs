//! A single-use link by which the reader of a mail takes the steps of the mail without an account.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::{ActionLinkId, MailingId};
use crate::secret::SecretHash;

/// A single-use link by which the reader of a mail takes the steps of the mail without an account. Each attempt to send the
/// mail makes one, because only the mail that is sent contains the secret.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "action_link")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: ActionLinkId,
    /// The mail.
    pub mailing_id: MailingId,
    /// The hash by which the secret in the link is found.
    #[sea_orm(unique)]
    pub hash: SecretHash,
    /// When it was made.
    pub made_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
