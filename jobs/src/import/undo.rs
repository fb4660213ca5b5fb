//! Undoes the last import, completely or not at all.
//!
//! While an import writes, it stores what it overwrites (`apply::recorder`). Every later change of the data removes
//! these undo steps (`entity::store::facts::bump_data_version`), so they always fit the data, and nothing of an erased person
//! stays in them.

use chrono::{DateTime, Utc};
use entity::actor::Actor;
use entity::id::ImportBatchId;
use entity::store::audit::{self, Event};
use entity::store::{begin_write, facts};
use entity::table::{
    allocation, allocation_terms, appointment, approval, completion, course, erased_person, exemption, file_difference,
    import_batch, import_undo, pause, person, person_link, policy, post, register_change, register_kept, register_role,
    rows_not_read, sign_off, staff_list, unavailability, unit, unit_parent,
};
use entity::value::{Action, ImportState};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait as _, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait,
    IdenStatic as _, IntoActiveModel as _, Iterable as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, SqlErr,
};
use serde_json::json;

use entity::store::stored_row::{self, id_column};

/// Undo steps per query.
const CHUNK: u64 = 1_000;

/// The table name of the undo step that holds the data version.
const VERSION: &str = "fact_version";

/// The number of rows that were undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Rows that the import had added and that were removed.
    pub removed: u64,
    /// Rows that the import had changed or removed and that were restored.
    pub restored: u64,
}

/// Why an import was not undone. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// It cannot be undone, for the given reason.
    #[error("{0}")]
    Refused(String),
    /// The database refused or was unreachable.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Undoes the import `batch`.
///
/// # Errors
///
/// [`UndoError::Refused`] if it is not the last applied import, if the data was changed after it, or if later data
/// depends on what it added.
pub async fn undo(db: &DatabaseConnection, batch: ImportBatchId, now: DateTime<Utc>) -> Result<Undone, UndoError> {
    let txn = begin_write(db).await?;
    let version = facts::lock(&txn).await?.version;
    let import = check_allowed(&txn, batch, version).await?;
    let undone = revert(&txn, batch).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => UndoError::Refused(format!(
            "Import {batch} cannot be undone: it added people or units that are now used elsewhere, for example by a \
             mail, a session, a role or a token. Import corrected files instead."
        )),
        _ => UndoError::Database(error),
    })?;
    if undone != Undone::default() {
        facts::bump_data_version(&txn).await?;
    } else {
        import_undo::Entity::delete_many().filter(import_undo::Column::BatchId.eq(batch)).exec(&txn).await?;
    }
    let mut row = import.into_active_model();
    row.state = Set(ImportState::Undone);
    row.update(&txn).await?;
    let Undone { removed, restored } = undone;
    let event = Event {
        object: Some(format!("import:{batch}")),
        after: Some(json!({ "removed": removed, "restored": restored })),
        ..Event::new(now, Actor::Operator, Action::ImportUndone)
    };
    audit::record(&txn, &event).await?;
    txn.commit().await?;
    Ok(undone)
}

/// Records the current data version as the first undo step of an import that has been written.
pub(super) async fn record_version(txn: &DatabaseTransaction, batch: ImportBatchId) -> Result<(), DbErr> {
    let row = import_undo::ActiveModel {
        batch_id: Set(batch),
        seq: Set(0),
        table_name: Set(VERSION.to_owned()),
        row_id: Set(facts::lock(txn).await?.version),
        last_row_id: Set(None),
        before: Set(None),
    };
    import_undo::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

/// Returns the import if it may be undone.
async fn check_allowed(
    txn: &DatabaseTransaction,
    batch: ImportBatchId,
    version: i64,
) -> Result<import_batch::Model, UndoError> {
    let newest = import_batch::Entity::find()
        .filter(import_batch::Column::State.eq(ImportState::Applied))
        .order_by_desc(import_batch::Column::Id)
        .one(txn)
        .await?;
    let last = newest.as_ref().map(|newest| newest.id);
    let refused = |sentence: String| Err(UndoError::Refused(sentence));
    let Some(import) = import_batch::Entity::find_by_id(batch).one(txn).await? else {
        let last = last.map_or_else(String::new, |last| format!(" The last applied import is {last}."));
        return refused(format!("Import {batch} does not exist.{last}"));
    };
    match import.state {
        ImportState::Applied => {}
        ImportState::Refused => {
            return refused(format!("Import {batch} was refused and wrote nothing. There is nothing to undo."));
        }
        ImportState::Undone => return refused(format!("Import {batch} has already been undone.")),
    }
    let begun = import_undo::Entity::find_by_id((batch, 0)).one(txn).await?;
    let fits = begun.is_some_and(|step| step.row_id == version);
    if let Some(last) = last.filter(|last| *last != batch) {
        let next = match fits {
            true => format!("Import {last} changed nothing; undo it first: psn import undo {last}."),
            false => "Only the last import can be undone. Import corrected files instead.".to_owned(),
        };
        return refused(format!("Import {batch} cannot be undone: import {last} was applied after it. {next}"));
    }
    if fits {
        return Ok(import);
    }
    let erased = erased_person::Entity::find()
        .filter(erased_person::Column::ErasedAt.gte(import.finished_at))
        .count(txn)
        .await?;
    // Every command raises the data version. So nothing that a command rests on is ever taken away under it.
    let command = register_change::Entity::find()
        .filter(register_change::Column::At.gte(import.finished_at))
        .order_by_asc(register_change::Column::Id)
        .one(txn)
        .await?;
    let gone = "and the replaced values are no longer kept";
    let why = match (erased, command) {
        (0, None) => format!("the data was changed or cleaned up after it, {gone}"),
        (0, Some(change)) => format!("the register was changed after it (change {}), {gone}", change.id),
        _ => format!("a person was erased after it, {gone}"),
    };
    refused(format!("Import {batch} cannot be undone: {why}. Import corrected files instead."))
}

/// Undoes the steps from last to first.
async fn revert(txn: &DatabaseTransaction, batch: ImportBatchId) -> Result<Undone, DbErr> {
    let mut undone = Undone::default();
    let mut before = i64::MAX;
    loop {
        let steps = import_undo::Entity::find()
            .filter(import_undo::Column::BatchId.eq(batch))
            .filter(import_undo::Column::Seq.lt(before))
            .filter(import_undo::Column::Seq.gt(0))
            .order_by_desc(import_undo::Column::Seq)
            .limit(CHUNK)
            .all(txn)
            .await?;
        let Some(first) = steps.last() else { return Ok(undone) };
        before = first.seq;
        let alike = |a: &import_undo::Model, b: &import_undo::Model| {
            a.table_name == b.table_name && a.before.is_some() && b.before.is_some()
        };
        for run in steps.chunk_by(alike) {
            revert_run(txn, run, &mut undone).await?;
        }
    }
}

macro_rules! tables {
    ($($table:ident),+ $(,)?) => {
        /// Checks that rows of the table can be undone.
        ///
        /// # Errors
        ///
        /// If the table is not known.
        pub(super) fn check_known(table: &str) -> Result<(), DbErr> {
            match [$(stringify!($table)),+].contains(&table) {
                true => Ok(()),
                false => Err(DbErr::Custom(format!("the table {table} has no undo"))),
            }
        }

        async fn revert_run(
            txn: &DatabaseTransaction,
            run: &[import_undo::Model],
            undone: &mut Undone,
        ) -> Result<(), DbErr> {
            let table = run.first().map_or("", |step| step.table_name.as_str());
            match table {
                $(stringify!($table) => {
                    revert_rows::<$table::Entity, $table::ActiveModel>(txn, run, undone).await
                })+
                other => check_known(other),
            }
        }
    };
}

tables![
    unit,
    unit_parent,
    person,
    person_link,
    staff_list,
    rows_not_read,
    course,
    post,
    completion,
    allocation,
    approval,
    sign_off,
    pause,
    allocation_terms,
    register_role,
    file_difference,
    register_kept,
    unavailability,
    appointment,
    policy,
    exemption,
];

/// Undoes steps of one table: several rows that were changed or removed, or one range of rows that were added.
async fn revert_rows<E, A>(
    txn: &DatabaseTransaction,
    run: &[import_undo::Model],
    undone: &mut Undone,
) -> Result<(), DbErr>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E> + Send,
{
    let id = id_column::<E>();
    let mut rows = Vec::new();
    for step in run {
        match (&step.before, step.last_row_id) {
            (Some(before), _) => rows.push(stored_row::from_json::<E, A>(before)?),
            (None, Some(last)) => {
                let gone = E::delete_many().filter(id.between(step.row_id, last)).exec(txn).await?;
                undone.removed += gone.rows_affected;
            }
            (None, None) => return Err(DbErr::Custom(format!("undo step {} of an import is empty", step.seq))),
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    undone.restored += rows.len() as u64;
    let others = E::Column::iter().filter(|column| column.as_str() != id.as_str());
    let over = OnConflict::column(id).update_columns(others).to_owned();
    E::insert_many(rows).on_conflict(over).exec_without_returning(txn).await?;
    Ok(())
}
