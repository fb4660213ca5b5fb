//! Reads change records: of an object, or by their key.

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::change::Object;
use crate::id::ChangeId;
use crate::table::{register_change, register_change_object};

/// A change record with the objects in whose history it appears.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredChange {
    /// The record.
    pub row: register_change::Model,
    /// Its objects.
    pub objects: BTreeSet<Object>,
    /// The record that it undid. `None` unless it is an undo.
    pub undid: Option<register_change::Model>,
}

/// Returns a change record. `None` if there is none with this key.
pub async fn find(db: &impl ConnectionTrait, id: ChangeId) -> Result<Option<StoredChange>, DbErr> {
    Ok(matching(db, register_change::Column::Id.eq(id).into()).await?.pop())
}

/// Returns the change records that name any of these objects, newest first.
pub async fn of_objects(db: &impl ConnectionTrait, objects: &[Object]) -> Result<Vec<StoredChange>, DbErr> {
    if objects.is_empty() {
        return Ok(Vec::new());
    }
    matching(db, register_change::Column::Id.in_subquery(that_name(objects)).into()).await
}

/// Selects the keys of the change records that name any of these objects.
pub(super) fn that_name(objects: &[Object]) -> SelectStatement {
    let mut named = Condition::any();
    for object in objects {
        let is_it = Condition::all()
            .add(register_change_object::Column::Kind.eq(object.kind))
            .add(register_change_object::Column::ObjectId.eq(object.id));
        named = named.add(is_it);
    }
    Query::select()
        .column(register_change_object::Column::ChangeId)
        .from(register_change_object::Entity)
        .cond_where(named)
        .to_owned()
}

/// Returns the change records that match, newest first, in three queries.
pub(super) async fn matching(db: &impl ConnectionTrait, condition: Condition) -> Result<Vec<StoredChange>, DbErr> {
    let matching = register_change::Entity::find().filter(condition);
    let rows = matching.clone().order_by_desc(register_change::Column::Id).all(db).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let keys = || {
        let keys = matching.clone().select_only().column(register_change::Column::Id);
        sea_orm::QueryTrait::into_query(keys)
    };
    let mut objects: HashMap<ChangeId, BTreeSet<Object>> = HashMap::new();
    let found = register_change_object::Entity::find()
        .filter(register_change_object::Column::ChangeId.in_subquery(keys()))
        .all(db)
        .await?;
    for register_change_object::Model { id: _, change_id, kind, object_id } in found {
        objects.entry(change_id).or_default().insert(Object { kind, id: object_id });
    }
    let undone = register_change::Entity::find().filter(register_change::Column::UndoneBy.in_subquery(keys()));
    let mut undid = HashMap::new();
    for row in undone.all(db).await? {
        undid.insert(row.undone_by, row);
    }
    let stored = |row: register_change::Model| StoredChange {
        objects: objects.remove(&row.id).unwrap_or_default(),
        undid: undid.remove(&Some(row.id)),
        row,
    };
    Ok(rows.into_iter().map(stored).collect())
}
