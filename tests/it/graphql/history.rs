//! The history of the small board: snapshots, reports and their mails, imports.

use entity::coverage::{Question, compute};
use entity::id::{DeliveryId, ImportBatchId, ImportRejectId, JobRunId, PersonId, ReportId, SnapshotId};
use entity::json_column::{ImportedFile, ImportedFiles, MailUnit, MailUnits};
use entity::period::Day;
use entity::store::snapshot::{self, NewSnapshot};
use entity::store::{begin_write, published, roster};
use entity::table::{delivery, import_batch, import_reject, job_run, report};
use entity::value::{DeliveryKind, DeliveryState, ImportState, ReportKind, RunState};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};

use super::board::insert;
use crate::harness::{day, instant};

/// Stores the coverage of a day.
pub(crate) async fn store(db: &DatabaseConnection, on: Day) -> SnapshotId {
    let facts = roster::load(db).await.unwrap();
    let coverage = compute(&facts.index, &Question { day: on, today: None, what_if: None });
    let txn = begin_write(db).await.unwrap();
    let (breakdowns, disclosure) = published::published_on(&txn, &facts.index, &coverage).await.unwrap();
    let new = NewSnapshot {
        index: &facts.index,
        coverage: &coverage,
        breakdowns: &breakdowns,
        disclosure: &disclosure,
        facts_version: facts.version,
        computed_at: instant("2026-11-16T05:00:00Z"),
    };
    let stored = snapshot::write(&txn, new).await.unwrap();
    txn.commit().await.unwrap();
    stored.id
}

/// Reports of two weeks; the second has three mails: one was sent, one is retried, and one has no recipient.
pub(crate) async fn reports(db: &DatabaseConnection) {
    let (first, second) = (store(db, day("2026-11-09")).await, store(db, day("2026-11-16")).await);
    let row = |id, week: &str, snapshot_id, previous_snapshot_id| report::Model {
        id: ReportId(id),
        week: week.to_owned(),
        kind: ReportKind::Weekly,
        snapshot_id,
        previous_snapshot_id,
        built_at: instant("2026-11-16T07:00:00Z"),
    };
    insert::<report::Entity>(db, [row(1, "2026-W46", first, None), row(2, "2026-W47", second, Some(first))]).await;
    let mail = |id, report, person: Option<i64>, state| delivery::Model {
        id: DeliveryId(id),
        report_id: Some(ReportId(report)),
        mailing_id: None,
        kind: DeliveryKind::Report,
        recipient: format!("person:{id}"),
        person_id: person.map(PersonId),
        owner_id: None,
        address: person.map(|id| format!("p{id}@board.example")),
        units: MailUnits(vec![MailUnit {
            code: "NORTH".to_owned(),
            name: "North".to_owned(),
            why: "You are its senior manager.".to_owned(),
        }]),
        subject: "Peer Support: 3 of 6 teams covered".to_owned(),
        message_id: format!("{id}@board.example"),
        text_part: format!("Dear reader {id}"),
        html_part: "<p>Dear reader</p>".to_owned(),
        csv_part: String::new(),
        state,
        attempts: 1,
        next_attempt_at: (state == DeliveryState::Retrying).then(|| instant("2026-11-16T07:05:00Z")),
        accepted_at: (state == DeliveryState::Sent).then(|| instant("2026-11-16T07:00:02Z")),
        last_error: (state == DeliveryState::Retrying).then(|| "The server asked to try later.".to_owned()),
        stored_at: None,
        refused_by: None,
    };
    insert::<delivery::Entity>(
        db,
        [
            mail(1, 1, Some(2), DeliveryState::Sent),
            mail(2, 2, Some(2), DeliveryState::Sent),
            mail(3, 2, Some(1), DeliveryState::Retrying),
            mail(4, 2, None, DeliveryState::Unaddressed),
        ],
    )
    .await;
    let run = job_run::Model {
        id: JobRunId(1),
        job: "gap-report".to_owned(),
        period: "2026-W47".to_owned(),
        state: RunState::Done,
        attempts: 1,
        holder: None,
        lease_until: None,
        not_before: None,
        started_at: Some(instant("2026-11-16T07:00:00Z")),
        finished_at: Some(instant("2026-11-16T07:00:05Z")),
        outcome: Some("3 mails, 1 sent".to_owned()),
    };
    insert::<job_run::Entity>(db, [run]).await;
    // The ids above were set here, so PostgreSQL's own counter has not moved.
    if entity::store::is_postgres(db) {
        db.execute_unprepared("SELECT setval(pg_get_serial_sequence('job_run', 'id'), 100)").await.unwrap();
    }
}

/// An import that was applied with three rejected rows, and one that was refused.
pub(crate) async fn imports(db: &DatabaseConnection) {
    let batch = |id, state, refusal: Option<&str>| import_batch::Model {
        id: ImportBatchId(id),
        as_at: day("2026-11-16"),
        finished_at: instant("2026-11-16T06:00:00Z"),
        state,
        forced: false,
        files: ImportedFiles(vec![ImportedFile {
            file: "staff.csv".to_owned(),
            rows: 46,
            added: 43,
            rejected: 3,
            ignored_columns: vec!["Favourite Colour".to_owned()],
            ..ImportedFile::default()
        }]),
        refusal: refusal.map(str::to_owned),
    };
    let refused = batch(2, ImportState::Refused, Some("This would end 40 of 46 posts; look again."));
    insert::<import_batch::Entity>(db, [batch(1, ImportState::Applied, None), refused]).await;
    let reject = |id, line| import_reject::Model {
        id: ImportRejectId(id),
        batch_id: ImportBatchId(1),
        file: "staff.csv".to_owned(),
        line: Some(line),
        column_name: Some("Unit Code".to_owned()),
        value: Some(format!("X{line}")),
        sentence: "There is no such unit; add it to units.csv.".to_owned(),
        about: None,
    };
    insert::<import_reject::Entity>(db, [reject(1, 4), reject(2, 9), reject(3, 12)]).await;
}
