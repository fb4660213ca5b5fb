//! One import of files: applied, refused or undone.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::ImportBatchId;
use crate::json_column::ImportedFiles;
use crate::period::Day;
use crate::value::ImportState;

/// The texts around the part of a refusal that identifies people whose shares are too high, by employer and number,
/// with the day.
pub const SHARES: [&str; 2] = ["The shares of ", " add up to more than 100 percent"];

/// One import of files: applied, refused or undone.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_batch")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: ImportBatchId,
    /// The as-at day of the files.
    pub as_at: Day,
    /// When it was applied or refused.
    pub finished_at: DateTime<Utc>,
    /// Its result.
    pub state: ImportState,
    /// Whether limits were lifted for it (`--force`).
    pub forced: bool,
    /// The contents and changes of each file.
    pub files: ImportedFiles,
    /// Why nothing was written, in one sentence. `None` unless it was refused.
    pub refusal: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Returns why nothing was written, for viewers who may see that an import was refused but not the rows that it
    /// rejected: people whose shares are too high are left out.
    #[must_use]
    pub fn refusal_without_people(&self) -> Option<String> {
        let [start, end] = SHARES;
        self.refusal.as_ref().map(|refusal| {
            let mut parts = refusal.split(start);
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |text, part| {
                let rest = part.find(end).map_or("", |at| &part[at..]);
                text + start + "one person" + rest
            })
        })
    }
}
