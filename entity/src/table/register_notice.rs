//! A nomination that a digest was about, so that the next digest has only what is new or due.

use sea_orm::entity::prelude::*;

use crate::id::{MailingId, NominationId, NoticeId};

/// A nomination that a digest was about.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_notice")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: NoticeId,
    /// The digest.
    pub mailing_id: MailingId,
    /// The nomination, which may have been removed since.
    pub nomination_id: NominationId,
    /// The days since the nominee accepted that the digest was due for: 0, 7, 14 or 21.
    pub stage: i32,
}

impl ActiveModelBehavior for ActiveModel {}
