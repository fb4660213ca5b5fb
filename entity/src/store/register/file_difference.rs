//! Differences between files and the register: reads them, settles them, and keeps them with a role that is split.

use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _};
use sea_orm::{QueryFilter as _, QueryOrder as _};

use super::Transaction;
use crate::id::{AllocationId, FileDifferenceId};
use crate::period::Day;
use crate::table::file_difference;
use crate::value::register::DifferenceOutcome;

/// Returns a difference. `None` if there is none with this key.
pub async fn find(db: &impl ConnectionTrait, id: FileDifferenceId) -> Result<Option<file_difference::Model>, DbErr> {
    file_difference::Entity::find_by_id(id).one(db).await
}

/// Returns the open differences about a role.
pub async fn open_of(
    db: &impl ConnectionTrait,
    allocation: AllocationId,
) -> Result<Vec<file_difference::Model>, DbErr> {
    file_difference::Entity::find()
        .filter(file_difference::Column::AllocationId.eq(allocation))
        .filter(file_difference::Column::SettledOn.is_null())
        .order_by_asc(file_difference::Column::Id)
        .all(db)
        .await
}

/// Settles a difference.
pub async fn settle(
    txn: &mut Transaction,
    row: &file_difference::Model,
    outcome: DifferenceOutcome,
    today: Day,
) -> Result<file_difference::Model, DbErr> {
    let settled = file_difference::Model { settled_on: Some(today), settled_as: Some(outcome), ..row.clone() };
    txn.update::<file_difference::Entity, file_difference::ActiveModel>(row, settled).await
}

/// Copies the open differences about a role to the one that follows it: a change of the role settles none of them.
pub(super) async fn copy(txn: &mut Transaction, from: AllocationId, to: AllocationId) -> Result<(), DbErr> {
    for row in open_of(txn.connection(), from).await? {
        let new = file_difference::ActiveModel { id: NotSet, allocation_id: Set(to), ..row.into() };
        txn.insert::<file_difference::Entity, _>(new).await?;
    }
    Ok(())
}
