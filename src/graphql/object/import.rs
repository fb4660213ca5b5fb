//! Imports of the board's files, and the rows that were rejected.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::json_column::ImportedFile;
use entity::table::{import_batch, import_reject};

use super::super::access::Scope;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::loader::Rows;
use super::super::loader::children::{ChildTotal, RejectsOf};
use super::super::page::rows::trimmed;
use super::super::page::{Listed, Page, Total};
use super::super::scalar::{Date, Instant};
use super::enums::ImportState;
use crate::access::Right;

/// One import.
#[derive(Clone, Debug)]
pub(crate) struct ImportBatch(pub(crate) import_batch::Model);

/// One import of files.
#[Object]
impl ImportBatch {
    /// Opaque; finds the import again with `node`.
    pub(crate) async fn id(&self) -> ID {
        NodeId::ImportBatch(self.0.id).encode()
    }

    /// The day that the files describe.
    async fn as_at(&self) -> Date {
        Date(self.0.as_at)
    }

    /// When it was applied or refused, even if it was undone later.
    async fn finished_at(&self) -> Instant {
        Instant(self.0.finished_at)
    }

    /// How it ended.
    async fn state(&self) -> ImportState {
        self.0.state.into()
    }

    /// Whether a limit was lifted for it: too many rejected rows, too many changed or ended posts, older files, or an empty
    /// list.
    async fn forced(&self) -> bool {
        self.0.forced
    }

    /// The contents and changes of each file.
    async fn files(&self) -> Vec<ImportFile> {
        self.0.files.0.iter().map(ImportFile::from).collect()
    }

    /// Why nothing was written, in one sentence. Null if the import was written. Only an admin sees which people's shares
    /// exceed 100 %, as with the rows.
    async fn refusal(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        let whole = Scope::from_context(ctx).await?.may(Right::RejectedRows);
        Ok(if whole { self.0.refusal.clone() } else { self.0.refusal_without_people() })
    }

    /// The rejected rows, in the order in which they were found, with the values from the files. They are kept for a shorter
    /// time than the counts. Empty if there are none, or if the viewer does not have the right REJECTED_ROWS.
    async fn rejects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<ImportReject>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let span = page.span("rejects")?;
        let batch = self.0.id;
        let seen = Scope::from_context(ctx).await?.may(Right::RejectedRows);
        let rows = match seen {
            true => Rows::from_context(ctx)?.load_one(RejectsOf { batch, span }).await?.unwrap_or_default(),
            false => Vec::new(),
        };
        let slice = trimmed(&page, "rejects", rows, |row| row.id.0)?;
        let total = if seen { Total::Children(Box::new(ChildTotal::Rejects(batch))) } else { Total::Known(0) };
        Ok(slice.listed(total, ImportReject::from))
    }
}

/// The contents and changes of one file of an import.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ImportFile {
    /// The file's name, without its folder.
    file: String,
    /// The number of rows, without the header.
    rows: u32,
    /// The number of new records.
    added: u32,
    /// The number of changed records.
    changed: u32,
    /// The number of records that were ended because the file no longer has them.
    ended: u32,
    /// The number of unchanged records.
    unchanged: u32,
    /// The number of rows about roles that are kept in the register. They change nothing.
    kept: u32,
    /// The number of rejected rows.
    rejected: u32,
    /// Headers of unknown columns, which were ignored.
    ignored_columns: Vec<String>,
}

impl From<&ImportedFile> for ImportFile {
    fn from(file: &ImportedFile) -> Self {
        let ImportedFile {
            file,
            rows,
            added,
            changed,
            ended,
            unchanged,
            kept,
            rejected,
            ignored_columns,
            not_asked_for: _,
        } = file.clone();
        Self { file, rows, added, changed, ended, unchanged, kept, rejected, ignored_columns }
    }
}

/// One rejected row of an import.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ImportReject {
    /// The file's name, without its folder.
    file: String,
    /// Line in the file, from 1. Null if it is about the whole file.
    line: Option<i32>,
    /// Header of the column. Null if it is about the whole row.
    column: Option<String>,
    /// The value in the cell. Null if it is about the whole row, or if the row is about a person who was erased.
    value: Option<String>,
    /// What is wrong and what would be correct.
    sentence: String,
}

impl From<import_reject::Model> for ImportReject {
    fn from(row: import_reject::Model) -> Self {
        let import_reject::Model { id: _, batch_id: _, file, line, column_name, value, sentence, about: _ } = row;
        Self { file, line, column: column_name, value, sentence }
    }
}
