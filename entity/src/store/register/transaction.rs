//! The transaction of one command.
//!
//! A command locks the version of the facts before it reads any. So no other command, import, link or erasure changes a
//! fact until it has ended, and two commands about the same thing never see half of each other. One lock for all is
//! simpler than one per person and allows no deadlock; a command holds it for a few milliseconds.

use std::time::Duration;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbErr,
    EntityTrait, IdenStatic as _, IntoActiveModel, Iterable as _, PrimaryKeyTrait, QueryFilter as _, Statement,
    TryIntoModel,
};
use serde_json::Value as Json;

use super::super::facts::{self, bump_data_version, bump_data_version_touching};
use super::super::roster::{LoadError, LoadedRoster, load_within};
use super::super::stored_row::{self, id_column};
use super::super::{audit, begin_write, is_busy, is_lock_timeout, is_postgres};
use super::change::{self, NewChange};
use crate::id::ChangeId;
use crate::json_column::Touched;
use crate::table::register_change_row;

/// How long a command waits for its locks.
pub const WAIT: Duration = Duration::from_secs(5);

/// Why a command could not begin.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another writer held the facts for longer than [`WAIT`]. Nothing was stored.
    #[error("the register is busy")]
    Busy,
    /// The database failed or was unreachable.
    #[error(transparent)]
    Database(DbErr),
}

impl From<DbErr> for LockError {
    fn from(error: DbErr) -> Self {
        if is_busy(&error) || is_lock_timeout(&error) { Self::Busy } else { Self::Database(error) }
    }
}

/// A row that the command wrote.
#[derive(Clone, Debug, PartialEq)]
struct WrittenRow {
    table: String,
    id: i64,
    before: Option<Json>,
    after: Option<Json>,
}

/// The transaction of one command, which holds the lock of the facts. Dropping it changes nothing.
#[derive(Debug)]
pub struct Transaction {
    txn: DatabaseTransaction,
    version: i64,
    rows: Vec<WrittenRow>,
}

impl Transaction {
    /// Begins a transaction and locks the facts.
    ///
    /// # Errors
    ///
    /// [`LockError::Busy`] after [`WAIT`].
    pub async fn begin(db: &DatabaseConnection) -> Result<Self, LockError> {
        let txn = begin_write(db).await?;
        if is_postgres(&txn) {
            let limit = format!("SET LOCAL lock_timeout = '{}ms'", WAIT.as_millis());
            txn.execute_raw(Statement::from_string(txn.get_database_backend(), limit)).await?;
        }
        let version = facts::lock(&txn).await?.version;
        Ok(Self { txn, version, rows: Vec::new() })
    }

    /// The version of the facts, which stays as it is until the command ends.
    #[must_use]
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// The connection, to read within the transaction. Writes go through [`insert`](Self::insert),
    /// [`update`](Self::update) and [`delete`](Self::delete), which record them.
    #[must_use]
    pub const fn connection(&self) -> &DatabaseTransaction {
        &self.txn
    }

    /// Adds a row, whose key the database chooses.
    pub async fn insert<E, A>(&mut self, row: A) -> Result<E::Model, DbErr>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<A>,
        A: ActiveModelTrait<Entity = E> + Send,
        <E::PrimaryKey as PrimaryKeyTrait>::ValueType: Send,
    {
        let row = E::insert(row).exec_with_returning(&self.txn).await?;
        let after = stored_row::to_json::<E>(&row)?;
        self.keep::<E>(stored_row::id::<E>(&row)?, None, Some(after));
        Ok(row)
    }

    /// Replaces a row, which has the key of `before`.
    pub async fn update<E, A>(&mut self, before: &E::Model, after: E::Model) -> Result<E::Model, DbErr>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<A> + Clone + Sync,
        A: ActiveModelTrait<Entity = E> + Send,
    {
        let (old, new) = (stored_row::to_json::<E>(before)?, stored_row::to_json::<E>(&after)?);
        let id = stored_row::id::<E>(before)?;
        if old == new {
            return Ok(after);
        }
        self.write::<E, A>(after.clone().into_active_model().reset_all()).await?;
        self.keep::<E>(id, Some(old), Some(new));
        Ok(after)
    }

    /// Removes a row.
    pub async fn delete<E: EntityTrait>(&mut self, row: &E::Model) -> Result<(), DbErr> {
        let id = stored_row::id::<E>(row)?;
        E::delete_many().filter(sea_orm::ColumnTrait::eq(&id_column::<E>(), id)).exec(&self.txn).await?;
        self.keep::<E>(id, Some(stored_row::to_json::<E>(row)?), None);
        Ok(())
    }

    /// Makes a row as its image in a change record says: `None` removes it. Columns that the image does not have, such as free
    /// text, stay as they are, and a version goes up.
    pub async fn restore<E, A>(&mut self, id: i64, image: Option<&Json>) -> Result<(), DbErr>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<A> + Clone + Sync,
        A: ActiveModelTrait<Entity = E> + TryIntoModel<E::Model> + Send,
        <E::PrimaryKey as PrimaryKeyTrait>::ValueType: Send,
    {
        let present = E::find().filter(sea_orm::ColumnTrait::eq(&id_column::<E>(), id)).one(&self.txn).await?;
        match (present, image) {
            (Some(present), None) => self.delete::<E>(&present).await,
            (Some(present), Some(image)) => {
                let mut cells = stored_row::to_json::<E>(&present)?;
                overlay(&mut cells, image);
                let restored = stored_row::from_json::<E, A>(&cells)?.try_into_model()?;
                self.update::<E, A>(&present, restored).await.map(drop)
            }
            (None, Some(image)) => self.insert::<E, A>(stored_row::from_json::<E, A>(image)?).await.map(drop),
            (None, None) => Ok(()),
        }
    }

    /// Writes a row over the one with the same key, or adds it.
    async fn write<E, A>(&self, row: A) -> Result<(), DbErr>
    where
        E: EntityTrait,
        A: ActiveModelTrait<Entity = E> + Send,
    {
        let id = id_column::<E>();
        let others = E::Column::iter().filter(|column| column.as_str() != id.as_str());
        let over = OnConflict::column(id).update_columns(others).to_owned();
        E::insert(row).on_conflict(over).exec_without_returning(&self.txn).await?;
        Ok(())
    }

    fn keep<E: EntityTrait>(&mut self, id: i64, before: Option<Json>, after: Option<Json>) {
        let [before, after] = [before, after].map(|row| row.map(without_free_text::<E>));
        self.rows.push(WrittenRow { table: E::default().table_name().to_owned(), id, before, after });
    }

    /// Whether the command has written anything.
    #[must_use]
    pub fn has_written(&self) -> bool {
        !self.rows.is_empty()
    }

    /// Raises the data version, stores the change record with the rows that were written, appends it to the audit log,
    /// and commits. Returns the change record's key.
    pub async fn commit(self, change: NewChange) -> Result<ChangeId, DbErr> {
        let touched = Touched { people: change.people.clone(), units: change.units.clone() };
        let version = bump_data_version_touching(&self.txn, &touched).await?;
        let (id, txn) = self.record(change, version).await?;
        txn.commit().await?;
        Ok(id)
    }

    /// Commits like [`commit`](Self::commit) a change that may concern everyone, such as a new agreement: every process then
    /// reads all facts again.
    pub async fn commit_for_everyone(self, change: NewChange) -> Result<(), DbErr> {
        bump_data_version(&self.txn).await?;
        let version = facts::current(&self.txn).await?.version;
        let (_, txn) = self.record(change, version).await?;
        txn.commit().await
    }

    /// Commits a change that reaches beyond [`Touched`], such as a link: every process then reads all facts again. The event
    /// is appended to the audit log, and the change record is stored if there is one.
    pub async fn commit_reloading(self, change: Option<NewChange>, event: &audit::Event) -> Result<(), DbErr> {
        bump_data_version(&self.txn).await?;
        audit::record(&self.txn, event).await?;
        let version = facts::current(&self.txn).await?.version;
        let txn = match change {
            Some(change) => self.record(change, version).await?.1,
            None => self.txn,
        };
        txn.commit().await
    }

    /// Reads every fact as it is after the writes of this transaction.
    ///
    /// # Errors
    ///
    /// [`LoadError`]. The transaction is rolled back then.
    pub async fn load(self) -> Result<(LoadedRoster, Self), LoadError> {
        let Self { txn, version, rows } = self;
        let (facts, txn) = load_within(txn).await?;
        Ok((facts, Self { txn, version, rows }))
    }

    /// Stores the change record with the rows that were written, and appends it to the audit log.
    async fn record(self, change: NewChange, version: i64) -> Result<(ChangeId, DatabaseTransaction), DbErr> {
        let Self { txn, version: _, rows } = self;
        let (id, event) = change::record(&txn, change, version).await?;
        let rows = (0i32..).zip(rows).map(|(seq, WrittenRow { table, id: row_id, before, after })| {
            register_change_row::ActiveModel {
                change_id: Set(id),
                seq: Set(seq),
                table_name: Set(table),
                row_id: Set(row_id),
                before: Set(before),
                after: Set(after),
            }
        });
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            register_change_row::Entity::insert_many(rows).exec_without_returning(&txn).await?;
        }
        audit::record(&txn, &event).await?;
        Ok((id, txn))
    }
}

/// Writes the cells of an image over those of a row. A version is never one that was before: it counts what was done.
fn overlay(cells: &mut Json, image: &Json) {
    let (Some(cells), Some(image)) = (cells.as_object_mut(), image.as_object()) else { return };
    let version = cells.get(VERSION).and_then(Json::as_i64);
    cells.extend(image.iter().map(|(column, cell)| (column.clone(), cell.clone())));
    if let Some(version) = version {
        cells.insert(VERSION.to_owned(), (version + 1).into());
    }
}

/// The column with the version of a row that two people may edit.
pub(super) const VERSION: &str = "version";

/// Columns with free text of tables that commands write. The images of rows in change records leave them out, so that an
/// erasure need not search these.
pub(super) const FREE_TEXT: [(&str, &str); 7] = [
    ("document", "address"),
    ("document", "body"),
    ("document", "title"),
    ("exemption", "agreed_by"),
    ("exemption", "reason"),
    ("framework_statement", "body"),
    ("paper_record", "reference"),
];

/// The image of a row without its free text.
#[must_use]
pub fn without_free_text<E: EntityTrait>(mut row: Json) -> Json {
    let entity = E::default();
    if let Some(cells) = row.as_object_mut() {
        let of_table = FREE_TEXT.iter().filter(|(table, _)| *table == entity.table_name());
        of_table.for_each(|(_, column)| drop(cells.remove(*column)));
    }
    row
}
