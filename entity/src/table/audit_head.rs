//! One row: the end of the audit log, so that the removal of the last event is noticed.

use sea_orm::entity::prelude::*;

use crate::id::AuditEventId;

/// One row: the end of the audit log. The database updates it with each event, and refuses any other change.
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
