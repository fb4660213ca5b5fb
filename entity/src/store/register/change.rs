//! Change records: what each command changed, in ids, codes and days. They hold no name and no free text.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::super::audit::Event;
use super::key::{self, NewKey};
use crate::actor::Actor;
use crate::id::{AllocationId, ChangeId, DocumentId, FrameworkId, MailingStepId, NominationId, PersonId, UnitId};
use crate::period::Day;
use crate::table::{register_change, register_change_object};
use crate::value::Action;
use crate::value::command::{Command, ObjectKind};

/// An object that a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its key.
    pub id: i64,
}

impl Object {
    /// A person.
    #[must_use]
    pub const fn person(id: PersonId) -> Self {
        Self { kind: ObjectKind::Person, id: id.0 }
    }

    /// An allocation.
    #[must_use]
    pub const fn allocation(id: AllocationId) -> Self {
        Self { kind: ObjectKind::Allocation, id: id.0 }
    }

    /// A nomination.
    #[must_use]
    pub const fn nomination(id: NominationId) -> Self {
        Self { kind: ObjectKind::Nomination, id: id.0 }
    }

    /// A unit.
    #[must_use]
    pub const fn unit(id: UnitId) -> Self {
        Self { kind: ObjectKind::Unit, id: id.0 }
    }

    /// A document.
    #[must_use]
    pub const fn document(id: DocumentId) -> Self {
        Self { kind: ObjectKind::Document, id: id.0 }
    }

    /// A version of the competence framework.
    #[must_use]
    pub const fn framework(id: FrameworkId) -> Self {
        Self { kind: ObjectKind::Framework, id: id.0 }
    }

    /// The policies of a unit.
    #[must_use]
    pub const fn policy(unit: UnitId) -> Self {
        Self { kind: ObjectKind::Policy, id: unit.0 }
    }
}

/// The person who gives a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandContext {
    /// When the command got its locks.
    pub at: DateTime<Utc>,
    /// The person who gives it, by the lowest of their numbers.
    pub actor: PersonId,
    /// The id of the request, as in its log lines.
    pub request_id: Option<String>,
    /// The step of the link in a mail by which they give it. `None` if they are signed in.
    pub by_link: Option<MailingStepId>,
}

/// A change that is about to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct NewChange {
    /// Who gives the command, and when.
    pub context: CommandContext,
    /// The person that a delegate stood in for; for a step recorded from paper, the person who took it. `None` otherwise.
    pub principal: Option<PersonId>,
    /// The command.
    pub command: Command,
    /// The day on which it takes effect.
    pub effective_on: Day,
    /// The objects in whose history it appears.
    pub objects: BTreeSet<Object>,
    /// The people whose facts changed, for the change feed.
    pub people: BTreeSet<PersonId>,
    /// The units whose policies, exemptions or appointments changed, for the change feed.
    pub units: BTreeSet<UnitId>,
    /// Whether only its subject and coordinators may see it.
    pub private: bool,
    /// The values before: ids, codes, counts and days.
    pub before: Option<Json>,
    /// The values after, in the same format.
    pub after: Option<Json>,
    /// The client's key for this command. `None` without one.
    pub key: Option<NewKey>,
    /// The change that it undoes. `None` unless it is an undo.
    pub undoes: Option<ChangeId>,
}

impl NewChange {
    /// Returns a change without objects and values; the caller fills in the rest.
    #[must_use]
    pub const fn new(context: CommandContext, command: Command, effective_on: Day) -> Self {
        Self {
            context,
            principal: None,
            command,
            effective_on,
            objects: BTreeSet::new(),
            people: BTreeSet::new(),
            units: BTreeSet::new(),
            private: false,
            before: None,
            after: None,
            key: None,
            undoes: None,
        }
    }
}

/// Stores the change record, the objects it is found by, and the client's key. Returns its key, and its event for the
/// audit log.
pub(super) async fn record(
    txn: &DatabaseTransaction,
    change: NewChange,
    version: i64,
) -> Result<(ChangeId, Event), DbErr> {
    let NewChange {
        context: CommandContext { at, actor, request_id, by_link },
        principal,
        command,
        effective_on,
        objects,
        people: _,
        units: _,
        private,
        before,
        after,
        key,
        undoes,
    } = change;
    let row = register_change::ActiveModel {
        id: NotSet,
        at: Set(at),
        actor_id: Set(actor),
        principal_id: Set(principal.filter(|principal| *principal != actor)),
        command: Set(command),
        effective_on: Set(effective_on),
        fact_version: Set(version),
        private: Set(private),
        before: Set(before.clone()),
        after: Set(after.clone()),
        request_id: Set(request_id.clone()),
        undone_by: Set(None),
        mailed: Set(false),
    };
    let id = register_change::Entity::insert(row).exec(txn).await?.last_insert_id;
    let found_by = objects.iter().map(|object| register_change_object::ActiveModel {
        id: NotSet,
        change_id: Set(id),
        kind: Set(object.kind),
        object_id: Set(object.id),
    });
    let found_by: Vec<_> = found_by.collect();
    if !found_by.is_empty() {
        register_change_object::Entity::insert_many(found_by).exec_without_returning(txn).await?;
    }
    if let Some(undone) = undoes {
        register_change::Entity::update_many()
            .col_expr(register_change::Column::UndoneBy, Expr::value(id.0))
            .filter(register_change::Column::Id.eq(undone))
            .exec(txn)
            .await?;
    }
    if let Some(key) = key {
        key::store(txn, key, command, actor, id, at).await?;
    }
    let event = Event {
        request_id,
        object: Some(format!("change:{id}")),
        ..Event::new(at, Actor::Person(actor), Action::RegisterChanged)
    };
    // The audit log is read by auditors, who may not read how a person is: it then only proves that the record is whole.
    let (before, mut after) = if private {
        let proof = Sha256::digest(json!([command, effective_on, before, after]).to_string().as_bytes());
        (None, json!({ "sha256": hex::encode(proof) }))
    } else {
        (before, json!({ "command": command, "values": after }))
    };
    if let Some(step) = by_link {
        after["byLink"] = json!(step);
    }
    Ok((id, Event { before, after: Some(after), ..event }))
}
