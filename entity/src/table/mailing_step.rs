//! A step that the reader of a mail may take by the single-use link in it.

use sea_orm::entity::prelude::*;

use crate::id::{MailingId, MailingStepId};
use crate::value::command::Command;

/// A step that the reader of a mail may take by the single-use link in it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mailing_step")]
pub struct Model {
    /// Key. The idempotency key of the step's command is made from it, so the step can be taken once.
    #[sea_orm(primary_key)]
    pub id: MailingStepId,
    /// The mail.
    pub mailing_id: MailingId,
    /// The command that takes the step.
    pub command: Command,
    /// The nomination, or the record of a dispute. No foreign key: it may have been removed since.
    pub object_id: i64,
}

impl ActiveModelBehavior for ActiveModel {}
