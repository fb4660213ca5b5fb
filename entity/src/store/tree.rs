//! The tree of units on a day, as rows.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, QueryOrder as _};

use crate::id::UnitId;
use crate::period::Day;
use crate::table::{unit, unit_parent};

/// Returns the parent of each unit on `day`. Roots are left out.
pub async fn parents(db: &impl ConnectionTrait, day: Day) -> Result<HashMap<UnitId, UnitId>, DbErr> {
    let mut rows = unit_parent::Entity::find().all(db).await?;
    rows.retain(|row| row.valid_from.is_none_or(|from| from <= day));
    // The last placement that has begun decides, even if it makes the unit a root.
    rows.sort_by_key(|row| row.valid_from);
    let last: HashMap<_, _> = rows.into_iter().map(|row| (row.unit_id, row.parent_id)).collect();
    Ok(last.into_iter().filter_map(|(unit, parent)| Some((unit, parent?))).collect())
}

/// Returns the unit at the top of the tree on `day`: the lowest id if there are several.
pub async fn root(db: &impl ConnectionTrait, day: Day) -> Result<Option<unit::Model>, DbErr> {
    let parents = parents(db, day).await?;
    let units = unit::Entity::find().order_by_asc(unit::Column::Id).all(db).await?;
    Ok(units.into_iter().find(|unit| !parents.contains_key(&unit.id)))
}
