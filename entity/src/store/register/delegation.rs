//! Stores the days on which people stand in for line managers.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::Transaction;
use crate::id::PersonId;
use crate::period::Day;
use crate::table::delegation;
use crate::value::register::DelegationKind;

/// Days on which a person is to stand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelegation {
    /// What the person is.
    pub kind: DelegationKind,
    /// Every number of the line manager; for an acting line manager, of the person who has none.
    pub principal: Vec<PersonId>,
    /// The lowest of them.
    pub principal_id: PersonId,
    /// The person who stands in.
    pub delegate_id: PersonId,
    /// First day.
    pub from: Day,
    /// First day after it.
    pub to: Day,
    /// The person who records it.
    pub appointed_by: PersonId,
}

/// Stores them. Others of the same kind stand in no longer on these days, and keep their days before and after. Returns the
/// rows of those others as they were.
pub async fn stand_in(txn: &mut Transaction, new: NewDelegation) -> Result<Vec<delegation::Model>, DbErr> {
    let NewDelegation { kind, principal, principal_id, delegate_id, from, to, appointed_by } = new;
    let replaced = delegation::Entity::find()
        .filter(delegation::Column::PrincipalId.is_in(principal))
        .filter(delegation::Column::Kind.eq(kind))
        .filter(delegation::Column::ValidTo.gt(from))
        .filter(delegation::Column::ValidFrom.lt(to))
        .order_by_asc(delegation::Column::Id)
        .all(txn.connection())
        .await?;
    for row in &replaced {
        let before = (row.valid_from < from).then(|| delegation::Model { valid_to: from, ..row.clone() });
        let after = (to < row.valid_to).then(|| delegation::Model { valid_from: to, ..row.clone() });
        match (before, after) {
            (None, None) => txn.delete::<delegation::Entity>(row).await?,
            (Some(part), None) | (None, Some(part)) => {
                txn.update::<delegation::Entity, delegation::ActiveModel>(row, part).await?;
            }
            (Some(before), Some(after)) => {
                txn.update::<delegation::Entity, delegation::ActiveModel>(row, before).await?;
                let after = delegation::ActiveModel { id: NotSet, ..after.into() };
                txn.insert::<delegation::Entity, _>(after).await?;
            }
        }
    }
    let row = delegation::ActiveModel {
        id: NotSet,
        kind: Set(kind),
        principal_id: Set(principal_id),
        delegate_id: Set(delegate_id),
        valid_from: Set(from),
        valid_to: Set(to),
        appointed_by: Set(appointed_by),
    };
    txn.insert::<delegation::Entity, _>(row).await?;
    Ok(replaced)
}
