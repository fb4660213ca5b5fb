//! The rows of gap reports and of their mails: they are looked up, written once, claimed for an attempt, and get its
//! outcome.
//!
//! The jobs decide what a mail says and when it is retried; this module only keeps two processes, a crash and a retry
//! from interfering with each other.

mod missed;
mod resend;
mod summary;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ActiveValue, ColumnTrait as _, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, SqlErr,
};
use serde_json::json;

use crate::actor::Actor;
use crate::id::{DeliveryId, PersonId, ReportId, SnapshotId};
use crate::json_column::MailUnits;
use crate::period::IsoWeek;
use crate::store::audit::{self, Event};
use crate::store::begin_write;
use crate::table::{delivery, report, snapshot};
use crate::value::{Action, DeliveryKind, DeliveryState, ReportKind};

pub use missed::missed_before;
pub use resend::{refused, reopen};
pub use summary::{Unaddressed, is_summarised, summarise_once, unaddressed};

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

/// The outcome of an attempt to send a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The mail server accepted it.
    Sent {
        /// When.
        at: DateTime<Utc>,
        /// The path of the file, if mail is written into a folder.
        stored_at: Option<String>,
    },
    /// It failed and will be retried.
    Retrying {
        /// When.
        next_attempt_at: DateTime<Utc>,
        /// What went wrong.
        error: String,
    },
    /// It is not retried until something has changed.
    Refused {
        /// What went wrong.
        error: String,
        /// The mail server and the sender.
        by: String,
    },
}

/// A mail that was attempted, with its name in the audit log.
#[derive(Clone, Copy, Debug)]
pub struct Attempted<'a> {
    /// The mail.
    pub id: DeliveryId,
    /// Its report.
    pub report: &'a report::Model,
    /// Idempotency key within the report: `person:12`.
    pub recipient: &'a str,
    /// The number of the attempt, as counted by the claim: a failure is only recorded if no later attempt has begun.
    pub attempt: i32,
}

/// Number of mails of a report by state. Copies and run summaries are only counted in `others_waiting`: whether the
/// week's report has reached its readers does not depend on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Accepted by the mail server.
    pub sent: u64,
    /// Waiting for the first or another attempt.
    pub waiting: u64,
    /// Permanently refused.
    pub refused: u64,
    /// Units without a recipient.
    pub unaddressed: u64,
    /// Copies and run summaries that are waiting for an attempt.
    pub others_waiting: u64,
    /// When the next waiting mail of any kind is due.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

const WAITING: [DeliveryState; 2] = [DeliveryState::Pending, DeliveryState::Retrying];

/// The error of a row between the beginning and the end of an attempt: all that is known after a crash.
const BEGUN: &str = "an attempt was started and its outcome was not recorded";

/// Returns a week's report of a kind.
///
/// # Errors
///
/// The database error.
pub async fn find(db: &impl ConnectionTrait, week: IsoWeek, kind: ReportKind) -> Result<Option<report::Model>, DbErr> {
    let of_week = report::Entity::find().filter(report::Column::Week.eq(week.to_string()));
    of_week.filter(report::Column::Kind.eq(kind)).one(db).await
}

/// Returns the snapshot of the last weekly report before `week` of which at least one mail was sent (COVERAGE.md
/// section 8). Reports are never compared with a midweek report, since only recipients who chose it receive that.
///
/// # Errors
///
/// What the database said.
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
///
/// # Errors
///
/// What the database said.
pub async fn write_once(
    db: &DatabaseConnection,
    (week, kind): (IsoWeek, ReportKind),
    snapshots: (SnapshotId, Option<SnapshotId>),
    at: DateTime<Utc>,
    mails: Vec<NewDelivery>,
) -> Result<(), DbErr> {
    let txn = begin_write(db).await?;
    if find(&txn, week, kind).await?.is_some() {
        return txn.rollback().await;
    }
    let row = report::ActiveModel {
        id: ActiveValue::NotSet,
        week: ActiveValue::Set(week.to_string()),
        kind: ActiveValue::Set(kind),
        snapshot_id: ActiveValue::Set(snapshots.0),
        previous_snapshot_id: ActiveValue::Set(snapshots.1),
        built_at: ActiveValue::Set(at),
    };
    let report_id = match report::Entity::insert(row).exec(&txn).await {
        Ok(inserted) => inserted.last_insert_id,
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            return txn.rollback().await;
        }
        Err(error) => return Err(error),
    };
    insert(&txn, report_id, at, mails).await?;
    txn.commit().await
}

/// Returns the keys of a report's mails, with whether each has a recipient. Copies and run summaries are left out.
///
/// # Errors
///
/// What the database said.
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
///
/// # Errors
///
/// What the database said.
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

/// Returns the mails of a report that are due at an instant, those that have waited longest first.
///
/// # Errors
///
/// What the database said.
pub async fn due(db: &impl ConnectionTrait, report: ReportId, at: DateTime<Utc>) -> Result<Vec<DeliveryId>, DbErr> {
    delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(delivery::Column::ReportId.eq(report))
        .filter(delivery::Column::State.is_in(WAITING))
        .filter(delivery::Column::NextAttemptAt.lte(at))
        .order_by_asc(delivery::Column::NextAttemptAt)
        .order_by_asc(delivery::Column::Id)
        .into_tuple()
        .all(db)
        .await
}

/// Claims a due mail for one attempt that ends before `until`, and counts the attempt. Returns `None` if another
/// process was quicker. After a crash it is due again at `until`.
///
/// # Errors
///
/// What the database said.
pub async fn claim(
    db: &impl ConnectionTrait,
    id: DeliveryId,
    at: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<delivery::Model>, DbErr> {
    let claimed = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Retrying))
        .col_expr(delivery::Column::Attempts, Expr::col(delivery::Column::Attempts).add(1))
        .col_expr(delivery::Column::NextAttemptAt, Expr::value(until))
        .col_expr(delivery::Column::LastError, Expr::value(BEGUN))
        .filter(delivery::Column::Id.eq(id))
        .filter(delivery::Column::State.is_in(WAITING))
        .filter(delivery::Column::NextAttemptAt.lte(at))
        .exec_with_returning(db)
        .await?;
    Ok(claimed.into_iter().next())
}

/// Records the outcome of an attempt and, if the mail was sent, an audit event in the same transaction. A mail that is
/// recorded as sent stays sent, and a failure is only recorded if no later attempt has begun.
///
/// # Errors
///
/// What the database said.
pub async fn record_delivery(
    db: &DatabaseConnection,
    Attempted { id, report, recipient, attempt }: Attempted<'_>,
    settled: AttemptOutcome,
) -> Result<(), DbErr> {
    let sent = match &settled {
        AttemptOutcome::Sent { at, .. } => Some(Event {
            object: Some(format!("delivery:{id}")),
            after: Some(named(report, recipient)),
            ..Event::new(*at, Actor::Worker, Action::ReportSent)
        }),
        AttemptOutcome::Retrying { .. } | AttemptOutcome::Refused { .. } => None,
    };
    let row = delivery::Entity::update_many()
        .filter(delivery::Column::Id.eq(id))
        .filter(delivery::Column::State.ne(DeliveryState::Sent));
    let of_this_attempt = delivery::Column::Attempts.eq(attempt);
    let row = match settled {
        AttemptOutcome::Sent { at, stored_at } => row
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Sent))
            .col_expr(delivery::Column::AcceptedAt, Expr::value(Some(at)))
            .col_expr(delivery::Column::StoredAt, Expr::value(stored_at))
            .col_expr(delivery::Column::RefusedBy, Expr::value(None::<String>))
            .col_expr(delivery::Column::NextAttemptAt, Expr::value(None::<DateTime<Utc>>))
            .col_expr(delivery::Column::LastError, Expr::value(None::<String>)),
        AttemptOutcome::Retrying { next_attempt_at, error } => row
            .filter(of_this_attempt)
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Retrying))
            .col_expr(delivery::Column::NextAttemptAt, Expr::value(Some(next_attempt_at)))
            .col_expr(delivery::Column::LastError, Expr::value(Some(error))),
        AttemptOutcome::Refused { error, by } => row
            .filter(of_this_attempt)
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Refused))
            .col_expr(delivery::Column::RefusedBy, Expr::value(Some(by)))
            .col_expr(delivery::Column::NextAttemptAt, Expr::value(None::<DateTime<Utc>>))
            .col_expr(delivery::Column::LastError, Expr::value(Some(error))),
    };
    let txn = begin_write(db).await?;
    let changed = row.exec(&txn).await?.rows_affected;
    if let Some(event) = sent.filter(|_| changed > 0) {
        audit::record(&txn, &event).await?;
    }
    txn.commit().await
}

/// Returns the details by which the audit log identifies a mail.
#[must_use]
pub fn named(report: &report::Model, recipient: &str) -> serde_json::Value {
    json!({ "week": report.week, "report": report.kind.as_str(), "recipient": recipient })
}

/// Counts the mails of a report by state.
///
/// # Errors
///
/// What the database said.
pub async fn tally(db: &impl ConnectionTrait, report: ReportId) -> Result<Tally, DbErr> {
    let counts: Vec<(DeliveryKind, DeliveryState, i64)> = delivery::Entity::find()
        .select_only()
        .columns([delivery::Column::Kind, delivery::Column::State])
        .column_as(delivery::Column::Id.count(), "mails")
        .filter(delivery::Column::ReportId.eq(report))
        .group_by(delivery::Column::Kind)
        .group_by(delivery::Column::State)
        .into_tuple()
        .all(db)
        .await?;
    let mut tally = Tally::default();
    for (kind, state, mails) in counts {
        let mails = u64::try_from(mails).unwrap_or_default();
        match (kind, state) {
            (DeliveryKind::Report, DeliveryState::Sent) => tally.sent += mails,
            (DeliveryKind::Report, DeliveryState::Pending | DeliveryState::Retrying) => tally.waiting += mails,
            (DeliveryKind::Report, DeliveryState::Refused) => tally.refused += mails,
            (DeliveryKind::Report, DeliveryState::Unaddressed) => tally.unaddressed += mails,
            (DeliveryKind::Copy | DeliveryKind::RunSummary, DeliveryState::Pending | DeliveryState::Retrying) => {
                tally.others_waiting += mails;
            }
            (
                DeliveryKind::Copy | DeliveryKind::RunSummary,
                DeliveryState::Sent | DeliveryState::Refused | DeliveryState::Unaddressed,
            ) => {}
        }
    }
    tally.next_attempt_at = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::NextAttemptAt)
        .filter(delivery::Column::ReportId.eq(report))
        .filter(delivery::Column::State.is_in(WAITING))
        .order_by_asc(delivery::Column::NextAttemptAt)
        .into_tuple::<Option<DateTime<Utc>>>()
        .one(db)
        .await?
        .flatten();
    Ok(tally)
}
