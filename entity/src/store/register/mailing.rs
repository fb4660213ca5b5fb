//! The mails of the register: which were made and for which occasion, so that none is made twice, and which changes still
//! wait for theirs.

mod renewal;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait as _, JoinType, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, RelationDef,
};

use super::super::access::action_link;
use super::super::begin_write;
use super::super::delivery::{Batch, Belongs, NewDelivery, insert};
use crate::id::{AllocationId, ChangeId, MailingId, NominationId, PersonId};
use crate::period::Day;
use crate::register::action_link::LinkedStep;
use crate::register::digest::Stage;
use crate::table::{delivery, register_change, register_change_object, register_mailing, register_notice};
use crate::value::DeliveryState;

pub use self::renewal::{ToldRenewal, told_renewals};

/// How many changes one run looks at; the next run takes the rest.
const AT_ONCE: u64 = 500;

/// Why a person gets a mail. They get one mail per occasion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The digest of a day.
    Digest(Day),
    /// A change of the register.
    Change(ChangeId),
    /// A nomination that lapsed, or for its nominator would have.
    NominationLapse(NominationId),
    /// An approval that lapses within some days.
    Lapse {
        /// The allocation.
        allocation: AllocationId,
        /// The first day without the approval.
        on: Day,
        /// The days: 60, 30 or 7.
        within: i64,
    },
    /// A step for which a coordinator prints a form, because the person has neither an account nor a work address.
    Form {
        /// The step.
        step: LinkedStep,
        /// The change that made it necessary. `None` for a decision.
        change: Option<ChangeId>,
    },
}

impl std::fmt::Display for Occasion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Digest(day) => write!(f, "digest:{day}"),
            Self::Change(change) => write!(f, "change:{change}"),
            Self::Form { step, change: None } => write!(f, "form:{}:{}", step.command(), step.object()),
            Self::Form { step, change: Some(change) } => {
                write!(f, "form:{}:{}:{change}", step.command(), step.object())
            }
            Self::NominationLapse(nomination) => write!(f, "nomination:{nomination}"),
            Self::Lapse { allocation, on, within } => write!(f, "lapse:{allocation}:{on}:{within}"),
        }
    }
}

/// A nomination of which a person was told in a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToldOf {
    /// The person.
    pub person: PersonId,
    /// The nomination.
    pub nomination: NominationId,
    /// How long it had waited.
    pub stage: Stage,
    /// The day of the digest.
    pub on: Day,
}

/// A mail to be stored.
#[derive(Clone, Debug)]
pub struct NewMailing {
    /// The person who gets it.
    pub person: PersonId,
    /// Why.
    pub occasion: Occasion,
    /// The board's day.
    pub day: Day,
    /// When it is made.
    pub at: DateTime<Utc>,
    /// The nominations of a digest.
    pub told: Vec<ToldOf>,
    /// What the person may do by the link in the mail. Empty if the mail has no link of its own.
    pub steps: Vec<LinkedStep>,
    /// The approvals due for renewal of a digest.
    pub renewals: Vec<ToldRenewal>,
    /// The mail.
    pub mail: NewDelivery,
}

/// A change whose mails are not stored yet.
#[derive(Clone, Debug, PartialEq)]
pub struct UnmailedChange {
    /// The change.
    pub row: register_change::Model,
    /// The objects in whose history it appears.
    pub objects: Vec<register_change_object::Model>,
}

/// Stores a mail in one transaction. Returns false, and stores nothing, if the person has one for this occasion: also if
/// another process stores it at the same time.
pub async fn store_once(db: &DatabaseConnection, new: NewMailing) -> Result<bool, DbErr> {
    let NewMailing { person, occasion, day, at, told, renewals, steps, mail } = new;
    let txn = begin_write(db).await?;
    let row = register_mailing::ActiveModel {
        id: NotSet,
        person_id: Set(person),
        occasion: Set(occasion.to_string()),
        day: Set(day),
        created_at: Set(at),
    };
    let once = [register_mailing::Column::PersonId, register_mailing::Column::Occasion];
    let inserted = register_mailing::Entity::insert(row)
        .on_conflict(OnConflict::columns(once).do_nothing().to_owned())
        .exec_without_returning(&txn)
        .await;
    match inserted {
        Ok(1..) => {}
        Ok(0) | Err(DbErr::RecordNotInserted) => {
            txn.rollback().await?;
            return Ok(false);
        }
        Err(error) => return Err(error),
    }
    let Some(mailing) = find(&txn, person, occasion).await? else {
        return Err(DbErr::RecordNotFound(format!("mailing {occasion}")));
    };
    let notices = told.into_iter().map(|ToldOf { person: _, nomination, stage, on: _ }| register_notice::ActiveModel {
        id: NotSet,
        mailing_id: Set(mailing.id),
        nomination_id: Set(nomination),
        stage: Set(stage.days()),
    });
    let notices: Vec<_> = notices.collect();
    if !notices.is_empty() {
        register_notice::Entity::insert_many(notices).exec_without_returning(&txn).await?;
    }
    action_link::offer(&txn, mailing.id, &steps).await?;
    renewal::note(&txn, mailing.id, renewals).await?;
    insert(&txn, Belongs::ToMailing(mailing.id), at, vec![mail]).await?;
    txn.commit().await?;
    Ok(true)
}

/// Returns a person's mailing for an occasion. `None` if there is none.
pub async fn find(
    db: &impl ConnectionTrait,
    person: PersonId,
    occasion: Occasion,
) -> Result<Option<register_mailing::Model>, DbErr> {
    let of_person = register_mailing::Entity::find().filter(register_mailing::Column::PersonId.eq(person));
    of_person.filter(register_mailing::Column::Occasion.eq(occasion.to_string())).one(db).await
}

/// Returns a mailing by its key. `None` if there is none.
pub async fn find_by_id(db: &impl ConnectionTrait, id: MailingId) -> Result<Option<register_mailing::Model>, DbErr> {
    register_mailing::Entity::find_by_id(id).one(db).await
}

/// Returns who was told of which of these nominations in a digest.
pub async fn told(db: &impl ConnectionTrait, nominations: &[NominationId]) -> Result<Vec<ToldOf>, DbErr> {
    if nominations.is_empty() {
        return Ok(Vec::new());
    }
    let to_mailing: RelationDef = register_notice::Entity::belongs_to(register_mailing::Entity)
        .from(register_notice::Column::MailingId)
        .to(register_mailing::Column::Id)
        .into();
    let rows: Vec<(NominationId, i32, PersonId, Day)> = register_notice::Entity::find()
        .join(JoinType::InnerJoin, to_mailing)
        .filter(register_notice::Column::NominationId.is_in(nominations.iter().copied()))
        .select_only()
        .columns([register_notice::Column::NominationId, register_notice::Column::Stage])
        .columns([register_mailing::Column::PersonId, register_mailing::Column::Day])
        .into_tuple()
        .all(db)
        .await?;
    let told = |(nomination, days, person, on)| ToldOf { person, nomination, stage: Stage::after(i64::from(days)), on };
    Ok(rows.into_iter().map(told).collect())
}

/// Returns the oldest changes whose mails are not stored yet.
pub async fn unmailed(db: &impl ConnectionTrait) -> Result<Vec<UnmailedChange>, DbErr> {
    let rows = register_change::Entity::find()
        .filter(register_change::Column::Mailed.eq(false))
        .order_by_asc(register_change::Column::Id)
        .limit(AT_ONCE)
        .all(db)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut objects = register_change_object::Entity::find()
        .filter(register_change_object::Column::ChangeId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(register_change_object::Column::Id)
        .all(db)
        .await?;
    let changes = rows.into_iter().map(|row| {
        let (own, others) = objects.drain(..).partition(|object| object.change_id == row.id);
        objects = others;
        UnmailedChange { row, objects: own }
    });
    Ok(changes.collect())
}

/// Records that the mails about changes are stored.
pub async fn settle(db: &impl ConnectionTrait, changes: &[ChangeId]) -> Result<(), DbErr> {
    register_change::Entity::update_many()
        .col_expr(register_change::Column::Mailed, Expr::value(true))
        .filter(register_change::Column::Id.is_in(changes.iter().copied()))
        .exec(db)
        .await?;
    Ok(())
}

/// Returns everyone who had a mail about a change that `undo` undid: a mail about the change itself, or a digest about the
/// nomination that it concerns.
pub async fn told_of_undone(db: &impl ConnectionTrait, undo: ChangeId) -> Result<BTreeSet<PersonId>, DbErr> {
    use crate::value::command::ObjectKind;
    let undone: Vec<ChangeId> = register_change::Entity::find()
        .filter(register_change::Column::UndoneBy.eq(undo))
        .select_only()
        .column(register_change::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let occasions = undone.iter().map(|change| Occasion::Change(*change).to_string());
    let mailed: Vec<PersonId> = register_mailing::Entity::find()
        .filter(register_mailing::Column::Occasion.is_in(occasions))
        .select_only()
        .column(register_mailing::Column::PersonId)
        .into_tuple()
        .all(db)
        .await?;
    let nominations: Vec<i64> = register_change_object::Entity::find()
        .filter(register_change_object::Column::ChangeId.is_in(undone))
        .filter(register_change_object::Column::Kind.eq(ObjectKind::Nomination))
        .select_only()
        .column(register_change_object::Column::ObjectId)
        .into_tuple()
        .all(db)
        .await?;
    let nominations: Vec<_> = nominations.into_iter().map(NominationId).collect();
    let digests = told(db, &nominations).await?;
    Ok(mailed.into_iter().chain(digests.into_iter().map(|told| told.person)).collect())
}

/// The mails of the register that are not settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenMails {
    /// Number of mails that wait for an attempt.
    pub waiting: u64,
    /// When the first of them is due.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Number of permanently refused mails that were made on the day.
    pub refused: u64,
}

/// Counts the mails that wait, and those of `day` that were refused.
pub async fn open_mails(db: &impl ConnectionTrait, day: Day) -> Result<OpenMails, DbErr> {
    let due: Vec<Option<DateTime<Utc>>> = delivery::Entity::find()
        .filter(Batch::Register.condition())
        .filter(delivery::Column::State.is_in(DeliveryState::WAITING))
        .select_only()
        .column(delivery::Column::NextAttemptAt)
        .into_tuple()
        .all(db)
        .await?;
    let to_mailing: RelationDef = delivery::Entity::belongs_to(register_mailing::Entity)
        .from(delivery::Column::MailingId)
        .to(register_mailing::Column::Id)
        .into();
    let refused: Vec<MailingId> = delivery::Entity::find()
        .join(JoinType::InnerJoin, to_mailing)
        .filter(register_mailing::Column::Day.eq(day))
        .filter(delivery::Column::State.eq(DeliveryState::Refused))
        .select_only()
        .column(delivery::Column::MailingId)
        .into_tuple()
        .all(db)
        .await?;
    let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
    Ok(OpenMails {
        waiting: count(due.len()),
        next_attempt_at: due.into_iter().flatten().min(),
        refused: count(refused.len()),
    })
}
