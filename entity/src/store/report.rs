//! The rows of gap reports and of their mails: found, written once, claimed for an attempt and settled.
//!
//! What a mail says and when it is tried again is decided by the jobs; here is only how two processes, a crash and a retry
//! keep out of each other's way.

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
use crate::period::IsoWeek;
use crate::store::audit::{self, Event};
use crate::store::begin_write;
use crate::table::{delivery, report, snapshot};
use crate::value::{Action, DeliveryKind, DeliveryState, ReportKind};

pub use missed::missed_before;
pub use resend::{refused, reopen};
pub use summary::{Unaddressed, is_summarised, summarise_once, unaddressed};

/// A mail to be written down.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// What it is.
    pub kind: DeliveryKind,
    /// Idempotency key within the report.
    pub recipient: String,
    /// Who gets it; absent where there is nobody, and the row is then `UNADDRESSED` from the start.
    pub person_id: Option<PersonId>,
    /// Whose report it is a copy of.
    pub owner_id: Option<PersonId>,
    /// Where it is sent.
    pub address: Option<String>,
    /// A list of `{code, name, why}`.
    pub units: serde_json::Value,
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

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Taken.
    Sent {
        /// When.
        at: DateTime<Utc>,
        /// The file, where mail goes into a folder.
        stored_at: Option<String>,
    },
    /// To be tried again.
    Retrying {
        /// When.
        next_attempt_at: DateTime<Utc>,
        /// What went wrong.
        error: String,
    },
    /// Not to be tried again until something has changed.
    Refused {
        /// What went wrong.
        error: String,
        /// The relay and the sender.
        by: String,
    },
}

/// A mail that was attempted, as the audit log names it.
#[derive(Clone, Copy, Debug)]
pub struct Attempted<'a> {
    /// The mail.
    pub id: DeliveryId,
    /// Its report.
    pub report: &'a report::Model,
    /// Idempotency key within the report: `person:12`.
    pub recipient: &'a str,
    /// Which attempt it was, as the claim counted it: a failure is recorded only if no later attempt has begun.
    pub attempt: i32,
}

/// How many mails of a report stand where. Copies and run summaries are counted in `others_waiting` only: whether the week's
/// report has reached its readers does not depend on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Taken by the mail server.
    pub sent: u64,
    /// Waiting for their first or another attempt.
    pub waiting: u64,
    /// Refused for good.
    pub refused: u64,
    /// Units with nobody to write to.
    pub unaddressed: u64,
    /// Copies and run summaries that wait for an attempt.
    pub others_waiting: u64,
    /// When the first mail of any kind that waits is due.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

const WAITING: [DeliveryState; 2] = [DeliveryState::Pending, DeliveryState::Retrying];

/// What a row says between the beginning of an attempt and its end: all that is known after a crash.
const BEGUN: &str = "an attempt was begun and its end was not recorded";

/// A week's report of a kind.
///
/// # Errors
///
/// What the database said; so for every function here.
pub async fn find(db: &impl ConnectionTrait, week: IsoWeek, kind: ReportKind) -> Result<Option<report::Model>, DbErr> {
    let of_week = report::Entity::find().filter(report::Column::Week.eq(week.to_string()));
    of_week.filter(report::Column::Kind.eq(kind)).one(db).await
}

/// The snapshot of the last weekly report before `week` of which at least one mail was taken (COVERAGE.md section 8). A midweek
/// report is never compared with: it goes to those only who chose it.
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
        // A summary of a run that sent nothing is no report.
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

/// Writes a report and all its mails in one transaction. A report of that week and kind that is there already, or that another
/// process writes at the same time, is left as it is and nothing is written.
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

/// The keys of a report's mails, with whether each has somebody to go to. Without copies and run summaries.
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

/// Puts `mails` in the place of the rows `keys` of a report for which there was nobody, in one transaction. Where another
/// process has done so in the meantime, nothing is written.
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
    /// Rows of one statement: each holds a whole rendered mail.
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

/// The mails of a report that are due at an instant, those that wait longest first.
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

/// Claims a due mail for one attempt that ends before `until`, and counts the attempt; nothing when another process was
/// quicker. After a crash it is due again at `until`.
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

/// Records how an attempt ended; that a mail was taken, in the audit log too, in one transaction. A mail that is recorded
/// as sent stays so, and a failure is recorded only while no later attempt has begun.
///
/// # Errors
///
/// What the database said.
pub async fn settle(
    db: &DatabaseConnection,
    Attempted { id, report, recipient, attempt }: Attempted<'_>,
    settled: Settled,
) -> Result<(), DbErr> {
    let sent = match &settled {
        Settled::Sent { at, .. } => Some(Event {
            object: Some(format!("delivery:{id}")),
            after: Some(named(report, recipient)),
            ..Event::new(*at, Actor::Worker, Action::ReportSent)
        }),
        Settled::Retrying { .. } | Settled::Refused { .. } => None,
    };
    let row = delivery::Entity::update_many()
        .filter(delivery::Column::Id.eq(id))
        .filter(delivery::Column::State.ne(DeliveryState::Sent));
    let of_this_attempt = delivery::Column::Attempts.eq(attempt);
    let row = match settled {
        Settled::Sent { at, stored_at } => row
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Sent))
            .col_expr(delivery::Column::AcceptedAt, Expr::value(Some(at)))
            .col_expr(delivery::Column::StoredAt, Expr::value(stored_at))
            .col_expr(delivery::Column::RefusedBy, Expr::value(None::<String>))
            .col_expr(delivery::Column::NextAttemptAt, Expr::value(None::<DateTime<Utc>>))
            .col_expr(delivery::Column::LastError, Expr::value(None::<String>)),
        Settled::Retrying { next_attempt_at, error } => row
            .filter(of_this_attempt)
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Retrying))
            .col_expr(delivery::Column::NextAttemptAt, Expr::value(Some(next_attempt_at)))
            .col_expr(delivery::Column::LastError, Expr::value(Some(error))),
        Settled::Refused { error, by } => row
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

/// How the audit log names a mail.
#[must_use]
pub fn named(report: &report::Model, recipient: &str) -> serde_json::Value {
    json!({ "week": report.week, "report": report.kind.word(), "recipient": recipient })
}

/// How many mails of a report stand where.
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
