//! Attempts to send a mail: which mails are due, a claim for one attempt, and its outcome.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::Batch;
use crate::actor::Actor;
use crate::id::DeliveryId;
use crate::store::audit::{self, Event};
use crate::store::begin_write;
use crate::table::delivery;
use crate::value::{Action, DeliveryState};

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
#[derive(Clone, Debug)]
pub struct Attempted {
    /// The mail.
    pub id: DeliveryId,
    /// The event of the audit log if it was sent.
    pub action: Action,
    /// The details of the event.
    pub named: serde_json::Value,
    /// The number of the attempt, as counted by the claim: a failure is only recorded if no later attempt has begun.
    pub attempt: i32,
}

/// The error of a row between the beginning and the end of an attempt: all that is known after a crash.
const BEGUN: &str = "an attempt was started and its outcome was not recorded";

/// Returns the mails of a batch that are due at an instant, those that have waited longest first.
///
/// # Errors
///
/// What the database said.
pub async fn due(db: &impl ConnectionTrait, batch: Batch, at: DateTime<Utc>) -> Result<Vec<DeliveryId>, DbErr> {
    delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(batch.condition())
        .filter(delivery::Column::State.is_in(DeliveryState::WAITING))
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
        .filter(delivery::Column::State.is_in(DeliveryState::WAITING))
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
pub async fn record(
    db: &DatabaseConnection,
    Attempted { id, action, named, attempt }: Attempted,
    settled: AttemptOutcome,
) -> Result<(), DbErr> {
    let sent = match &settled {
        AttemptOutcome::Sent { at, .. } => Some(Event {
            object: Some(format!("delivery:{id}")),
            after: Some(named),
            ..Event::new(*at, Actor::Worker, action)
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
