//! Roles that are kept in the register: a command has touched them, so files no longer change them.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};

use super::Transaction;
use crate::id::PersonId;
use crate::period::Day;
use crate::table::{nomination, register_change, register_change_object, register_role};
use crate::value::Role;
use crate::value::command::{Command, ObjectKind};
use crate::value::register::NominationEnd;

/// Whose wish a command carries out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The person's own: they declined, withdrew, paused or stood down. No file and no coordinator overrides it.
    Own,
    /// Anyone else's. It leaves an earlier wish of the person's own as it is.
    Other,
}

/// Notes that a role of a person is kept in the register from `today` on.
pub async fn keep(txn: &mut Transaction, person: PersonId, role: Role, wish: Wish, today: Day) -> Result<(), DbErr> {
    let found = register_role::Entity::find()
        .filter(register_role::Column::PersonId.eq(person))
        .filter(register_role::Column::Role.eq(role))
        .one(txn.connection())
        .await?;
    let own_wish = wish == Wish::Own;
    match found {
        None => {
            let row = register_role::ActiveModel {
                id: NotSet,
                person_id: Set(person),
                role: Set(role),
                kept_since: Set(today),
                own_wish: Set(own_wish),
            };
            txn.insert::<register_role::Entity, _>(row).await?;
        }
        Some(known) if own_wish && !known.own_wish => {
            let changed = register_role::Model { own_wish, ..known.clone() };
            txn.update::<register_role::Entity, register_role::ActiveModel>(&known, changed).await?;
        }
        Some(_) => {}
    }
    Ok(())
}

/// Notes that a person, under any of these numbers, supports again by their own wish: their pause stands against no file
/// and no coordinator any more. If they also left a team or declined a nomination, that wish stays.
pub async fn end_own_wish(txn: &mut Transaction, person: &[PersonId], role: Role) -> Result<(), DbErr> {
    if has_left(txn.connection(), person, role).await? {
        return Ok(());
    }
    let wished = register_role::Entity::find()
        .filter(register_role::Column::PersonId.is_in(person.iter().copied()))
        .filter(register_role::Column::Role.eq(role))
        .filter(register_role::Column::OwnWish.eq(true));
    for known in wished.all(txn.connection()).await? {
        let changed = register_role::Model { own_wish: false, ..known.clone() };
        txn.update::<register_role::Entity, register_role::ActiveModel>(&known, changed).await?;
    }
    Ok(())
}

/// Whether the person has ever ended the role for a team, declined it, or taken a nomination for it back.
async fn has_left(db: &impl ConnectionTrait, person: &[PersonId], role: Role) -> Result<bool, DbErr> {
    let ends = [NominationEnd::DeclinedByNominee, NominationEnd::Withdrawn];
    let declined = nomination::Entity::find()
        .filter(nomination::Column::PersonId.is_in(person.iter().copied()))
        .filter(nomination::Column::Role.eq(role))
        .filter(nomination::Column::EndedAs.is_in(ends));
    if declined.one(db).await?.is_some() {
        return Ok(true);
    }
    let about = Query::select()
        .column(register_change_object::Column::ChangeId)
        .from(register_change_object::Entity)
        .and_where(Expr::col(register_change_object::Column::Kind).eq(ObjectKind::Person))
        .and_where(Expr::col(register_change_object::Column::ObjectId).is_in(person.iter().map(|id| id.0)))
        .to_owned();
    let left = register_change::Entity::find()
        .filter(register_change::Column::ActorId.is_in(person.iter().copied()))
        .filter(register_change::Column::Command.is_in([Command::StandDown, Command::ChangeAllocation]))
        .filter(register_change::Column::UndoneBy.is_null())
        .filter(register_change::Column::Id.in_subquery(about));
    Ok(left.one(db).await?.is_some())
}
