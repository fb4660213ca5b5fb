//! One row: where the audit log ends, so that a last event that was removed is missed.

use sea_orm::entity::prelude::*;

use crate::id::AuditEventId;

/// One row: where the audit log ends. The database moves it with each event, and refuses to move it otherwise.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_head")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// The last event; 0 if the log is empty.
    pub last_id: AuditEventId,
    /// Its hash; 64 zeros if the log is empty.
    pub last_hash: String,
}

impl ActiveModelBehavior for ActiveModel {}
