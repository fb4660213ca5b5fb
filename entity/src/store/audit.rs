//! The audit log: who did what and when, appended within the transaction that did it, and never changed.
//!
//! Each event carries the hash of the one before, and the table `audit_head` the last one's, so that a row which was changed,
//! removed or slipped in shows in [`verify`], also the last. Triggers refuse all of that besides. Whoever owns the database can
//! drop the triggers and write a whole new chain; that shows only against a head that was noted elsewhere, which is why
//! every check logs the head, and [`hash_of`] looks an older one up.
//!
//! Nothing here names a person: `object`, `before` and `after` hold ids, codes, words, counts and days.

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

/// The form of what is hashed; another form gets another name.
const FORM: &str = "psn-audit-1";
/// The hash before the first event.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// How many rows are checked at a time.
const PAGE: u64 = 1_000;

/// Something that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When; kept to the microsecond.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// To what: `person:12`, `token:3`, `run:coverage/2026-11-16`; never a name.
    pub object: Option<String>,
    /// What was so before: ids, codes, words, counts, days.
    pub before: Option<Json>,
    /// The value after the change, in the same format.
    pub after: Option<Json>,
    /// The request in which it was done, as its log lines name it.
    pub request_id: Option<String>,
}

impl Event {
    /// An event about nothing in particular; the caller fills in what there is besides.
    #[must_use]
    pub const fn new(at: DateTime<Utc>, actor: Actor, action: Action) -> Self {
        Self { at, actor, action, object: None, before: None, after: None, request_id: None }
    }
}

/// Who does something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// The request in which it is done, as its log lines name it.
    pub request_id: Option<String>,
}

impl By {
    /// The nightly job.
    #[must_use]
    pub const fn worker(at: DateTime<Utc>) -> Self {
        Self { at, actor: Actor::Worker, request_id: None }
    }

    /// Whoever gives commands on the machine itself.
    #[must_use]
    pub const fn operator(at: DateTime<Utc>) -> Self {
        Self { at, actor: Actor::Operator, request_id: None }
    }

    /// That they did something to `object`, which is so since.
    #[must_use]
    pub fn did(&self, action: Action, object: String, after: serde_json::Value) -> Event {
        let Self { at, actor, request_id } = self.clone();
        Event { object: Some(object), after: Some(after), request_id, ..Event::new(at, actor, action) }
    }
}

/// Which events a list shows; the default is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only what they did.
    pub actor: Option<Actor>,
    /// Only this.
    pub action: Option<Action>,
    /// Only what was done to this, as in [`Event::object`].
    pub object: Option<String>,
    /// Only what was done at this instant or later.
    pub since: Option<DateTime<Utc>>,
    /// Only what was done before this instant.
    pub until: Option<DateTime<Utc>>,
}

impl Filter {
    /// The condition on the rows of the log.
    #[must_use]
    pub fn condition(&self) -> Condition {
        let Self { actor, action, object, since, until } = self;
        Condition::all()
            .add_option(actor.map(|actor| audit_event::Column::Actor.eq(actor.to_string())))
            .add_option(action.map(|action| audit_event::Column::Action.eq(action.word())))
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

/// `12:5f70…`, as a log line has it and `psn audit verify --expect` takes it.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.id, self.hash)
    }
}

/// Where the chain is broken first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// The event is not as it was written.
    Changed(AuditEventId),
    /// The event does not follow the one that is before it now: that one was changed or replaced.
    Unlinked(AuditEventId),
    /// Where the first id was to be, the second one is: what was between was removed.
    Gap(AuditEventId, AuditEventId),
    /// The events end with the first id, and the log with the second one: what was after was removed, or slipped in.
    Tail(AuditEventId, AuditEventId),
    /// The record of where the log ends was removed.
    Headless,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(id) => write!(f, "event {id} is not as it was written"),
            Self::Unlinked(id) => {
                write!(f, "event {id} does not follow the one before it, which was changed or replaced")
            }
            Self::Gap(missing, found) => write!(f, "event {missing} was removed; the next one there is is {found}"),
            Self::Tail(last, head) => write!(f, "the events end with {last} and the log with {head}"),
            Self::Headless => f.write_str("the record of where it ends was removed"),
        }
    }
}

/// What a check of the whole log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many events were found in order, from the first one on.
    pub sound: u64,
    /// Where the log ends by its own account; absent when that was removed.
    pub head: Option<Head>,
    /// The first thing that is wrong.
    pub broken: Option<Break>,
}

/// Appends an event within the transaction of the change it describes, begun by [`begin_write`]: both are there or
/// neither is. Ids and hashes are in one order, so from here to its end the transaction keeps others that record waiting; record
/// last, and let nothing slow follow.
///
/// # Errors
///
/// The database error. The transaction is then of no more use: what is not recorded is not done.
pub async fn record(txn: &DatabaseTransaction, event: &Event) -> Result<AuditEventId, DbErr> {
    // On SQLite the transaction has the write lock already, and the row cannot be locked on its own.
    let last = audit_head::Entity::find().lock_exclusive().one(txn).await?;
    let last = last.ok_or_else(|| DbErr::Custom("the audit log has no head; see `psn audit verify`".to_owned()))?;
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

/// Appends an event about something that no transaction does: a read, a refusal, a file.
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

/// Checks every event of the log, and that it ends where it says; events that are written meanwhile are not seen.
pub async fn verify(db: &DatabaseConnection) -> Result<Verified, DbErr> {
    // One moment: the events and the head of the same instant. SQLite's transactions always see one.
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

/// The newest events, newest first, at most `limit`.
pub async fn list(db: &impl ConnectionTrait, filter: &Filter, limit: u64) -> Result<Vec<Model>, DbErr> {
    let newest = audit_event::Entity::find().filter(filter.condition()).order_by_desc(audit_event::Column::Id);
    newest.limit(limit).all(db).await
}

/// Where the log ends; absent when the record of that was removed.
pub async fn head(db: &impl ConnectionTrait) -> Result<Option<Head>, DbErr> {
    let row = audit_head::Entity::find().one(db).await?;
    Ok(row.map(|row| Head { id: row.last_id, hash: row.last_hash }))
}

/// The hash of one event, to be compared with one that was noted; absent when there is no such event. An empty log ends with
/// event 0 and 64 zeros.
pub async fn hash_of(db: &impl ConnectionTrait, id: AuditEventId) -> Result<Option<String>, DbErr> {
    if id.0 == 0 {
        return Ok(Some(NOTHING.to_owned()));
    }
    Ok(audit_event::Entity::find_by_id(id).one(db).await?.map(|row| row.hash))
}

/// What is wrong with `row` as the event after `last`.
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

/// SHA-256 over every field of a row but the hash itself, in the order of the table: each as one byte that says whether it
/// is there, its length as eight bytes with the highest first, and its UTF-8. Numbers are decimal, the instant is in
/// microseconds since 1970.
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
