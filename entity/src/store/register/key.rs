//! Idempotency keys: a client that is not sure whether its command arrived sends it again with the same key.

use std::fmt::Debug;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _,
};
use sha2::{Digest as _, Sha256};

use crate::id::{ChangeId, PersonId};
use crate::table::{idempotency_key, register_change_object};
use crate::value::command::{Command, ObjectKind};

/// How long a key is kept.
pub const KEPT: TimeDelta = TimeDelta::days(DAYS_KEPT as i64);
/// The same in days.
pub const DAYS_KEPT: u32 = 30;
/// The largest number of characters of a key.
pub const LONGEST: usize = 64;

/// A client's key with the hash of the command's input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// The key.
    pub key: String,
    /// SHA-256 of the input, 64 hexadecimal digits.
    pub input_hash: String,
}

impl NewKey {
    /// Returns the key of a command with this input.
    #[must_use]
    pub fn new(key: String, input: &impl Debug) -> Self {
        Self { key, input_hash: hex::encode(Sha256::digest(format!("{input:?}").as_bytes())) }
    }
}

/// What is known about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownKey {
    /// It was not used within [`KEPT`].
    New,
    /// The same command was done before; the objects that it changed.
    Done(Vec<ChangedObject>),
    /// It was used with another input.
    OtherInput,
}

/// An object that an earlier command changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangedObject {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its key.
    pub id: i64,
}

/// Looks a key of a person and command up. A key that is older than [`KEPT`] is removed.
pub async fn find(
    txn: &DatabaseTransaction,
    key: &NewKey,
    command: Command,
    actor: PersonId,
    now: DateTime<Utc>,
) -> Result<KnownKey, DbErr> {
    let found = idempotency_key::Entity::find()
        .filter(idempotency_key::Column::ActorId.eq(actor))
        .filter(idempotency_key::Column::Command.eq(command))
        .filter(idempotency_key::Column::Key.eq(key.key.as_str()))
        .one(txn)
        .await?;
    let Some(found) = found else { return Ok(KnownKey::New) };
    if found.at + KEPT < now {
        idempotency_key::Entity::delete_by_id(found.id).exec(txn).await?;
        return Ok(KnownKey::New);
    }
    if found.input_hash != key.input_hash {
        return Ok(KnownKey::OtherInput);
    }
    let objects = register_change_object::Entity::find()
        .filter(register_change_object::Column::ChangeId.eq(found.change_id))
        .all(txn)
        .await?;
    Ok(KnownKey::Done(objects.into_iter().map(|row| ChangedObject { kind: row.kind, id: row.object_id }).collect()))
}

/// Stores a key beside the change that its command made, and removes those that are older than [`KEPT`].
pub(super) async fn store(
    txn: &DatabaseTransaction,
    key: NewKey,
    command: Command,
    actor: PersonId,
    change: ChangeId,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let NewKey { key, input_hash } = key;
    remove_old(txn, at).await?;
    let row = idempotency_key::ActiveModel {
        id: NotSet,
        actor_id: Set(actor),
        command: Set(command),
        key: Set(key),
        input_hash: Set(input_hash),
        change_id: Set(change),
        at: Set(at),
    };
    idempotency_key::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

async fn remove_old(txn: &DatabaseTransaction, now: DateTime<Utc>) -> Result<(), DbErr> {
    let old = idempotency_key::Entity::delete_many().filter(idempotency_key::Column::At.lt(now - KEPT));
    old.exec(txn).await.map(drop)
}
