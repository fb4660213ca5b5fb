//! What the removal of expired rows has in common. Rows are removed in chunks, each in a transaction of its own, so that no lock
//! is held for long and an interruption leaves nothing half done.

use chrono::{DateTime, NaiveTime, Utc};
use sea_orm::{DatabaseTransaction, DbErr};

use super::Kind;
use crate::period::Day;
use crate::store::audit::{self, AuditContext};
use crate::value::Action;

/// Rows whose retention period has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExpiredRows {
    /// Number of rows.
    pub rows: u64,
    /// The day of the oldest one.
    pub oldest: Option<Day>,
}

/// Returns the first instant of a day in UTC: a few hours do not matter to a period of months.
pub(super) fn instant(day: Day) -> DateTime<Utc> {
    day.date().and_time(NaiveTime::MIN).and_utc()
}

/// Commits, with an audit event if any rows were removed.
pub(super) async fn recorded(txn: DatabaseTransaction, kind: Kind, rows: u64, by: &AuditContext) -> Result<u64, DbErr> {
    if rows > 0 {
        let event = by.did(Action::RetentionRun, format!("retention:{kind}"), serde_json::json!({ "rows": rows }));
        audit::record(&txn, &event).await?;
    }
    txn.commit().await?;
    Ok(rows)
}
