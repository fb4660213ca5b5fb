//! The audit log: who did what and when. Events are appended within the transaction of the change, and never changed.
//!
//! Each event holds the hash of the event before, and the table `audit_head` holds the hash of the last one, so
//! [`verify`] finds any event that was changed, removed or inserted, including the last. Triggers also refuse such
//! changes. The database's owner can drop the triggers and write a whole new chain; that only shows against a head that
//! was recorded elsewhere. For this reason every check logs the head, and [`hash_of`] looks up an older one.
//!
//! No event names a person: `object`, `before` and `after` hold ids, codes, words, counts and days.

use std::fmt;

use chrono::{DateTime, SubsecRound as _, Utc};
use sea_orm::{
    AccessMode, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DatabaseConnection,
    DatabaseTransaction, DbErr, EntityTrait as _, IsolationLevel, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    TransactionOptions, TransactionTrait as _,
};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::{begin_write, is_postgres};
use crate::actor::Actor;
use crate::id::AuditEventId;
use crate::table::audit_event::{self, Model};
use crate::table::audit_head;
use crate::value::Action;

/// The version of the hashed format; a changed format needs a new name.
const FORM: &str = "psn-audit-1";
/// The hash before the first event.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Number of rows that are checked at a time.
const PAGE: u64 = 1_000;

/// One event of the audit log.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When it happened; stored in microseconds.
    pub at: DateTime<Utc>,
    /// The actor.
    pub actor: Actor,
    /// The action.
    pub action: Action,
    /// The object of the action: `person:12`, `token:3`, `run:coverage/2026-11-16`; never a name.
    pub object: Option<String>,
    /// The value before the change: ids, codes, words, counts, days.
    pub before: Option<Json>,
    /// The value after the change, in the same format.
    pub after: Option<Json>,
    /// The id of the request, as in its log lines.
    pub request_id: Option<String>,
}

impl Event {
    /// Returns an event without object and values; the caller fills in the rest.
    #[must_use]
    pub const fn new(at: DateTime<Utc>, actor: Actor, action: Action) -> Self {
        Self { at, actor, action, object: None, before: None, after: None, request_id: None }
    }
}

/// The actor of an action, and its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditContext {
    /// When the action happens.
    pub at: DateTime<Utc>,
    /// The actor.
    pub actor: Actor,
    /// The id of the request, as in its log lines.
    pub request_id: Option<String>,
}

impl AuditContext {
    /// Returns the context of the scheduled jobs.
    #[must_use]
    pub const fn worker(at: DateTime<Utc>) -> Self {
        Self { at, actor: Actor::Worker, request_id: None }
    }

    /// Returns the context of a person with command-line access to the server.
    #[must_use]
    pub const fn operator(at: DateTime<Utc>) -> Self {
        Self { at, actor: Actor::Operator, request_id: None }
    }

    /// Returns the event that the actor did `action` to `object`, with the value after the change.
    #[must_use]
    pub fn did(&self, action: Action, object: String, after: serde_json::Value) -> Event {
        let Self { at, actor, request_id } = self.clone();
        Event { object: Some(object), after: Some(after), request_id, ..Event::new(at, actor, action) }
    }
}

/// Filters the events of a list. By default all events match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only events by this actor.
    pub actor: Option<Actor>,
    /// Only events of this action.
    pub action: Option<Action>,
    /// Only events about this object, as in [`Event::object`].
    pub object: Option<String>,
    /// Only events at this instant or later.
    pub since: Option<DateTime<Utc>>,
    /// Only events before this instant.
    pub until: Option<DateTime<Utc>>,
}

impl AuditFilter {
    /// Returns the filter as a condition on rows of the log.
    #[must_use]
    pub fn condition(&self) -> Condition {
        let Self { actor, action, object, since, until } = self;
        Condition::all()
            .add_option(actor.map(|actor| audit_event::Column::Actor.eq(actor.to_string())))
            .add_option(action.map(|action| audit_event::Column::Action.eq(action.as_str())))
            .add_option(object.as_deref().map(|object| audit_event::Column::Object.eq(object)))
            .add_option(since.map(|since| audit_event::Column::At.gte(since)))
            .add_option(until.map(|until| audit_event::Column::At.lt(until)))
    }
}

/// The last event of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its id; 0 if the log is empty.
    pub id: AuditEventId,
    /// Its hash, 64 hexadecimal digits.
    pub hash: String,
}

/// Formats as `12:5f70…`, as log lines show it and `psn audit verify --expect` expects it.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.id, self.hash)
    }
}

/// The first break of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// The event does not match its hash: it was changed.
    Changed(AuditEventId),
    /// The event's previous hash is not that of the event before it: that event was changed or replaced.
    Unlinked(AuditEventId),
    /// The event with the second id was found in place of the first id: the events between were removed.
    Gap(AuditEventId, AuditEventId),
    /// The last event has the first id, but the head names the second one: later events were removed or inserted.
    Tail(AuditEventId, AuditEventId),
    /// The row that records the end of the log was removed.
    Headless,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(id) => write!(f, "event {id} was changed: it does not match its hash"),
            Self::Unlinked(id) => {
                write!(f, "event {id} does not follow the one before it, which was changed or replaced")
            }
            Self::Gap(missing, found) => write!(f, "event {missing} was removed; the next event is {found}"),
            Self::Tail(last, head) => write!(f, "the last event is {last}, but the log should end with event {head}"),
            Self::Headless => f.write_str("the record of its last event was removed"),
        }
    }
}

/// The result of checking the whole log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Number of intact events, counted from the first one.
    pub sound: u64,
    /// The recorded end of the log. `None` if that record was removed.
    pub head: Option<Head>,
    /// The first break, if there is one.
    pub broken: Option<Break>,
}

/// Appends an event within the transaction of the change it describes, begun by [`begin_write`]: either both are stored
/// or neither. Ids and hashes form one sequence, so other recording transactions wait from here to the end of this one:
/// record last, and do nothing slow afterwards.
///
/// # Errors
///
/// The database error. The transaction must then be rolled back, so that no change is made without a record.
pub async fn record(txn: &DatabaseTransaction, event: &Event) -> Result<AuditEventId, DbErr> {
    // On SQLite the transaction has the write lock already, and the row cannot be locked on its own.
    let last = audit_head::Entity::find().lock_exclusive().one(txn).await?;
    let last = last.ok_or_else(|| {
        DbErr::Custom("the audit log has no record of its last event; run `psn audit verify`".to_owned())
    })?;
    let text = |value: &Option<Json>| value.as_ref().map(Json::to_string);
    let Event { at, actor, action, object, before, after, request_id } = event;
    let mut row = Model {
        id: AuditEventId(last.last_id.0 + 1),
        at: at.trunc_subsecs(6),
        actor: actor.to_string(),
        action: action.to_string(),
        object: object.clone(),
        before: text(before),
        after: text(after),
        request_id: request_id.clone(),
        previous_hash: last.last_hash,
        hash: String::new(),
    };
    row.hash = hash(&row);
    let id = row.id;
    let Model { at, actor, action, object, before, after, request_id, previous_hash, hash, .. } = row;
    let row = audit_event::ActiveModel {
        id: Set(id),
        at: Set(at),
        actor: Set(actor),
        action: Set(action),
        object: Set(object),
        before: Set(before),
        after: Set(after),
        request_id: Set(request_id),
        previous_hash: Set(previous_hash),
        hash: Set(hash),
    };
    audit_event::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(id)
}

/// Appends an event about something without a transaction of its own: a read, a refusal, a file.
///
/// # Errors
///
/// The database error; nothing is recorded then.
pub async fn record_alone(db: &DatabaseConnection, event: &Event) -> Result<AuditEventId, DbErr> {
    let txn = begin_write(db).await?;
    let id = record(&txn, event).await?;
    txn.commit().await?;
    Ok(id)
}

/// Checks every event of the log, and that the log ends where the head says. Events written meanwhile are not seen.
pub async fn verify(db: &DatabaseConnection) -> Result<Verified, DbErr> {
    // Events and head must be read at the same instant. SQLite's transactions always do that.
    let (isolation_level, access_mode) =
        if is_postgres(db) { (Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)) } else { (None, None) };
    let options = TransactionOptions { isolation_level, access_mode, ..TransactionOptions::default() };
    let txn = db.begin_with_options(options).await?;
    let head = head(&txn).await?;
    let mut last = Head { id: AuditEventId(0), hash: NOTHING.to_owned() };
    let mut broken = None;
    while broken.is_none() {
        let rows = audit_event::Entity::find()
            .filter(audit_event::Column::Id.gt(last.id))
            .order_by_asc(audit_event::Column::Id)
            .limit(PAGE)
            .all(&txn)
            .await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            broken = follows(&last, &row);
            if broken.is_some() {
                break;
            }
            last = Head { id: row.id, hash: row.hash };
        }
    }
    txn.rollback().await?;
    let broken = broken.or_else(|| match &head {
        None => Some(Break::Headless),
        Some(head) if head.id != last.id => Some(Break::Tail(last.id, head.id)),
        Some(head) if head.hash != last.hash => Some(Break::Changed(last.id)),
        Some(_) => None,
    });
    Ok(Verified { sound: u64::try_from(last.id.0).unwrap_or_default(), head, broken })
}

/// Returns the newest events, newest first, at most `limit`.
pub async fn list(db: &impl ConnectionTrait, filter: &AuditFilter, limit: u64) -> Result<Vec<Model>, DbErr> {
    let newest = audit_event::Entity::find().filter(filter.condition()).order_by_desc(audit_event::Column::Id);
    newest.limit(limit).all(db).await
}

/// Returns the end of the log. `None` if its record was removed.
pub async fn head(db: &impl ConnectionTrait) -> Result<Option<Head>, DbErr> {
    let row = audit_head::Entity::find().one(db).await?;
    Ok(row.map(|row| Head { id: row.last_id, hash: row.last_hash }))
}

/// Returns the hash of one event, to be compared with a recorded one. `None` if there is no such event. An empty log
/// ends with event 0 and 64 zeros.
pub async fn hash_of(db: &impl ConnectionTrait, id: AuditEventId) -> Result<Option<String>, DbErr> {
    if id.0 == 0 {
        return Ok(Some(NOTHING.to_owned()));
    }
    Ok(audit_event::Entity::find_by_id(id).one(db).await?.map(|row| row.hash))
}

/// Returns the break if `row` cannot be the event after `last`.
fn follows(last: &Head, row: &Model) -> Option<Break> {
    let next = AuditEventId(last.id.0 + 1);
    if row.id != next {
        Some(Break::Gap(next, row.id))
    } else if row.hash != hash(row) {
        Some(Break::Changed(row.id))
    } else if row.previous_hash != last.hash {
        Some(Break::Unlinked(row.id))
    } else {
        None
    }
}

/// Returns the SHA-256 over every field of a row except the hash itself, in the order of the table. Each field is
/// encoded as one byte that says whether it is present, its length as eight bytes (big-endian), and its UTF-8 text.
/// Numbers are decimal, the instant is in microseconds since 1970.
fn hash(row: &Model) -> String {
    let (id, at) = (row.id.to_string(), row.at.timestamp_micros().to_string());
    let Model { actor, action, object, before, after, request_id, previous_hash, .. } = row;
    let fields = [
        Some(FORM),
        Some(&id),
        Some(&at),
        Some(actor),
        Some(action),
        object.as_deref(),
        before.as_deref(),
        after.as_deref(),
        request_id.as_deref(),
        Some(previous_hash),
    ];
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update([u8::from(field.is_some())]);
        if let Some(field) = field {
            hasher.update((field.len() as u64).to_be_bytes());
            hasher.update(field);
        }
    }
    hex::encode(hasher.finalize())
}

#[cfg(test)]
mod tests;
