//! Finds out what changes wrote and are about, from their images of rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};
use serde_json::Value as Json;

use super::super::change::Object;
use super::super::history::{StoredChange, matching, that_name};
use crate::id::{AllocationId, ChangeId, NominationId, PersonId};
use crate::register::undo::{Footprint, PersonRole, RowKey};
use crate::store::links::SamePerson;
use crate::table::{allocation, nomination, nomination_decision, register_change, register_change_row};
use crate::value::Role;
use crate::value::command::{Command, ObjectKind};

/// The columns by which a row refers to another row that commands write, with the table of that row.
const REFERENCES: [(&str, &str); 3] =
    [("allocation_id", "allocation"), ("nomination_id", "nomination"), ("policy_id", "policy")];

/// Returns the rows that a change wrote, in the order in which it did.
pub(super) async fn rows_of(
    db: &impl ConnectionTrait,
    changes: &[ChangeId],
) -> Result<HashMap<ChangeId, Vec<register_change_row::Model>>, DbErr> {
    let rows = register_change_row::Entity::find()
        .filter(register_change_row::Column::ChangeId.is_in(changes.iter().copied()))
        .order_by_asc(register_change_row::Column::ChangeId)
        .order_by_asc(register_change_row::Column::Seq)
        .all(db)
        .await?;
    let mut found: HashMap<ChangeId, Vec<_>> = HashMap::new();
    for row in rows {
        found.entry(row.change_id).or_default().push(row);
    }
    Ok(found)
}

/// The key of the row of an image.
pub(super) fn key_of(row: &register_change_row::Model) -> RowKey {
    RowKey { table: row.table_name.clone(), id: row.row_id }
}

/// The numbers of people among the objects of a change and in its rows.
fn officers_of(change: &StoredChange, rows: &[register_change_row::Model]) -> BTreeSet<PersonId> {
    let is_office =
        |row: &&register_change_row::Model| ["appointment", "delegation"].contains(&row.table_name.as_str());
    let people = |image: &Json| {
        let columns = ["person_id", "delegate_id", "principal_id"];
        columns.iter().filter_map(|column| image.get(column)?.as_i64().map(PersonId)).collect::<Vec<_>>()
    };
    let mut officers: BTreeSet<PersonId> =
        rows.iter().filter(is_office).flat_map(|row| row.before.iter().chain(&row.after)).flat_map(people).collect();
    if !officers.is_empty() {
        let named = change.objects.iter().filter(|object| object.kind == ObjectKind::Person);
        officers.extend(named.map(|object| PersonId(object.id)));
    }
    officers
}

/// Returns the later changes that could rest on a change, without those that were undone, and undoing itself.
pub(super) async fn later_than(
    db: &impl ConnectionTrait,
    change: &StoredChange,
    rows: &[register_change_row::Model],
    same: &SamePerson,
) -> Result<Vec<StoredChange>, DbErr> {
    let mut objects = change.objects.clone();
    for object in &change.objects {
        if object.kind == ObjectKind::Person {
            objects.extend(same.all(PersonId(object.id)).into_iter().map(Object::person));
        }
    }
    let objects: Vec<Object> = objects.into_iter().collect();
    let officers = officers_of(change, rows);
    let officers: Vec<PersonId> = officers.into_iter().flat_map(|id| same.all(id)).collect();
    let by_them = Condition::all()
        .add(register_change::Column::Command.is_in([Command::DecideNomination, Command::RenewApproval]))
        .add(
            Condition::any()
                .add(register_change::Column::ActorId.is_in(officers.iter().copied()))
                .add(register_change::Column::PrincipalId.is_in(officers.iter().copied())),
        );
    let could_rest = Condition::any()
        .add(register_change::Column::Id.in_subquery(that_name(&objects)))
        .add(register_change::Column::Id.in_subquery(that_wrote(rows)))
        .add(by_them);
    let later = Condition::all()
        .add(register_change::Column::Id.gt(change.row.id))
        .add(register_change::Column::UndoneBy.is_null())
        .add(register_change::Column::Command.ne(Command::Undo))
        .add(could_rest);
    matching(db, later).await
}

fn that_wrote(rows: &[register_change_row::Model]) -> SelectStatement {
    let mut any = Condition::any();
    for row in rows {
        let is_it = Condition::all()
            .add(register_change_row::Column::TableName.eq(row.table_name.as_str()))
            .add(register_change_row::Column::RowId.eq(row.row_id));
        any = any.add(is_it);
    }
    Query::select()
        .column(register_change_row::Column::ChangeId)
        .from(register_change_row::Entity)
        .cond_where(any)
        .to_owned()
}

/// Returns the footprints of changes.
pub(super) async fn footprints(
    db: &impl ConnectionTrait,
    changes: &[&StoredChange],
    same: &SamePerson,
) -> Result<Vec<Footprint>, DbErr> {
    let ids: Vec<ChangeId> = changes.iter().map(|change| change.row.id).collect();
    let rows = rows_of(db, &ids).await?;
    let none = Vec::new();
    let mut found = Vec::with_capacity(changes.len());
    for change in changes {
        found.push(rows_footprint(change, rows.get(&change.row.id).unwrap_or(&none), same));
    }
    let referred: BTreeSet<&RowKey> = found.iter().flat_map(|footprint| &footprint.refers_to).collect();
    let roles = roles_of(db, &referred, same).await?;
    for footprint in &mut found {
        footprint.roles.extend(footprint.refers_to.iter().filter_map(|key| roles.get(key)));
    }
    Ok(found)
}

/// What the record of a change and its images say, without the tables.
fn rows_footprint(change: &StoredChange, rows: &[register_change_row::Model], same: &SamePerson) -> Footprint {
    let mut footprint = Footprint::new(change.row.id);
    let row_of = |object: &Object| {
        let table = match object.kind {
            ObjectKind::Nomination => "nomination",
            ObjectKind::Allocation => "allocation",
            ObjectKind::Person
            | ObjectKind::Unit
            | ObjectKind::Policy
            | ObjectKind::Document
            | ObjectKind::Framework => return None,
        };
        Some(RowKey { table: table.to_owned(), id: object.id })
    };
    footprint.refers_to.extend(change.objects.iter().filter_map(row_of));
    for row in rows {
        let key = key_of(row);
        if row.before.is_none() {
            footprint.added.insert(key.clone());
        }
        footprint.rows.insert(key);
        for image in row.before.iter().chain(&row.after) {
            let referred = REFERENCES.iter().filter_map(|(column, table)| {
                Some(RowKey { table: (*table).to_owned(), id: image.get(column)?.as_i64()? })
            });
            footprint.refers_to.extend(referred);
            if ["nomination", "allocation", "register_role"].contains(&row.table_name.as_str()) {
                let person = image.get("person_id").and_then(Json::as_i64).map(PersonId);
                let role = image.get("role").and_then(Json::as_str).and_then(|role| role.parse::<Role>().ok());
                let held = person.zip(role).map(|(person, role)| PersonRole { person: same.lowest(person), role });
                footprint.roles.extend(held);
            }
        }
    }
    footprint.officers = officers_of(change, rows).into_iter().map(|id| same.lowest(id)).collect();
    if matches!(change.row.command, Command::DecideNomination | Command::RenewApproval) {
        let parties = std::iter::once(change.row.actor_id).chain(change.row.principal_id);
        footprint.by_office_of = parties.map(|id| same.lowest(id)).collect();
    }
    footprint
}

/// The roles of nominations and allocations that are on file.
async fn roles_of(
    db: &impl ConnectionTrait,
    keys: &BTreeSet<&RowKey>,
    same: &SamePerson,
) -> Result<BTreeMap<RowKey, PersonRole>, DbErr> {
    let of = |table: &str| keys.iter().filter(|key| key.table == table).map(|key| key.id).collect::<Vec<_>>();
    let nominations = of("nomination").into_iter().map(NominationId);
    let allocations = of("allocation").into_iter().map(AllocationId);
    let mut found = BTreeMap::new();
    for row in nomination::Entity::find().filter(nomination::Column::Id.is_in(nominations)).all(db).await? {
        let key = RowKey { table: "nomination".to_owned(), id: row.id.0 };
        found.insert(key, PersonRole { person: same.lowest(row.person_id), role: row.role });
    }
    for row in allocation::Entity::find().filter(allocation::Column::Id.is_in(allocations)).all(db).await? {
        let key = RowKey { table: "allocation".to_owned(), id: row.id.0 };
        found.insert(key, PersonRole { person: same.lowest(row.person_id), role: row.role });
    }
    Ok(found)
}

/// Whether a row refers to one that the change added, and was not written by it: a file brought it.
pub(super) async fn has_other_rows(db: &impl ConnectionTrait, footprint: &Footprint) -> Result<bool, DbErr> {
    let children = ["approval", "allocation_terms", "sign_off", "pause", "nomination"];
    for added in &footprint.added {
        if added.table == "nomination" {
            let of_it = nomination_decision::Column::NominationId.eq(NominationId(added.id));
            for row in nomination_decision::Entity::find().filter(of_it).all(db).await? {
                if !footprint.rows.contains(&RowKey { table: "nomination_decision".to_owned(), id: row.id.0 }) {
                    return Ok(true);
                }
            }
        }
        if added.table != "allocation" {
            continue;
        }
        for table in children {
            let keys = Query::select()
                .column("id")
                .from(table)
                .and_where(sea_orm::sea_query::ExprTrait::eq(sea_orm::sea_query::Expr::col("allocation_id"), added.id))
                .to_owned();
            for row in db.query_all(&keys).await? {
                let id: i64 = row.try_get_by_index(0)?;
                if !footprint.rows.contains(&RowKey { table: table.to_owned(), id }) {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}
