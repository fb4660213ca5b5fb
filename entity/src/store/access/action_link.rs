//! Single-use links by which people without an account take the steps that a mail asks them for.
//!
//! A step is taken once because its command is given with a key made from the step: the key is stored in the command's own
//! transaction, so two clicks, two copies of a mail or two processes never take it twice.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::actor::Actor;
use crate::id::{MailingId, MailingStepId, PersonId};
use crate::period::Day;
use crate::register::action_link::LinkedStep;
use crate::secret::SecretHash;
use crate::store::links;
use crate::table::{action_link, audit_event, idempotency_key, mailing_step, register_mailing};
use crate::value::Action;
use crate::value::command::Command;

/// A link that was found by its secret, valid or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLink {
    /// The recipient of the mail, by the lowest of their numbers.
    pub person: PersonId,
    /// The day of the mail.
    pub day: Day,
    /// What the mail asks for, in its order.
    pub steps: Vec<OfferedStep>,
}

/// A step of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferedStep {
    /// Its key.
    pub id: MailingStepId,
    /// The step.
    pub step: LinkedStep,
    /// Whether it was taken by the link.
    pub is_taken: bool,
}

/// Returns the idempotency key of a step's command.
#[must_use]
pub fn command_key(step: MailingStepId) -> String {
    format!("link-{step}")
}

/// Stores what the reader of a mail may do by its link.
pub async fn offer(db: &impl ConnectionTrait, mailing: MailingId, steps: &[LinkedStep]) -> Result<(), DbErr> {
    let rows = steps.iter().map(|step| mailing_step::ActiveModel {
        mailing_id: Set(mailing),
        command: Set(step.command()),
        object_id: Set(step.object()),
        ..Default::default()
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    mailing_step::Entity::insert_many(rows).exec_without_returning(db).await.map(drop)
}

/// Whether a mail has a link.
pub async fn has_steps(db: &impl ConnectionTrait, mailing: MailingId) -> Result<bool, DbErr> {
    let first = mailing_step::Entity::find().filter(mailing_step::Column::MailingId.eq(mailing)).one(db).await?;
    Ok(first.is_some())
}

/// Makes another link to the steps of a mail, identified by the hash of its secret.
pub async fn create(
    db: &impl ConnectionTrait,
    mailing: MailingId,
    hash: SecretHash,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row =
        action_link::ActiveModel { mailing_id: Set(mailing), hash: Set(hash), made_at: Set(at), ..Default::default() };
    action_link::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Returns the link whose secret has this hash. `None` if there is none.
pub async fn find(db: &impl ConnectionTrait, hash: &SecretHash) -> Result<Option<FoundLink>, DbErr> {
    let link = action_link::Entity::find().filter(action_link::Column::Hash.eq(hash.clone())).one(db).await?;
    let Some(link) = link else { return Ok(None) };
    let Some(mailing) = register_mailing::Entity::find_by_id(link.mailing_id).one(db).await? else { return Ok(None) };
    let rows = mailing_step::Entity::find()
        .filter(mailing_step::Column::MailingId.eq(link.mailing_id))
        .order_by_asc(mailing_step::Column::Id)
        .all(db)
        .await?;
    let same = links::load(db).await?;
    let person = same.lowest(mailing.person_id);
    let taken: Vec<(Command, String)> = idempotency_key::Entity::find()
        .filter(idempotency_key::Column::ActorId.is_in(same.all(person)))
        .filter(idempotency_key::Column::Key.is_in(rows.iter().map(|row| command_key(row.id))))
        .select_only()
        .columns([idempotency_key::Column::Command, idempotency_key::Column::Key])
        .into_tuple()
        .all(db)
        .await?;
    let offered = |row: mailing_step::Model| {
        let step = LinkedStep::new(row.command, row.object_id)?;
        let is_taken = taken.contains(&(row.command, command_key(row.id)));
        Some(OfferedStep { id: row.id, step, is_taken })
    };
    let steps = rows.into_iter().filter_map(offered).collect();
    Ok(Some(FoundLink { person, day: mailing.day, steps }))
}

/// Returns those of the people who have an account: they have signed in at some time, as the audit log says.
pub async fn with_account(db: &impl ConnectionTrait, people: &BTreeSet<PersonId>) -> Result<BTreeSet<PersonId>, DbErr> {
    /// Number of people per statement.
    const CHUNK: usize = 500;
    let mut found = BTreeSet::new();
    for chunk in people.iter().copied().collect::<Vec<_>>().chunks(CHUNK) {
        let actors: HashMap<String, PersonId> =
            chunk.iter().map(|person| (Actor::Person(*person).to_string(), *person)).collect();
        let signed_in: Vec<String> = audit_event::Entity::find()
            .filter(audit_event::Column::Actor.is_in(actors.keys()))
            .filter(audit_event::Column::Action.eq(Action::SignIn.as_str()))
            .select_only()
            .column(audit_event::Column::Actor)
            .distinct()
            .into_tuple()
            .all(db)
            .await?;
        found.extend(signed_in.iter().filter_map(|actor| actors.get(actor)));
    }
    Ok(found)
}
