//! The rows of gap reports and of their mails: they are looked up, written once, claimed for an attempt, and get its
//! outcome.
//!
//! The jobs decide what a mail says and when it is retried; this module only keeps two processes, a crash and a retry
//! from interfering with each other.

mod attempt;
mod missed;
mod resend;
mod summary;
mod tally;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ActiveValue, ColumnTrait as _, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, SqlErr,
};

use crate::id::{PersonId, ReportId, SnapshotId};
use crate::json_column::MailUnits;
use crate::period::IsoWeek;
use crate::store::begin_write;
use crate::table::{delivery, report, snapshot};
use crate::value::{DeliveryKind, DeliveryState, ReportKind};

pub use attempt::{AttemptOutcome, Attempted, claim, due, named, record_delivery};
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

/// A mail to be stored.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// The kind of mail.
    pub kind: DeliveryKind,
    /// Idempotency key within the report.
    pub recipient: String,
    /// The recipient. `None` if there is none; the row is then `UNADDRESSED` from the start.
    pub person_id: Option<PersonId>,
    /// The owner of the report that this is a copy of. `None` unless it is a copy.
    pub owner_id: Option<PersonId>,
    /// The e-mail address.
    pub address: Option<String>,
    /// The units that it is about.
    pub units: MailUnits,
    /// Subject line.
    pub subject: String,
    /// Message-ID without its angle brackets.
    pub message_id: String,
    /// Plain-text part.
    pub text_part: String,
    /// HTML part.
    pub html_part: String,
    /// Attached CSV.
    pub csv_part: String,
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
    insert(&txn, report_id, built_at, mails).await?;
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
    insert(&txn, report, at, mails).await?;
    txn.commit().await
}

async fn insert(
    txn: &DatabaseTransaction,
    report: ReportId,
    at: DateTime<Utc>,
    mails: Vec<NewDelivery>,
) -> Result<(), DbErr> {
    /// Number of rows per statement: each holds a whole rendered mail.
    const CHUNK: usize = 20;
    let mut rows = mails.into_iter().map(|mail| new_row(report, at, mail)).peekable();
    while rows.peek().is_some() {
        let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
        delivery::Entity::insert_many(chunk).exec(txn).await?;
    }
    Ok(())
}

fn new_row(report_id: ReportId, at: DateTime<Utc>, mail: NewDelivery) -> delivery::ActiveModel {
    let NewDelivery {
        kind,
        recipient,
        person_id,
        owner_id,
        address,
        units,
        subject,
        message_id,
        text_part,
        html_part,
        csv_part,
    } = mail;
    let addressed = address.is_some();
    delivery::ActiveModel {
        id: ActiveValue::NotSet,
        report_id: ActiveValue::Set(report_id),
        kind: ActiveValue::Set(kind),
        recipient: ActiveValue::Set(recipient),
        person_id: ActiveValue::Set(person_id),
        owner_id: ActiveValue::Set(owner_id),
        address: ActiveValue::Set(address),
        units: ActiveValue::Set(units),
        subject: ActiveValue::Set(subject),
        message_id: ActiveValue::Set(message_id),
        text_part: ActiveValue::Set(text_part),
        html_part: ActiveValue::Set(html_part),
        csv_part: ActiveValue::Set(csv_part),
        state: ActiveValue::Set(if addressed { DeliveryState::Pending } else { DeliveryState::Unaddressed }),
        attempts: ActiveValue::Set(0),
        next_attempt_at: ActiveValue::Set(addressed.then_some(at)),
        accepted_at: ActiveValue::Set(None),
        last_error: ActiveValue::Set((!addressed).then(|| "no recipient found".to_owned())),
        stored_at: ActiveValue::Set(None),
        refused_by: ActiveValue::Set(None),
    }
}
