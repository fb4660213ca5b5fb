//! The tables that commands write, in one list: what reads and restores any row of them by the name of its table. A test
//! compares the list with what commands write.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _};
use serde_json::Value as Json;

use super::super::Transaction;
use super::super::transaction::without_free_text;
use crate::register::undo::RowKey;
use crate::store::stored_row::{self, id_column};
use crate::table::{
    allocation, allocation_terms, appointment, approval, assessment, assessment_result, carried_role, carry_over,
    delegation, directory_entry, document, document_confirmation, exemption, file_difference, framework,
    framework_statement, nomination, nomination_decision, paper_record, paper_record_effect, pause, person_link,
    policy, policy_register_terms, register_kept, register_role, sign_off,
};

macro_rules! written_tables {
    ($($table:ident),+ $(,)?) => {
        /// The tables that commands write, by name.
        pub const WRITTEN: &[&str] = &[$(stringify!($table)),+];

        /// Returns a row as its images show it. `None` if there is none with this key.
        pub async fn read(db: &impl ConnectionTrait, key: &RowKey) -> Result<Option<Json>, DbErr> {
            match key.table.as_str() {
                $(stringify!($table) => read_row::<$table::Entity>(db, key.id).await,)+
                other => Err(unknown(other)),
            }
        }

        /// Returns every row of a table, by key.
        pub async fn read_all(db: &impl ConnectionTrait, table: &str) -> Result<BTreeMap<i64, Json>, DbErr> {
            match table {
                $(stringify!($table) => read_rows::<$table::Entity>(db).await,)+
                other => Err(unknown(other)),
            }
        }

        /// Makes a row as an image says. `None` removes it.
        pub(super) async fn restore(txn: &mut Transaction, key: &RowKey, image: Option<&Json>) -> Result<(), DbErr> {
            match key.table.as_str() {
                $(stringify!($table) => {
                    txn.restore::<$table::Entity, $table::ActiveModel>(key.id, image).await
                })+
                other => Err(unknown(other)),
            }
        }
    };
}

written_tables![
    nomination,
    nomination_decision,
    allocation,
    approval,
    allocation_terms,
    sign_off,
    pause,
    register_role,
    directory_entry,
    person_link,
    appointment,
    delegation,
    exemption,
    policy,
    policy_register_terms,
    carry_over,
    carried_role,
    document,
    document_confirmation,
    framework,
    framework_statement,
    assessment,
    assessment_result,
    paper_record,
    paper_record_effect,
    file_difference,
    register_kept,
];

fn unknown(table: &str) -> DbErr {
    DbErr::Custom(format!("rows of the table {table} cannot be restored"))
}

async fn read_row<E: EntityTrait>(db: &impl ConnectionTrait, id: i64) -> Result<Option<Json>, DbErr> {
    let row = E::find().filter(id_column::<E>().eq(id)).one(db).await?;
    row.map(|row| Ok(without_free_text::<E>(stored_row::to_json::<E>(&row)?))).transpose()
}

async fn read_rows<E: EntityTrait>(db: &impl ConnectionTrait) -> Result<BTreeMap<i64, Json>, DbErr> {
    let image = |row: E::Model| {
        let image = without_free_text::<E>(stored_row::to_json::<E>(&row)?);
        Ok((stored_row::id::<E>(&row)?, image))
    };
    E::find().all(db).await?.into_iter().map(image).collect()
}
