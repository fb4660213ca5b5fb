//! `psn import undo N`: takes the last import back.

use chrono::{DateTime, Utc};
use entity::id::ImportBatchId;
use jobs::import::{UndoError, Undone, undo};
use sea_orm::DatabaseConnection;

use super::super::say;
use crate::error::ExitError;

/// Take the last import that was applied back whole, as long as nothing was changed after it.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The import's number, as `Applied as import 7.` gave it.
    #[arg(value_name = "N")]
    pub import: i64,
}

/// Takes the import back and says what that changed.
///
/// # Errors
///
/// [`ExitError::Refused`] if it cannot be taken back; [`ExitError::Failed`] if the database fails.
pub async fn run(args: &Args, db: &DatabaseConnection, now: DateTime<Utc>) -> Result<(), ExitError> {
    let undone = undo(db, ImportBatchId(args.import), now).await.map_err(|error| match error {
        UndoError::Refused(sentence) => ExitError::Refused(sentence),
        UndoError::Database(error) => ExitError::Failed(format!("nothing was undone: {error}")),
    })?;
    let Undone { removed, restored } = undone;
    say(format!(
        "Import {} is undone: {removed} rows that it had added are removed, and {restored} rows that it had changed or removed are \
         as they were before.",
        args.import
    ))
}
