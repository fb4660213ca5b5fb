//! The rows of gap reports and of their mails: they are looked up and written once. How a mail is sent is in
//! [`super::delivery`].

mod missed;
mod resend;
mod summary;
mod tally;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ActiveValue, ColumnTrait as _, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, SqlErr,
};
use serde_json::json;

use super::delivery::{Belongs, insert};
use crate::id::{ReportId, SnapshotId};
use crate::period::IsoWeek;
use crate::store::begin_write;
use crate::table::{delivery, report, snapshot};
use crate::value::{DeliveryKind, DeliveryState, ReportKind};

pub use super::delivery::NewDelivery;
pub use missed::missed_before;
pub use resend::{refused, reopen};
pub use summary::{is_summarised, summarise_once, unaddressed};
pub use tally::{Tally, tally};

/// A report to be stored, with all its mails.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// The week of the report.
    pub week: IsoWeek,
    /// The kind of report.
    pub kind: ReportKind,
    /// The snapshot that it is about.
    pub snapshot_id: SnapshotId,
    /// The snapshot that it is compared with. `None` if there is none.
    pub previous_snapshot_id: Option<SnapshotId>,
    /// When it was built.
    pub built_at: DateTime<Utc>,
    /// Its mails.
    pub mails: Vec<NewDelivery>,
}

/// Returns a week's report of a kind.
pub async fn find(db: &impl ConnectionTrait, week: IsoWeek, kind: ReportKind) -> Result<Option<report::Model>, DbErr> {
    let of_week = report::Entity::find().filter(report::Column::Week.eq(week.to_string()));
    of_week.filter(report::Column::Kind.eq(kind)).one(db).await
}

/// Returns the snapshot of the last weekly report before `week` of which at least one mail was sent (COVERAGE.md
/// section 8). Reports are never compared with a midweek report, since only recipients who chose it receive that.
pub async fn last_mailed_before(db: &impl ConnectionTrait, week: IsoWeek) -> Result<Option<snapshot::Model>, DbErr> {
    match last_mailed(db, week).await? {
        Some(report) => snapshot::Entity::find_by_id(report.snapshot_id).one(db).await,
        None => Ok(None),
    }
}

async fn last_mailed(db: &impl ConnectionTrait, week: IsoWeek) -> Result<Option<report::Model>, DbErr> {
    let mailed = Query::select()
        .column(delivery::Column::ReportId)
        .from(delivery::Entity)
        .and_where(Expr::col(delivery::Column::State).eq(DeliveryState::Sent))
        // The summary of a run that sent nothing is not a report.
        .and_where(Expr::col(delivery::Column::Kind).eq(DeliveryKind::Report))
        .to_owned();
    report::Entity::find()
        .filter(report::Column::Week.lt(week.to_string()))
        .filter(report::Column::Kind.eq(ReportKind::Weekly))
        .filter(report::Column::Id.in_subquery(mailed))
        .order_by_desc(report::Column::Week)
        .one(db)
        .await
}

/// Writes a report and all its mails in one transaction. If a report of that week and kind exists, or another process
/// writes it at the same time, nothing is written.
pub async fn write_once(db: &DatabaseConnection, new: NewReport) -> Result<(), DbErr> {
    let NewReport { week, kind, snapshot_id, previous_snapshot_id, built_at, mails } = new;
    let txn = begin_write(db).await?;
    if find(&txn, week, kind).await?.is_some() {
        return txn.rollback().await;
    }
    let row = report::ActiveModel {
        id: ActiveValue::NotSet,
        week: ActiveValue::Set(week.to_string()),
        kind: ActiveValue::Set(kind),
        snapshot_id: ActiveValue::Set(snapshot_id),
        previous_snapshot_id: ActiveValue::Set(previous_snapshot_id),
        built_at: ActiveValue::Set(built_at),
    };
    let report_id = match report::Entity::insert(row).exec(&txn).await {
        Ok(inserted) => inserted.last_insert_id,
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            return txn.rollback().await;
        }
        Err(error) => return Err(error),
    };
    insert(&txn, Belongs::ToReport(report_id), built_at, mails).await?;
    txn.commit().await
}

/// Returns the keys of a report's mails, with whether each has a recipient. Copies and run summaries are left out.
pub async fn recipients(db: &impl ConnectionTrait, report: ReportId) -> Result<Vec<(String, bool)>, DbErr> {
    let rows: Vec<(String, DeliveryState)> = delivery::Entity::find()
        .select_only()
        .columns([delivery::Column::Recipient, delivery::Column::State])
        .filter(delivery::Column::ReportId.eq(report))
        .filter(delivery::Column::Kind.eq(DeliveryKind::Report))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(key, state)| (key, state != DeliveryState::Unaddressed)).collect())
}

/// Replaces the rows `keys` of a report, which had no recipient, by `mails` in one transaction. If another process has
/// done so in the meantime, nothing is written.
pub async fn readdress(
    db: &DatabaseConnection,
    report: ReportId,
    keys: &[String],
    at: DateTime<Utc>,
    mails: Vec<NewDelivery>,
) -> Result<(), DbErr> {
    let txn = begin_write(db).await?;
    let gone = delivery::Entity::delete_many()
        .filter(delivery::Column::ReportId.eq(report))
        .filter(delivery::Column::State.eq(DeliveryState::Unaddressed))
        .filter(delivery::Column::Recipient.is_in(keys.iter().map(String::as_str)))
        .exec(&txn)
        .await?;
    if usize::try_from(gone.rows_affected).ok() != Some(keys.len()) {
        return txn.rollback().await;
    }
    insert(&txn, Belongs::ToReport(report), at, mails).await?;
    txn.commit().await
}

/// Returns the details by which the audit log identifies a mail.
#[must_use]
pub fn named(report: &report::Model, recipient: &str) -> serde_json::Value {
    json!({ "week": report.week, "report": report.kind.as_str(), "recipient": recipient })
}
