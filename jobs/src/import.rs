//! A board's files into the tables: IMPORT.md in code.
//!
//! `source` (bytes to rows below a known header) → `parse` (rows to typed rows, pure) → `check` (against each other and what is
//! on file, pure) → `apply` (one transaction for all files, or nothing). A dry run goes the same way and stops before `apply`,
//! so it tells exactly what applying would do.

mod apply;
mod board;
mod cell;
mod changes;
mod check;
mod erased;
mod findings;
mod layout;
mod limits;
mod load;
mod mapping;
mod parse;
mod record;
mod rejected_rows;
mod source;
mod stored_row;
mod undo;
mod vocabulary;

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
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
pub use rejected_rows::{REJECT_HEADERS, rejected_rows};
pub use undo::{UndoError, Undone, undo};

use board::{Board, Plan};
use check::Terms;
use findings::Findings;
use parse::{Files, Reading};

use crate::one_line::clip;

/// One file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Which of the nine it is.
    pub kind: FileKind,
    /// Its name, without its folder, as findings call it.
    pub name: String,
    /// What is in it.
    pub bytes: Cow<'static, [u8]>,
}

/// Whether anything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Only says what would change.
    DryRun,
    /// Writes everything or nothing.
    Apply,
}

/// What is to be imported, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// The files, at most one of a kind but of staff; they are taken in the order of [`FileKind::ALL`] whatever theirs is.
    pub sources: Vec<Source>,
    /// The day that the files describe. Whoever is no longer in a full list had their last day the day before.
    pub as_at: Day,
    /// How another system's headers and words are read.
    pub mapping: Mapping,
    /// Whether anything is written.
    pub mode: Mode,
    /// What the import may do beyond the limits.
    pub allow: Allowances,
    /// Employers whose posts all end the day before `as_at`, without case and repeated spaces.
    pub ends_employers: Vec<String>,
    /// Added to every day in the files but open ends. The demonstration board is moved by whole weeks; `as_at` is already moved.
    pub shift_days: i64,
    /// At most how many of the rows that change are listed. 0 if nobody looks at them.
    pub list_changes: usize,
    /// The board's time zone: a time with an offset is that instant's day in it.
    pub zone: Tz,
    /// The sheet of Excel workbooks to read. Null for the first with a header that fits.
    pub sheet: Option<String>,
}

/// What an import did, or would do.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The recorded import; a dry run leaves none.
    pub batch: Option<ImportBatchId>,
    /// Counts of each file, in the order in which they were taken; empty where a file could not be read at all.
    pub files: Vec<FileCount>,
    /// What was not taken, by file and line.
    pub rejects: Vec<Reject>,
    /// Cells that made no sense and were left blank while their rows were kept.
    pub kept: Vec<Reject>,
    /// What somebody should know about.
    pub notices: Vec<Notice>,
    /// Why nothing was or would be written.
    pub refusal: Option<String>,
    /// Whether anything on file was or would be changed.
    pub changes: bool,
    /// The first of the rows that were or would be changed, table by table.
    pub change_list: Vec<Change>,
    /// How many rows were or would be changed; 0 if none were to be listed.
    pub rows_changed: usize,
}

/// Why an import came to no outcome. The files are not to blame.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Two sources of one kind other than staff.
    #[error("{0} was given more than once; only staff.csv can be split into several files")]
    Twice(FileKind),
    /// The database refused or was away.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Hears how far an import has come.
pub trait Progress: Send + Sync {
    /// A step has begun: "reading staff.csv".
    fn step(&self, what: &str);
}

/// Nobody is listening.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn step(&self, _: &str) {}
}

/// Imports files, or says what importing them would do. Refused input is an [`Outcome`] with a refusal; it is recorded where it was to
/// be applied, with nothing else written.
///
/// # Errors
///
/// [`ImportError`]: what the database said, or two sources of one kind.
pub async fn run(
    db: &DatabaseConnection,
    request: Request,
    now: DateTime<Utc>,
    progress: &dyn Progress,
) -> Result<Outcome, ImportError> {
    let Request { mut sources, as_at, mapping, mode, allow, ends_employers, shift_days, list_changes, zone, sheet } =
        request;
    sources.sort_by_key(|source| source.kind);
    if let Some(pair) = sources.windows(2).find(|pair| pair[0].kind == pair[1].kind && pair[0].kind != FileKind::Staff)
    {
        return Err(ImportError::Twice(pair[0].kind));
    }
    // Only full lists end what they do not name; older courses or exemptions take nothing away.
    let ends = !ends_employers.is_empty()
        || sources.iter().any(|source| matches!(source.kind, FileKind::Units | FileKind::Staff));
    let mut findings = Findings::default();
    let mut board = Board::default();
    let reading = Reading { mapping: &mapping, as_at, shift_days, zone, sheet: sheet.as_deref() };
    let mut files = parse::read_all(sources, &reading, &mut board.words, &mut findings, progress);
    let parts = files.staff.as_ref().map(|file| file.count.parts.clone()).unwrap_or_default();
    let txn = begin(db, mode).await?;
    let erased = Erased::load(&txn).await?;
    erased::hide(&mut files, &mut board.words, &erased);
    if ends && let Some(newer) = newest(&txn).await?.filter(|newest| *newest > as_at) {
        match allow.older {
            true => findings.allowance_used = true,
            false => findings.refusals.push(format!(
                "These files are as at {as_at}, but files as at {newer} have already been applied. Older files would \
                 end posts and units added since. Check the as-at day, or import them with --allow older."
            )),
        }
    }
    let terms = Terms { as_at, allow };
    let (plan, counts) = checked(&txn, files, &mut board, &ends_employers, terms, &mut findings, progress).await?;
    let (board, change_list, rows_changed) = apply::list(&txn, board, &plan, list_changes).await?;
    findings.name_parts(&parts);
    let Findings { mut rejects, mut notices, mut refusals, allowance_used, mut kept } = findings;
    rejects.iter_mut().chain(&mut kept).for_each(|reject| bound(&mut reject.sentence));
    notices.iter_mut().for_each(|notice| bound(&mut notice.sentence));
    refusals.iter_mut().for_each(bound);
    rejects.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    kept.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    let refusal = (!refusals.is_empty()).then(|| told(&refusals));
    let changes = !plan.is_empty();
    let recorded = record::kept(&rejects, &board.words, &erased);
    let batch = record::Batch {
        as_at,
        finished_at: now,
        forced: allowance_used,
        refusal: refusal.as_deref(),
        files: &counts,
        rejects: &recorded,
    };
    let batch = match (mode, refusal.is_some()) {
        (Mode::DryRun, _) => {
            txn.rollback().await?;
            None
        }
        (Mode::Apply, false) => {
            let id = record::insert(&txn, &batch).await?;
            apply::write(&txn, id, board, plan, progress).await?;
            undo::begin(&txn, id).await?;
            record::audit(&txn, id, &batch).await?;
            txn.commit().await?;
            Some(id)
        }
        // Nothing was written yet. In the same transaction, lest somebody is erased between what is kept and its writing.
        (Mode::Apply, true) => {
            let id = record::insert(&txn, &batch).await?;
            record::audit(&txn, id, &batch).await?;
            txn.commit().await?;
            Some(id)
        }
    };
    Ok(Outcome { batch, files: counts, rejects, kept, notices, refusal, changes, change_list, rows_changed })
}

/// The most characters of one sentence about the files: they may repeat what stands in a cell.
const LONGEST_SENTENCE: usize = 1_000;

/// Cuts a sentence that would repeat too much of a file.
fn bound(sentence: &mut String) {
    // Bytes first: hardly any sentence is counted.
    if sentence.len() > LONGEST_SENTENCE {
        *sentence = clip(sentence, LONGEST_SENTENCE);
    }
}

/// Every reason for a refusal would be a wall of text: the first few say enough, and the rejects name each place.
fn told(refusals: &[String]) -> String {
    const SHOWN: usize = 3;
    let mut text = refusals[..refusals.len().min(SHOWN)].join(" ");
    if refusals.len() > SHOWN {
        text.push_str(&format!(" (and {} more)", refusals.len() - SHOWN));
    }
    text
}

/// A dry run reads one picture of the tables; an import that writes waits for the one before it.
async fn begin(db: &DatabaseConnection, mode: Mode) -> Result<DatabaseTransaction, DbErr> {
    match mode {
        Mode::DryRun if is_postgres(db) => {
            let isolation_level = Some(IsolationLevel::RepeatableRead);
            let access_mode = Some(AccessMode::ReadOnly);
            db.begin_with_options(TransactionOptions { isolation_level, access_mode, ..TransactionOptions::default() })
                .await
        }
        // SQLite's transactions read one picture anyway.
        Mode::DryRun => db.begin().await,
        Mode::Apply => {
            let txn = begin_write(db).await?;
            facts::lock(&txn).await?;
            Ok(txn)
        }
    }
}

/// The as-at day of the newest files that were applied.
async fn newest(txn: &DatabaseTransaction) -> Result<Option<Day>, DbErr> {
    let applied = import_batch::Entity::find().filter(import_batch::Column::State.eq(ImportState::Applied));
    let newest = applied.order_by_desc(import_batch::Column::AsAt).one(txn).await?;
    Ok(newest.map(|batch| batch.as_at))
}

/// What is on file is only asked for when every file could be read.
async fn checked(
    txn: &DatabaseTransaction,
    files: Files,
    board: &mut Board,
    ends: &[String],
    terms: Terms,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(Plan, Vec<FileCount>), DbErr> {
    if !findings.refusals.is_empty() {
        return Ok((Plan::default(), files.counts()));
    }
    progress.step("reading existing records");
    load::load(txn, &files, !ends.is_empty(), board).await?;
    progress.step("comparing");
    Ok(check::check(files, board, ends, terms, findings))
}
