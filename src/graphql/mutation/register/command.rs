//! One command, from its locks to its change record.

use std::fmt::Debug;
use std::sync::Arc;

use async_graphql::Context;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::clock::{Clock, day_of};
use entity::coverage::Index;
use entity::coverage::roster::PersonIx;
use entity::id::PersonId;
use entity::period::Day;
use entity::store::register::change::CommandContext;
use entity::store::register::key::{self, ChangedObject, KnownKey, NewKey};
use entity::store::register::transaction::WAIT;
use entity::store::register::{LockError, NewChange, Transaction};
use entity::value::command::Command;
use sea_orm::DatabaseConnection;
use tokio::sync::OwnedSemaphorePermit;

use super::refusal::{CommandRefusal, RefusalCode};
use crate::access::{Right, Viewer};
use crate::graphql::access::Scope;
use crate::graphql::directory::ReferenceData;
use crate::graphql::error::{ApiError, Code};
use crate::graphql::request_state::{RequestState, cache, caller, db};
use crate::request_id::RequestId;

/// A command that holds its locks: nothing that it reads changes until it ends.
#[derive(Debug)]
pub(crate) struct RegisterCommand {
    /// The transaction.
    pub(crate) txn: Transaction,
    /// The facts at its version.
    pub(crate) known: Arc<ReferenceData>,
    /// What the person may see and do now.
    pub(crate) scope: Scope,
    /// The board's day on which it got its locks: today for the whole command.
    pub(crate) today: Day,
    /// The person who gives the command.
    pub(crate) me: PersonIx,
    context: CommandContext,
    command: Command,
    key: Option<NewKey>,
    _turn: OwnedSemaphorePermit,
}

/// The result of beginning a command.
#[derive(Debug)]
pub(crate) enum Begun {
    /// It holds its locks and can go on.
    New(Box<RegisterCommand>),
    /// The same command was done before; the objects that it changed.
    Repeated(Vec<ChangedObject>),
    /// The key was used with another input.
    Refused(CommandRefusal),
}

/// Returns the person who is signed in.
///
/// # Errors
///
/// [`Code::Forbidden`] for a token.
pub(crate) fn signed_in(ctx: &Context<'_>) -> Result<PersonId, ApiError> {
    let viewer = ctx.data_opt::<Viewer>().ok_or_else(|| ApiError::internal("the request has no viewer"))?;
    viewer.person_id().ok_or_else(|| {
        ApiError::new(Code::Forbidden, "Only a person who has signed in may do this. API tokens may not.")
    })
}

fn try_again() -> ApiError {
    ApiError::new(Code::TryAgain, "Another change is being stored. Nothing was changed; try again in a few seconds.")
}

impl From<LockError> for ApiError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Busy => try_again(),
            LockError::Database(error) => error.into(),
        }
    }
}

impl RegisterCommand {
    /// Waits for the locks, reads the facts, and looks the client's key up. `input` is what the key belongs to.
    ///
    /// # Errors
    ///
    /// [`Code::Forbidden`] for a token, [`Code::TryAgain`] if the locks do not come in time, [`ApiError::bad_input`] for an
    /// invalid key or a request that has read data before; otherwise database errors.
    pub(crate) async fn begin(
        ctx: &Context<'_>,
        command: Command,
        key: Option<String>,
        input: &(impl Debug + Sync),
    ) -> Result<Begun, ApiError> {
        let person = signed_in(ctx)?;
        if RequestState::from_context(ctx)?.has_read() {
            return Err(ApiError::bad_input("input", "Send one command per request, before anything else."));
        }
        let key = key.map(|key| checked(key, input)).transpose()?;
        let (cache, caller) = (cache(ctx)?, caller(ctx)?);
        let turn = cache.command_turn(WAIT).await.ok_or_else(try_again)?;
        let txn = locked(db(ctx)?).await?;
        let known = cache.newest(caller).await?;
        if known.facts.version != txn.version() {
            return Err(ApiError::internal("the facts changed although a command holds their lock"));
        }
        let clock = ctx.data_opt::<Clock>().ok_or_else(|| ApiError::internal("the schema has no clock"))?;
        let zone = ctx.data_opt::<Tz>().ok_or_else(|| ApiError::internal("the schema has no zone"))?;
        let viewer = ctx.data_opt::<Viewer>().ok_or_else(|| ApiError::internal("the request has no viewer"))?;
        let at = clock.now();
        let today = day_of(at, *zone);
        let me = known.person_by_id(person).ok_or_else(|| {
            ApiError::new(Code::Forbidden, "You are no longer on file. Ask the coordinator of the network.")
        })?;
        let actor = known.facts.index.roster().people[me.at()].id;
        let scope = Scope::new(viewer.clone(), Arc::clone(&known), today);
        if !scope.may(Right::Nominations) {
            return Err(ApiError::new(
                Code::Forbidden,
                "Only people with a post today may do this. Ask the coordinator of the network.",
            ));
        }
        if let Some(key) = &key {
            match key::find(txn.connection(), key, command, actor, at).await? {
                KnownKey::New => {}
                KnownKey::Done(objects) => return Ok(Begun::Repeated(objects)),
                KnownKey::OtherInput => {
                    return Ok(Begun::Refused(CommandRefusal::new(
                        RefusalCode::IdempotencyKeyReused,
                        "This `idempotencyKey` was used with another input. Use a new key for a new command.",
                    )));
                }
            }
        }
        let request_id = ctx.data_opt::<RequestId>().map(RequestId::to_string);
        let context = CommandContext { at, actor, request_id, by_link: viewer.link_step() };
        Ok(Begun::New(Box::new(Self { txn, known, scope, today, me, context, command, key, _turn: turn })))
    }

    /// The facts.
    pub(crate) fn index(&self) -> &Index {
        &self.known.facts.index
    }

    /// Whether the caller takes the steps of a coordinator.
    pub(super) fn is_coordinator(&self) -> bool {
        self.scope.has_for_everything(Right::Register)
    }

    /// The id of a person in the tables; the lowest of several linked ones.
    pub(crate) fn id_of(&self, person: PersonIx) -> PersonId {
        self.index().roster().people[person.at()].id
    }

    /// Every id of a person in the tables.
    pub(crate) fn numbers_of(&self, person: PersonIx) -> Vec<PersonId> {
        let person = &self.index().roster().people[person.at()];
        person.linked.iter().copied().chain([person.id]).collect()
    }

    /// The id of the person who gives the command.
    pub(crate) const fn actor(&self) -> PersonId {
        self.context.actor
    }

    /// When the command got its locks.
    pub(crate) const fn at(&self) -> DateTime<Utc> {
        self.context.at
    }

    /// A change record of this command that takes effect today; the caller fills in the rest.
    pub(crate) fn change(&self) -> NewChange {
        NewChange { key: self.key.clone(), ..NewChange::new(self.context.clone(), self.command, self.today) }
    }

    /// Stores the change. If nothing was written, nothing is recorded.
    ///
    /// # Errors
    ///
    /// Database errors; nothing is stored then.
    pub(crate) async fn finish(self, change: NewChange) -> Result<(), ApiError> {
        if self.txn.has_written() {
            self.txn.commit(change).await?;
        }
        Ok(())
    }

    /// Stores a change that may concern everyone: all facts are read again.
    ///
    /// # Errors
    ///
    /// Database errors; nothing is stored then.
    pub(crate) async fn finish_for_everyone(self, change: NewChange) -> Result<(), ApiError> {
        Ok(self.txn.commit_for_everyone(change).await?)
    }
}

/// Lets the rest of the request see the data as it is after its commands.
///
/// # Errors
///
/// Database errors.
pub(crate) async fn show_result(ctx: &Context<'_>) -> Result<(), ApiError> {
    let known = cache(ctx)?.newest(caller(ctx)?).await?;
    RequestState::from_context(ctx)?.show(known);
    Ok(())
}

/// Begins the transaction. A wait that is given up goes on without the caller: SQLite cannot interrupt it, and the transaction
/// ends as soon as it has begun.
async fn locked(db: &DatabaseConnection) -> Result<Transaction, ApiError> {
    let db = db.clone();
    let begun = tokio::spawn(async move { Transaction::begin(&db).await });
    match tokio::time::timeout(WAIT, begun).await {
        Ok(begun) => Ok(begun.map_err(ApiError::internal)??),
        Err(_) => Err(try_again()),
    }
}

fn checked(key: String, input: &impl Debug) -> Result<NewKey, ApiError> {
    if (1..=key::LONGEST).contains(&key.chars().count()) {
        return Ok(NewKey::new(key, input));
    }
    Err(ApiError::bad_input("idempotencyKey", format!("`idempotencyKey` must have 1 to {} characters.", key::LONGEST)))
}
