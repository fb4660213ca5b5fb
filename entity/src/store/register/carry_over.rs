//! Carries roles and nominations over to another unit, and records what the managers of that unit have confirmed.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};

use super::Transaction;
use super::role::StoredRole;
use crate::id::{AllocationId, UnitId};
use crate::period::Day;
use crate::register::carry_over::ends_unconfirmed;
use crate::table::{allocation, carried_role, carry_over};
use crate::value::{ApproverCapacity, Role};

/// Records a reorganisation.
pub async fn begin(
    txn: &mut Transaction,
    from: UnitId,
    to: UnitId,
    on: Day,
    confirm_by: Day,
) -> Result<carry_over::Model, DbErr> {
    let row = carry_over::ActiveModel {
        id: NotSet,
        from_unit_id: Set(from),
        to_unit_id: Set(to),
        carried_on: Set(on),
        confirm_by: Set(confirm_by),
    };
    txn.insert::<carry_over::Entity, _>(row).await
}

impl StoredRole {
    /// Ends the role, and begins it for the new unit of a reorganisation, until it is confirmed or the time for that is over.
    pub async fn carry_over(&self, txn: &mut Transaction, moved: &carry_over::Model) -> Result<Self, DbErr> {
        let carry_over::Model { id, from_unit_id: _, to_unit_id, carried_on, confirm_by } = *moved;
        let first = self.row.valid_from.map_or(carried_on, |from| from.max(carried_on));
        self.end(txn, first).await?;
        let begun = allocation::Model {
            unit_id: to_unit_id,
            valid_from: Some(first),
            valid_to: Some(ends_unconfirmed(self.row.valid_to, confirm_by)),
            ..self.row.clone()
        };
        let begun = self.continue_as(txn, begun).await?;
        let row = carried_role::ActiveModel {
            id: NotSet,
            carry_over_id: Set(id),
            allocation_id: Set(begun.row.id),
            valid_to: Set(self.row.valid_to),
            line_confirmed: Set(false),
            // A Wellbeing Champion needs the line manager alone.
            senior_confirmed: Set(self.row.role == Role::Champion),
        };
        txn.insert::<carried_role::Entity, _>(row).await?;
        Ok(begun)
    }
}

/// A role that was carried over, with its reorganisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedRole {
    /// What is confirmed.
    pub row: carried_role::Model,
    /// The reorganisation.
    pub moved: carry_over::Model,
}

impl CarriedRole {
    /// Whether the managers of the new unit may still confirm it in a capacity.
    #[must_use]
    pub fn awaits(&self, capacity: ApproverCapacity, today: Day) -> bool {
        let confirmed = match capacity {
            ApproverCapacity::Line => self.row.line_confirmed,
            ApproverCapacity::Senior => self.row.senior_confirmed,
        };
        !confirmed && today <= self.moved.confirm_by
    }
}

/// Returns what is known of an allocation that was carried over. `None` if it was not.
pub async fn find(db: &impl ConnectionTrait, allocation: AllocationId) -> Result<Option<CarriedRole>, DbErr> {
    let found = carried_role::Entity::find().filter(carried_role::Column::AllocationId.eq(allocation)).one(db).await?;
    let Some(row) = found else { return Ok(None) };
    let moved = carry_over::Entity::find_by_id(row.carry_over_id).one(db).await?;
    Ok(moved.map(|moved| CarriedRole { row, moved }))
}

/// Returns the carried roles that still have to be confirmed on `today`, by key, each with its allocation.
pub async fn awaiting(db: &impl ConnectionTrait, today: Day) -> Result<Vec<(CarriedRole, allocation::Model)>, DbErr> {
    let open = carry_over::Entity::find().filter(carry_over::Column::ConfirmBy.gte(today)).all(db).await?;
    let rows = carried_role::Entity::find()
        .filter(carried_role::Column::CarryOverId.is_in(open.iter().map(|moved| moved.id)))
        .filter(
            Condition::any()
                .add(carried_role::Column::LineConfirmed.eq(false))
                .add(carried_role::Column::SeniorConfirmed.eq(false)),
        )
        .order_by_asc(carried_role::Column::Id)
        .all(db)
        .await?;
    let held = allocation::Entity::find()
        .filter(allocation::Column::Id.is_in(rows.iter().map(|row| row.allocation_id)))
        .all(db)
        .await?;
    let complete = |row: carried_role::Model| {
        let moved = open.iter().find(|moved| moved.id == row.carry_over_id)?.clone();
        let held = held.iter().find(|held| held.id == row.allocation_id)?.clone();
        Some((CarriedRole { row, moved }, held))
    };
    Ok(rows.into_iter().filter_map(complete).collect())
}

/// Records that a manager of the new unit has confirmed the role. With the last confirmation it lasts as long as it did before
/// it was carried over.
pub async fn confirm(txn: &mut Transaction, carried: &CarriedRole, capacity: ApproverCapacity) -> Result<(), DbErr> {
    let before = &carried.row;
    let after = carried_role::Model {
        line_confirmed: before.line_confirmed || capacity == ApproverCapacity::Line,
        senior_confirmed: before.senior_confirmed || capacity == ApproverCapacity::Senior,
        ..before.clone()
    };
    let is_complete = after.line_confirmed && after.senior_confirmed;
    txn.update::<carried_role::Entity, carried_role::ActiveModel>(before, after).await?;
    if !is_complete {
        return Ok(());
    }
    let Some(held) = allocation::Entity::find_by_id(before.allocation_id).one(txn.connection()).await? else {
        return Ok(());
    };
    // If it was ended in the meantime, that end stands.
    let provisional = Some(ends_unconfirmed(before.valid_to, carried.moved.confirm_by));
    if held.valid_to == provisional {
        let lasting = allocation::Model { valid_to: before.valid_to, ..held.clone() };
        txn.update::<allocation::Entity, allocation::ActiveModel>(&held, lasting).await?;
    }
    Ok(())
}
