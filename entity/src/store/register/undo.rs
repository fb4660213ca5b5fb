//! Undoes a change: every row that it wrote is made as it was before, so that its facts never held.

mod footprint;
mod invariants;
pub mod tables;

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use serde_json::Value as Json;

use self::footprint::{footprints, has_other_rows, key_of, later_than, rows_of};
use super::Transaction;
use super::history::StoredChange;
use super::nomination::StoredNomination;
use super::transaction::{FREE_TEXT, VERSION};
use crate::id::{ChangeId, PersonId, RegisterTextId, UnitId};
use crate::json_column::Touched;
use crate::register::undo::{Footprint, RowKey, first_built_upon};
use crate::store::links;
use crate::table::{fact_change, register_change_row, register_text};
use crate::value::command::ObjectKind;

/// The columns with the key of a text of the register.
pub const TEXT_KEYS: [&str; 6] = ["statement_id", "question_id", "answer_id", "contact_id", "languages_id", "about_id"];

/// Why a change cannot be undone with what is on file now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoRefusal {
    /// A later change rests on it. `None` if a file changed the same rows, or added to them.
    BuiltUpon(Option<ChangeId>),
    /// It removed a text, which is no longer on file.
    TextGone,
    /// The shares of a person would be more than one whole person.
    SharesTooLarge,
    /// Two nominations of a person for one role and unit would be open.
    AlreadyOpen,
    /// One person would stand on both approvals.
    BothApprovals,
}

/// Undoes a change within a command, and returns the people and units whose facts it changes. `has_lapsed` says which of the
/// nominations without an end are no longer open. After a refusal the command must not be stored.
pub async fn undo(
    txn: &mut Transaction,
    change: &StoredChange,
    has_lapsed: impl Fn(&StoredNomination) -> bool,
) -> Result<Result<Touched, UndoRefusal>, DbErr> {
    let rows = rows_of(txn.connection(), &[change.row.id]).await?.remove(&change.row.id).unwrap_or_default();
    let same = links::load(txn.connection()).await?;
    let later = later_than(txn.connection(), change, &rows, &same).await?;
    let all: Vec<&StoredChange> = std::iter::once(change).chain(&later).collect();
    let footprints = footprints(txn.connection(), &all, &same).await?;
    let Some((own, later)) = footprints.split_first() else {
        return Err(DbErr::Custom("a change has no footprint".to_owned()));
    };
    if let Some(later) = first_built_upon(own, later) {
        return Ok(Err(UndoRefusal::BuiltUpon(Some(later))));
    }
    if differs_from_file(txn.connection(), &rows).await? || has_other_rows(txn.connection(), own).await? {
        return Ok(Err(UndoRefusal::BuiltUpon(None)));
    }
    let Some(images) = images_before(txn.connection(), &rows).await? else { return Ok(Err(UndoRefusal::TextGone)) };
    for (row, image) in rows.iter().zip(&images).rev() {
        tables::restore(txn, &key_of(row), image.as_ref()).await?;
    }
    remove_added_texts(txn.connection(), &rows).await?;
    if let Some(refusal) = invariants::broken(txn.connection(), own, &same, has_lapsed).await? {
        return Ok(Err(refusal));
    }
    touched(txn.connection(), change, own, &rows).await.map(Ok)
}

/// Whether a row is not as the change left it: a file has changed it since.
async fn differs_from_file(db: &DatabaseTransaction, rows: &[register_change_row::Model]) -> Result<bool, DbErr> {
    let left: BTreeMap<RowKey, Option<&Json>> = rows.iter().map(|row| (key_of(row), row.after.as_ref())).collect();
    for (key, left) in left {
        let present = tables::read(db, &key).await?;
        let is_same = match (present.as_ref(), left) {
            (None, None) => true,
            (Some(present), Some(left)) => is_as_left(present, left),
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !is_same {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Compares a row with its image. A version also counts what was undone since, and an erasure removes texts.
fn is_as_left(present: &Json, image: &Json) -> bool {
    let Some(cells) = image.as_object() else { return false };
    let is_compared = |column: &str| column != VERSION && !TEXT_KEYS.contains(&column);
    cells.iter().filter(|(column, _)| is_compared(column)).all(|(column, cell)| present.get(column) == Some(cell))
}

/// The keys of texts in an image.
fn texts_in(image: &Json) -> impl Iterator<Item = RegisterTextId> {
    TEXT_KEYS.iter().filter_map(|column| image.get(column)?.as_i64()).map(RegisterTextId)
}

/// The image before the change of each row, without texts that were erased. `None` if a row with a text would come back and
/// the text is no longer on file.
async fn images_before(
    db: &DatabaseTransaction,
    rows: &[register_change_row::Model],
) -> Result<Option<Vec<Option<Json>>>, DbErr> {
    let named: BTreeSet<RegisterTextId> =
        rows.iter().filter_map(|row| row.before.as_ref()).flat_map(texts_in).collect();
    let on_file: Vec<RegisterTextId> = register_text::Entity::find()
        .select_only()
        .column(register_text::Column::Id)
        .filter(register_text::Column::Id.is_in(named))
        .into_tuple()
        .all(db)
        .await?;
    let mut images = Vec::with_capacity(rows.len());
    for row in rows {
        let mut before = row.before.clone();
        if let Some(cells) = before.as_mut().and_then(Json::as_object_mut) {
            let comes_back = row.after.is_none();
            if comes_back && FREE_TEXT.iter().any(|(table, _)| *table == row.table_name) {
                return Ok(None);
            }
            for column in TEXT_KEYS {
                let gone =
                    cells.get(column).and_then(Json::as_i64).is_some_and(|id| !on_file.contains(&RegisterTextId(id)));
                if gone && comes_back {
                    return Ok(None);
                }
                if gone {
                    cells.insert(column.to_owned(), Json::Null);
                }
            }
        }
        images.push(before);
    }
    Ok(Some(images))
}

/// Removes the texts that the change added, with their salts.
async fn remove_added_texts(db: &DatabaseTransaction, rows: &[register_change_row::Model]) -> Result<(), DbErr> {
    let of = |images: Vec<&Json>| images.into_iter().flat_map(texts_in).collect::<BTreeSet<_>>();
    let before = of(rows.iter().filter_map(|row| row.before.as_ref()).collect());
    let after = of(rows.iter().filter_map(|row| row.after.as_ref()).collect());
    let added: Vec<RegisterTextId> = after.difference(&before).copied().collect();
    if !added.is_empty() {
        register_text::Entity::delete_many().filter(register_text::Column::Id.is_in(added)).exec(db).await?;
    }
    Ok(())
}

/// The people and units whose facts change: those of the change itself.
async fn touched(
    db: &DatabaseTransaction,
    change: &StoredChange,
    own: &Footprint,
    rows: &[register_change_row::Model],
) -> Result<Touched, DbErr> {
    let known = fact_change::Entity::find_by_id(change.row.fact_version).one(db).await?;
    let mut touched = known.map(|row| row.touched).unwrap_or_default();
    for object in &change.objects {
        match object.kind {
            ObjectKind::Person => drop(touched.people.insert(PersonId(object.id))),
            ObjectKind::Unit | ObjectKind::Policy => drop(touched.units.insert(UnitId(object.id))),
            ObjectKind::Nomination | ObjectKind::Allocation | ObjectKind::Document | ObjectKind::Framework => {}
        }
    }
    touched.people.extend(own.officers.iter().copied());
    let filed_for = rows.iter().flat_map(|row| row.before.iter().chain(&row.after));
    touched.people.extend(filed_for.filter_map(|image| image.get("person_id")?.as_i64()).map(PersonId));
    Ok(touched)
}
