//! One import of files that was to be applied.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::ImportBatchId;
use crate::period::Day;
use crate::value::ImportState;

/// Between these two a refusal says whose shares are too many, by employer and number, and on which day.
pub const SHARES: [&str; 2] = ["The shares of ", " add up to more than 100 percent"];

/// One import of files that was to be applied.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_batch")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: ImportBatchId,
    /// The day that the files describe.
    pub as_at: Day,
    /// When it was applied or refused.
    pub finished_at: DateTime<Utc>,
    /// How it ended.
    pub state: ImportState,
    /// Whether an allowance lifted a limit for it.
    pub forced: bool,
    /// A list of `{file, rows, added, changed, ended, unchanged, rejected, ignored_columns}`.
    pub files: Json,
    /// Why nothing was written, in one sentence.
    pub refusal: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Why nothing was written, for those who see that an import was refused and not the rows that it rejected: without whose
    /// shares are too many.
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
