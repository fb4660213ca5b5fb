//! A report after an import on the same Monday uses the data of 07:00, not the snapshot of 05:00.

use std::path::Path;

use chrono::{DateTime, Utc};
use entity::coverage::disclosure::Limit;
use entity::store::snapshot as stored;
use entity::table::{delivery, fact_version, report, snapshot};
use entity::value::DeliveryKind;
use jobs::import::FileKind;
use jobs::mail::Mailer;
use mail_parser::MessageParser;
use sea_orm::sea_query::Expr;
use sea_orm::{DatabaseConnection, EntityTrait as _, QueryOrder as _};
use serde_json::json;

use super::{MONDAY, job, now, ready, rows, week};
use crate::disclosure::exported;
use crate::graphql::board::changed;
use crate::graphql::{data, site};
use crate::harness::{World, both, day, instant};
use crate::import::Import;

/// Returns a file of `tests/data/field`.
fn file(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/field").join(name)).unwrap()
}

async fn import_board(world: &World) {
    let kinds = FileKind::ALL.iter().filter_map(|kind| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/field/board").join(kind.file_name());
        std::fs::read_to_string(path).ok().map(|text| (*kind, text))
    });
    let files: Vec<_> = kinds.collect();
    let files: Vec<_> = files.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
    Import::new(world, &files).applied().await;
}

/// Runs the import of Monday 06:30, by which ward W3 gets two Peer Supporters.
async fn close_the_gap(world: &World) {
    let (supporters, training) = (file("11-monday-supporters.csv"), file("11-monday-training.csv"));
    Import::new(world, &[(FileKind::Supporters, &supporters), (FileKind::Training, &training)]).applied().await;
}

async fn snapshot_at_five(world: &World) {
    let five: DateTime<Utc> = instant("2026-11-16T05:00:00Z");
    jobs::snapshot::take_snapshot(&world.db, day(MONDAY), Limit::default(), five).await.unwrap();
}

/// Returns the number of revisions of Monday's snapshot.
async fn revisions(db: &DatabaseConnection) -> Vec<i32> {
    let all = snapshot::Entity::find().order_by_asc(snapshot::Column::Revision).all(db).await.unwrap();
    all.into_iter().filter(|row| row.day == day(MONDAY)).map(|row| row.revision).collect()
}

async fn reported_snapshot(db: &DatabaseConnection) -> snapshot::Model {
    let report = report::Entity::find().one(db).await.unwrap().expect("a report");
    snapshot::Entity::find_by_id(report.snapshot_id).one(db).await.unwrap().expect("its snapshot")
}

both!(
    async fn mail_export_and_api_agree_after_an_import(world: World) {
        import_board(&world).await;
        snapshot_at_five(&world).await;
        let before = data(&site(&world), "{ team(code: \"W3\") { status } }").await;
        assert_eq!(before["team"]["status"], "NONE");
        close_the_gap(&world).await;

        let (mailer, memory) = world.mailer();
        let outcome = job(mailer).run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert!(outcome.sent_now > 0 && !outcome.needs_attention(), "{outcome}");
        assert_eq!(revisions(&world.db).await, [1, 2]);
        assert_eq!(reported_snapshot(&world.db).await.revision, 2);

        let mails = memory.drain();
        let mail = mails.iter().find(|mail| mail.to == "ada.acute@board.example").expect("the mail of Acute Services");
        let mail = MessageParser::default().parse(&mail.bytes).unwrap();
        let text = mail.body_text(0).unwrap();
        assert!(text.contains("3 of 4 teams have cover."), "{text}");
        assert!(text.contains("1. Acute Services has no Peer Supporter") && !text.contains("Ward Three has"), "{text}");
        let list = mail.attachment(0).unwrap().text_contents().unwrap().to_owned();
        assert!(list.contains(",W3,Ward Three,,COVERED,"), "{list}");

        let out = exported(&world, MONDAY, &[]).await;
        let coverage = std::fs::read_to_string(out.join("coverage.csv")).unwrap();
        let ward = coverage.lines().find(|line| line.contains(",W3,")).unwrap();
        assert!(ward.contains(",COVERED,"), "{ward}");

        // Computed live, from the newest snapshot, and as this week's point of the trend.
        let teams = "rollUp { teams { total covered none } teamsCovered { numerator denominator percent } }";
        let api = data(
            &site(&world),
            &format!(
                "{{ team(code: \"W3\", asOf: \"{MONDAY}\") {{ status }} board {{ {teams} trend(weeks: 1) {{ day {teams} }} }}
                 snapshots(first: 1) {{ nodes {{ day revision {teams} }} }} }}"
            ),
        )
        .await;
        assert_eq!(api["team"]["status"], "COVERED");
        let live = &api["board"]["rollUp"];
        assert_eq!(api["board"]["trend"], json!([{ "day": MONDAY, "rollUp": live }]));
        assert_eq!(api["snapshots"]["nodes"], json!([{ "day": MONDAY, "revision": 2, "rollUp": live }]));
        let covered = coverage.lines().filter(|line| line.contains(",COVERED,")).count();
        assert_eq!(live["teams"]["covered"], json!(covered));
    }
);

both!(
    async fn a_retry_keeps_the_snapshot_of_its_report(world: World) {
        import_board(&world).await;
        snapshot_at_five(&world).await;
        let (mailer, memory) = Mailer::memory();
        let job = job(mailer);
        memory.answer("ada.acute@board.example", Some(jobs::mail::SendError::Retry("451".to_owned())));
        let outcome = job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert!(outcome.waiting > 0, "{outcome}");
        let written = rows(&world.db).await;

        close_the_gap(&world).await;
        memory.answer("ada.acute@board.example", None);
        let later = outcome.next_attempt_at.unwrap();
        let outcome = job.run(&world.db, week("2026-W47"), later).await.unwrap();
        assert_eq!((outcome.sent_now, outcome.waiting), (1, 0));
        assert_eq!(revisions(&world.db).await, [1]);
        let texts = |rows: &[delivery::Model]| {
            let reports = rows.iter().filter(|row| row.kind == DeliveryKind::Report);
            reports.map(|row| row.text_part.clone()).collect::<Vec<_>>()
        };
        assert_eq!(texts(&rows(&world.db).await), texts(&written));
    }
);

both!(
    async fn unchanged_facts_need_no_new_revision(world: World) {
        import_board(&world).await;
        snapshot_at_five(&world).await;
        job(Mailer::memory().0).run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!(revisions(&world.db).await, [1]);
    }
);

both!(
    async fn a_missing_snapshot_is_taken_first(world: World) {
        import_board(&world).await;
        job(Mailer::memory().0).run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!(revisions(&world.db).await, [1]);
        let taken = reported_snapshot(&world.db).await;
        assert_eq!((taken.day, taken.computed_at), (day(MONDAY), now()));
        assert!(jobs::snapshot::is_current(&world.db, &taken).await.unwrap());
    }
);

both!(
    async fn a_day_past_retention_keeps_its_snapshot(world: World) {
        ready(&world).await;
        changed(&world.db).await;
        let later = Expr::value(day("2026-11-17"));
        fact_version::Entity::update_many()
            .col_expr(fact_version::Column::WholeFrom, later)
            .exec(&world.db)
            .await
            .unwrap();
        let monday = stored::newest_of(&world.db, day(MONDAY)).await.unwrap().unwrap();
        assert!(!jobs::snapshot::is_current(&world.db, &monday).await.unwrap());
        let outcome = job(Mailer::memory().0).run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!((outcome.sent, revisions(&world.db).await), (3, vec![1]));
    }
);
