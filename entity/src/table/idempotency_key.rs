//! A key that a client gave to a command, so that sending it again changes nothing twice.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::{ChangeId, IdempotencyKeyId, PersonId};
use crate::value::command::Command;

/// A key that a client gave to a command, so that sending it again changes nothing twice. Kept for 30 days.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Key of the row.
    #[sea_orm(primary_key)]
    pub id: IdempotencyKeyId,
    /// The person who gave the command.
    pub actor_id: PersonId,
    /// The command.
    pub command: Command,
    /// The client's key, 1 to 64 characters. Unique for the person and the command.
    pub key: String,
    /// SHA-256 of the input, 64 hexadecimal digits.
    pub input_hash: String,
    /// The change that the command made.
    pub change_id: ChangeId,
    /// When it was first sent.
    pub at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
