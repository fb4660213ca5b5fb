//! One audit event: what was done, by which actor and when. Rows are written by [`crate::store::audit`] and never changed.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::AuditEventId;

/// One audit event: what was done, by which actor and when. Its codes are stored as text, so that a row with invalid
/// codes can still be read and shown to be wrong.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    /// Key: one more than that of the event before.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEventId,
    /// When, in whole microseconds.
    pub at: DateTime<Utc>,
    /// The actor, as [`crate::actor::Actor`] is written.
    pub actor: String,
    /// The action, a word of [`crate::value::Action`].
    pub action: String,
    /// The object of the action: `person:12`, `run:coverage/2026-11-16`; never a name.
    pub object: Option<String>,
    /// The value before the change, as JSON of ids, codes, words, counts and days.
    pub before: Option<String>,
    /// The value after the change, in the same format.
    pub after: Option<String>,
    /// The id of the request, as in its log lines.
    pub request_id: Option<String>,
    /// `hash` of the event before; 64 zeros for the first.
    pub previous_hash: String,
    /// SHA-256 of all of the above, 64 hexadecimal digits.
    pub hash: String,
}

impl ActiveModelBehavior for ActiveModel {}
