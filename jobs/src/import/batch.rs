//! Records an import: one batch with its counts and rejects, and an event in the audit log.

use chrono::{DateTime, SubsecRound as _, Utc};
use entity::actor::Actor;
use entity::id::ImportBatchId;
use entity::interner::Interner;
use entity::json_column::{ImportedFile, ImportedFiles};
use entity::period::Day;
use entity::store::audit::{self, Event};
use entity::store::erasure::Erased;
use entity::table::{import_batch, import_reject};
use entity::value::{Action, ImportState};
use sea_orm::{ActiveModelTrait as _, ActiveValue::NotSet, DatabaseTransaction, DbErr, EntityTrait as _, Set};
use serde_json::json;

use super::findings::{FileCount, Reject};

/// Rejects per statement.
const CHUNK: usize = 1_000;

/// An import to record.
pub(super) struct Batch<'a> {
    pub(super) as_at: Day,
    pub(super) finished_at: DateTime<Utc>,
    pub(super) forced: bool,
    pub(super) refusal: Option<&'a str>,
    pub(super) files: &'a [FileCount],
    pub(super) rejects: &'a [RecordedReject],
    /// Kept roles that go back from the register to the file.
    pub(super) taken_over: usize,
}

/// A reject to record.
pub(super) struct RecordedReject {
    reject: Reject,
    /// The pseudonym of the person that it is about.
    about: Option<String>,
}

/// Prepares rejects for storage: with pseudonyms for the people that they are about, and without the values of erased
/// people.
pub(super) fn prepare_rejects(rejects: &[Reject], words: &Interner, erased: &Erased) -> Vec<RecordedReject> {
    let keep = |reject: &Reject| {
        let mut reject = reject.clone();
        let about = reject.about.map(|(employer, number)| (words.get(employer), words.get(number)));
        if about.is_some_and(|(employer, number)| erased.person(employer, number).is_some()) {
            reject.value = None;
        }
        reject.value = reject.value.filter(|value| !erased.text(value));
        RecordedReject { about: about.map(|(employer, number)| erased.about(employer, number)), reject }
    };
    rejects.iter().map(keep).collect()
}

/// Writes the batch: as refused if it has a refusal, otherwise as applied.
pub(super) async fn insert(txn: &DatabaseTransaction, batch: &Batch<'_>) -> Result<ImportBatchId, DbErr> {
    let Batch { as_at, finished_at, forced, refusal, files, rejects, taken_over: _ } = batch;
    let row = import_batch::ActiveModel {
        id: NotSet,
        as_at: Set(*as_at),
        finished_at: Set(finished_at.trunc_subsecs(6)),
        state: Set(if refusal.is_some() { ImportState::Refused } else { ImportState::Applied }),
        forced: Set(*forced),
        files: Set(ImportedFiles(files.iter().map(|file| file.imported.clone()).collect())),
        refusal: Set(refusal.map(str::to_owned)),
    };
    let batch_id = row.insert(txn).await?.id;
    for chunk in rejects.chunks(CHUNK) {
        let rows = chunk.iter().map(|kept| {
            let RecordedReject { reject: Reject { file, line, column, value, sentence, about: _ }, about } = kept;
            import_reject::ActiveModel {
                id: NotSet,
                batch_id: Set(batch_id),
                file: Set(file.clone()),
                line: Set(line.map(|line| i32::try_from(line).unwrap_or(i32::MAX))),
                column_name: Set(column.map(str::to_owned)),
                value: Set(value.clone()),
                sentence: Set(sentence.clone()),
                about: Set(about.clone()),
            }
        });
        import_reject::Entity::insert_many(rows).exec_without_returning(txn).await?;
    }
    Ok(batch_id)
}

/// Records the batch `id` in the audit log. This is the last statement of a transaction, because it makes other writers
/// of the log wait.
pub(super) async fn audit(txn: &DatabaseTransaction, id: ImportBatchId, batch: &Batch<'_>) -> Result<(), DbErr> {
    audit::record(txn, &Event { object: Some(format!("import:{id}")), ..event(batch) }).await.map(drop)
}

/// Creates the audit event: counts, and the kind of each file. File names and refusals are free text of the importer
/// and are left out. Files are imported only with a command.
fn event(batch: &Batch<'_>) -> Event {
    let Batch { as_at, finished_at, forced, refusal, files, rejects, taken_over } = batch;
    let action = if refusal.is_some() { Action::ImportRefused } else { Action::ImportApplied };
    let files: Vec<_> = files
        .iter()
        .map(|FileCount { kind, imported, .. }| {
            let ImportedFile { rows, added, changed, ended, unchanged, kept, rejected, .. } = imported;
            json!({ "file": kind.as_str(), "rows": rows, "added": added, "changed": changed, "ended": ended,
                "unchanged": unchanged, "kept": kept, "rejected": rejected })
        })
        .collect();
    let after = json!({ "asAt": as_at.to_string(), "forced": forced, "rejects": rejects.len(),
        "takenOver": taken_over, "files": files });
    Event { after: Some(after), ..Event::new(*finished_at, Actor::Operator, action) }
}
