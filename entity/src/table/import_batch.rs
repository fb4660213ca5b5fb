//! One import of files that was to be applied.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::ImportBatchId;
use crate::period::Day;
use crate::value::ImportState;

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
    /// Whether a refusal for ending too much was overridden.
    pub forced: bool,
    /// A list of `{file, rows, added, changed, ended, unchanged, rejected, ignored_columns}`.
    pub files: Json,
    /// Why nothing was written, in one sentence.
    pub refusal: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
