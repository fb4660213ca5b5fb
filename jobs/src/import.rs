//! Imports a board's files into the tables, as docs/IMPORT.md describes.
//!
//! `source` (bytes to rows below a known header) → `parse` (rows to typed rows, pure) → `check` (compares the rows with
//! each other and with the records on file, pure) → `apply` (writes all files in one transaction, or nothing). A dry
//! run takes the same steps and stops before `apply`, so it reports exactly what applying would do.

mod apply;
mod batch;
mod cell;
mod changes;
mod check;
mod dataset;
mod erased;
mod fault;
mod findings;
mod layout;
mod limits;
mod load;
mod mapping;
mod parse;
mod parts;
mod plan;
mod progress;
mod protected_row;
mod record;
mod reference;
mod rejected_rows;
mod request;
mod source;
mod undo;
mod vocabulary;

use chrono::{DateTime, Utc};
use entity::clock::day_of;
use entity::id::ImportBatchId;
use entity::period::Day;
use entity::store::erasure::Erased;
use entity::store::facts;
use entity::store::{begin_write, is_postgres};
use entity::table::import_batch;
use entity::value::ImportState;
use sea_orm::{
    AccessMode, ColumnTrait as _, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait as _, IsolationLevel,
    QueryFilter as _, QueryOrder as _, TransactionOptions, TransactionTrait as _,
};

pub use changes::{Change, ChangeKind, ChangedCell};
pub use findings::{FileCount, Notice, Reject};
pub use layout::FileKind;
pub use limits::{Allowance, Allowances, UnknownAllowance};
pub use mapping::{Mapping, MappingError};
pub use progress::{NoProgress, Progress};
pub use rejected_rows::{REJECT_HEADERS, rejected_rows};
pub use request::{ImportRequest, Mode, SourceFile};
pub use undo::{UndoError, Undone, undo};

use check::CheckOptions;
use dataset::Dataset;
use findings::Findings;
use parse::{Files, ReadOptions};
use plan::Plan;

use crate::output::one_line::clip;

/// The result of an import or a dry run.
#[derive(Clone, Debug)]
pub struct ImportSummary {
    /// The recorded import. Null for a dry run.
    pub batch: Option<ImportBatchId>,
    /// Counts for each file, in import order. Empty if a file could not be read at all.
    pub files: Vec<FileCount>,
    /// Rejected rows, by file and line.
    pub rejects: Vec<Reject>,
    /// Invalid cells that were left blank in rows that were kept.
    pub kept: Vec<Reject>,
    /// Notices that the importer should read.
    pub notices: Vec<Notice>,
    /// Why nothing was or would be written. Null if the import is not refused.
    pub refusal: Option<String>,
    /// Whether any record was or would be changed.
    pub changes: bool,
    /// The first changed rows, table by table.
    pub change_list: Vec<Change>,
    /// How many rows were or would be changed. 0 if no list was requested.
    pub rows_changed: usize,
}

/// Why an import ended without a summary. The files are not the cause.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Two files of the same kind, other than staff.
    #[error("{0} was given more than once; only staff.csv can be split into several files")]
    Twice(FileKind),
    /// The database was unreachable or returned an error.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Imports files, or reports what importing them would do. Input that breaks a rule gives an [`ImportSummary`] with a
/// refusal. In [`Mode::Apply`] the refusal is recorded, and nothing else is written.
///
/// # Errors
///
/// [`ImportError`] if the database fails or two files are of the same kind.
pub async fn run(
    db: &DatabaseConnection,
    request: ImportRequest,
    now: DateTime<Utc>,
    progress: &dyn Progress,
) -> Result<ImportSummary, ImportError> {
    let ImportRequest {
        mut sources,
        as_at,
        mapping,
        mode,
        allow,
        ends_employers,
        take_over,
        shift_days,
        list_changes,
        zone,
        sheet,
    } = request;
    sources.sort_by_key(|source| source.kind);
    if let Some(pair) = sources.windows(2).find(|pair| pair[0].kind == pair[1].kind && pair[0].kind != FileKind::Staff)
    {
        return Err(ImportError::Twice(pair[0].kind));
    }
    // Only full lists end posts and units that they do not name. Older courses or exemptions remove nothing.
    let ends = !ends_employers.is_empty()
        || sources.iter().any(|source| matches!(source.kind, FileKind::Units | FileKind::Staff));
    let mut findings = Findings::default();
    let mut dataset = Dataset::default();
    let read_options = ReadOptions { mapping: &mapping, as_at, shift_days, zone, sheet: sheet.as_deref() };
    let mut files = parse::read_all(sources, &read_options, &mut dataset.words, &mut findings, progress);
    let parts = files.staff.as_ref().map(|file| file.count.parts.clone()).unwrap_or_default();
    let txn = begin_transaction(db, mode).await?;
    let erased = Erased::load(&txn).await?;
    erased::hide(&mut files, &mut dataset.words, &erased);
    if ends && let Some(newer) = newest_as_at(&txn).await?.filter(|newest| *newest > as_at) {
        match allow.older {
            true => findings.allowance_used = true,
            false => findings.refusals.push(format!(
                "These files are as at {as_at}, but files as at {newer} have already been applied. Older files would \
                 end posts and units added since. Check the as-at day, or import them with --allow older."
            )),
        }
    }
    let check_options = CheckOptions { as_at, today: day_of(now, zone), allow, take_over };
    let (plan, counts) =
        compare_with_records(&txn, files, &mut dataset, &ends_employers, check_options, &mut findings, progress)
            .await?;
    let (dataset, change_list, rows_changed) = apply::list(&txn, dataset, &plan, list_changes).await?;
    findings.resolve_parts(&parts);
    let Findings { mut rejects, mut notices, mut refusals, allowance_used, mut kept } = findings;
    rejects.iter_mut().chain(&mut kept).for_each(|reject| shorten(&mut reject.sentence));
    notices.iter_mut().for_each(|notice| shorten(&mut notice.sentence));
    refusals.iter_mut().for_each(shorten);
    rejects.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    kept.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    let refusal = (!refusals.is_empty()).then(|| join_refusals(&refusals));
    let changes = !plan.is_empty();
    let recorded = batch::prepare_rejects(&rejects, &dataset.words, &erased);
    let new_batch = batch::Batch {
        as_at,
        finished_at: now,
        forced: allowance_used,
        refusal: refusal.as_deref(),
        files: &counts,
        rejects: &recorded,
        taken_over: plan.kept_roles.removed.len() + plan.kept_facts.removed.len(),
    };
    let batch = match (mode, refusal.is_some()) {
        (Mode::DryRun, _) => {
            txn.rollback().await?;
            None
        }
        (Mode::Apply, false) => {
            let id = batch::insert(&txn, &new_batch).await?;
            apply::write(&txn, id, dataset, plan, progress).await?;
            undo::record_version(&txn, id).await?;
            batch::audit(&txn, id, &new_batch).await?;
            txn.commit().await?;
            Some(id)
        }
        // Nothing was written yet. The refusal is recorded in the same transaction, so that no person can be erased
        // between preparing the rejects and writing them.
        (Mode::Apply, true) => {
            let id = batch::insert(&txn, &new_batch).await?;
            batch::audit(&txn, id, &new_batch).await?;
            txn.commit().await?;
            Some(id)
        }
    };
    Ok(ImportSummary { batch, files: counts, rejects, kept, notices, refusal, changes, change_list, rows_changed })
}

/// The maximum number of characters of one sentence about the files, because it may repeat a cell.
const LONGEST_SENTENCE: usize = 1_000;

/// Shortens a sentence that would repeat too much of a file.
fn shorten(sentence: &mut String) {
    // Compares bytes first, so that characters are rarely counted.
    if sentence.len() > LONGEST_SENTENCE {
        *sentence = clip(sentence, LONGEST_SENTENCE);
    }
}

/// Joins the first few refusals. All of them would be unreadable, and the rejects name each place anyway.
fn join_refusals(refusals: &[String]) -> String {
    const SHOWN: usize = 3;
    let mut text = refusals[..refusals.len().min(SHOWN)].join(" ");
    if refusals.len() > SHOWN {
        text.push_str(&format!(" (and {} more)", refusals.len() - SHOWN));
    }
    text
}

/// Begins the transaction. A dry run reads one consistent snapshot of the tables; an import that writes waits for the
/// one before it.
async fn begin_transaction(db: &DatabaseConnection, mode: Mode) -> Result<DatabaseTransaction, DbErr> {
    match mode {
        Mode::DryRun if is_postgres(db) => {
            let isolation_level = Some(IsolationLevel::RepeatableRead);
            let access_mode = Some(AccessMode::ReadOnly);
            db.begin_with_options(TransactionOptions { isolation_level, access_mode, ..TransactionOptions::default() })
                .await
        }
        // A transaction of SQLite always reads one snapshot.
        Mode::DryRun => db.begin().await,
        Mode::Apply => {
            let txn = begin_write(db).await?;
            facts::lock(&txn).await?;
            Ok(txn)
        }
    }
}

/// Returns the as-at day of the newest applied files.
async fn newest_as_at(txn: &DatabaseTransaction) -> Result<Option<Day>, DbErr> {
    let applied = import_batch::Entity::find().filter(import_batch::Column::State.eq(ImportState::Applied));
    let newest = applied.order_by_desc(import_batch::Column::AsAt).one(txn).await?;
    Ok(newest.map(|batch| batch.as_at))
}

/// Loads the records on file and compares the files with them, but only if every file could be read.
async fn compare_with_records(
    txn: &DatabaseTransaction,
    files: Files,
    dataset: &mut Dataset,
    ends: &[String],
    options: CheckOptions,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(Plan, Vec<FileCount>), DbErr> {
    if !findings.refusals.is_empty() {
        return Ok((Plan::default(), files.counts()));
    }
    progress.step("reading existing records");
    load::load(txn, &files, !ends.is_empty(), dataset).await?;
    progress.step("comparing");
    Ok(check::check(files, dataset, ends, options, findings))
}
