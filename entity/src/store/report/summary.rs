//! Data for run summaries, and a guarantee that there is one per report.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};

use super::super::delivery::{Belongs, insert};
use super::NewDelivery;
use crate::id::ReportId;
use crate::json_column::MailUnits;
use crate::store::begin_write;
use crate::table::{delivery, report};
use crate::value::{DeliveryKind, DeliveryState};

fn summaries(report: ReportId) -> Select<delivery::Entity> {
    delivery::Entity::find()
        .filter(delivery::Column::ReportId.eq(report))
        .filter(delivery::Column::Kind.eq(DeliveryKind::RunSummary))
}

/// Whether the run summary of a report has been written.
pub async fn is_summarised(db: &impl ConnectionTrait, report: ReportId) -> Result<bool, DbErr> {
    Ok(summaries(report).count(db).await? > 0)
}

/// Writes the run summaries of a report in one transaction. Returns `false`, and writes nothing, if the report has any: also if
/// another process wrote them to other coordinators in the meantime.
pub async fn summarise_once(
    db: &DatabaseConnection,
    report: ReportId,
    at: DateTime<Utc>,
    mails: Vec<NewDelivery>,
) -> Result<bool, DbErr> {
    let txn = begin_write(db).await?;
    // The unique key alone would let two processes write summaries to different people.
    report::Entity::find_by_id(report).lock_exclusive().one(&txn).await?;
    if is_summarised(&txn, report).await? {
        txn.rollback().await?;
        return Ok(false);
    }
    insert(&txn, Belongs::ToReport(report), at, mails).await?;
    txn.commit().await?;
    Ok(true)
}

/// Returns the units of each report of a week that had no recipient, in the order in which they were created.
///
/// # Errors
///
/// The database error.
pub async fn unaddressed(db: &impl ConnectionTrait, report: ReportId) -> Result<Vec<MailUnits>, DbErr> {
    delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Units)
        .filter(delivery::Column::ReportId.eq(report))
        .filter(delivery::Column::Kind.eq(DeliveryKind::Report))
        .filter(delivery::Column::State.eq(DeliveryState::Unaddressed))
        .order_by_asc(delivery::Column::Id)
        .into_tuple()
        .all(db)
        .await
}
