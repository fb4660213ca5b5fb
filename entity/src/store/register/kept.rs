//! Roles that are kept in the register: a command has touched them, so files no longer change them.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _};

use super::Transaction;
use crate::id::PersonId;
use crate::period::Day;
use crate::table::register_role;
use crate::value::Role;

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
