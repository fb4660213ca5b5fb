//! What a run summary is made from, and that there is one for each report.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};

use super::{NewDelivery, insert};
use crate::id::ReportId;
use crate::store::begin_write;
use crate::table::{delivery, report};
use crate::value::{DeliveryKind, DeliveryState};

fn summaries(report: ReportId) -> Select<delivery::Entity> {
    delivery::Entity::find()
        .filter(delivery::Column::ReportId.eq(report))
        .filter(delivery::Column::Kind.eq(DeliveryKind::RunSummary))
}

/// Whether the run summary of a report has been written down.
///
/// # Errors
///
/// What the database said.
pub async fn is_summarised(db: &impl ConnectionTrait, report: ReportId) -> Result<bool, DbErr> {
    Ok(summaries(report).count(db).await? > 0)
}

/// Writes the run summaries of a report in one transaction. Returns `false`, and writes nothing, if the report has any: also if
/// another process wrote them to other coordinators in the meantime.
///
/// # Errors
///
/// What the database said.
pub async fn summarise_once(
    db: &DatabaseConnection,
    report: ReportId,
    at: DateTime<Utc>,
    mails: Vec<NewDelivery>,
) -> Result<bool, DbErr> {
    let txn = begin_write(db).await?;
    // The unique key alone would let two processes write to different people.
    report::Entity::find_by_id(report).lock_exclusive().one(&txn).await?;
    if is_summarised(&txn, report).await? {
        txn.rollback().await?;
        return Ok(false);
    }
    insert(&txn, report, at, mails).await?;
    txn.commit().await?;
    Ok(true)
}

/// A report that had no one to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unaddressed {
    /// Idempotency key within the report: `unit:7`.
    pub recipient: String,
    /// A list of `{code, name, why}`, as its row has it.
    pub units: serde_json::Value,
}

/// The reports of a week that had no one to go to, in the order in which they were made.
///
/// # Errors
///
/// What the database said.
pub async fn unaddressed(db: &impl ConnectionTrait, report: ReportId) -> Result<Vec<Unaddressed>, DbErr> {
    let rows: Vec<(String, serde_json::Value)> = delivery::Entity::find()
        .select_only()
        .columns([delivery::Column::Recipient, delivery::Column::Units])
        .filter(delivery::Column::ReportId.eq(report))
        .filter(delivery::Column::Kind.eq(DeliveryKind::Report))
        .filter(delivery::Column::State.eq(DeliveryState::Unaddressed))
        .order_by_asc(delivery::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(recipient, units)| Unaddressed { recipient, units }).collect())
}
