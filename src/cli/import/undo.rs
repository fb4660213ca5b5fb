//! `psn import undo N`: undoes the last import.

use chrono::{DateTime, Utc};
use entity::id::ImportBatchId;
use jobs::import::{UndoError, Undone, undo};
use sea_orm::DatabaseConnection;

use super::super::say;
use crate::error::ExitError;

/// Undo the last applied import, if nothing has changed since.
#[derive(Clone, Debug, clap::Args)]
pub struct UndoArgs {
    /// Number of the import, as in `Applied as import 7.`
    #[arg(value_name = "N")]
    pub import: i64,
}

/// Undoes the import and prints what that changed.
///
/// # Errors
///
/// [`ExitError::Refused`] if it cannot be undone; [`ExitError::Failed`] if the database fails.
pub async fn run(args: &UndoArgs, db: &DatabaseConnection, now: DateTime<Utc>) -> Result<(), ExitError> {
    let undone = undo(db, ImportBatchId(args.import), now).await.map_err(|error| match error {
        UndoError::Refused(sentence) => ExitError::Refused(sentence),
        UndoError::Database(error) => ExitError::Failed(format!("nothing was undone: {error}")),
    })?;
    let Undone { removed, restored } = undone;
    say(format!(
        "Import {} is undone: {removed} rows that it had added are removed, and {restored} rows that it had changed or removed are \
         restored.",
        args.import
    ))
}
