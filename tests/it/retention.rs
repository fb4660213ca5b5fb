//! Expired data of each kind is removed; data that is younger, or still needed, stays.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

mod nominations;
mod snapshots;

use std::process::{Command, Stdio};

use ::jobs::retention::{Removed, Retention};
use ::jobs::runner::Runner;
use ::jobs::schedule::TABLE;
use chrono::TimeDelta;
use entity::coverage::disclosure::Limit;
use entity::coverage::{Question, compute};
use entity::id::{DeliveryId, PersonId};
use entity::period::Day;
use entity::store::retention::{Kind, Periods};
use entity::store::roster;
use entity::store::run::{self as ledger, RETENTION};
use entity::table::{
    audit_event, delivery, erased_person, import_batch, import_reject, import_undo, job_run, report, session,
    sign_in_link, unavailability,
};
use entity::value::{Action, DeliveryState, Reason, RunState};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use tokio_util::sync::CancellationToken;

use crate::erasure::{board, person_with, said, traces, zebedee};
use crate::graphql::{board as wards, history};
use crate::harness::{World, both, day, instant};
use crate::import::Import;

const JOB: Retention = Retention {
    periods: Periods {
        mails: 400,
        rejects: 90,
        runs: 400,
        absences: 400,
        sign_ins: 30,
        people: 2_190,
        snapshots: 100,
        weekly_snapshots: 3_650,
    },
};

async fn run(world: &World, on: &str) -> Removed {
    JOB.remove(&world.db, day(on), world.clock.now(), &CancellationToken::new()).await.unwrap()
}

/// Returns the number of rows of each kind that a run would remove.
async fn planned(world: &World, on: &str) -> Vec<(Kind, u64)> {
    JOB.dry_run(&world.db, day(on)).await.unwrap().into_iter().map(|(kind, _, found)| (kind, found.rows)).collect()
}

fn rows_removed(removed: &Removed, kind: Kind) -> u64 {
    removed.rows.iter().find(|(of, _)| *of == kind).unwrap().1
}

async fn recorded(world: &World, kind: Kind) -> u64 {
    let events = audit_event::Entity::find()
        .filter(audit_event::Column::Action.eq(Action::RetentionRun.as_str()))
        .filter(audit_event::Column::Object.eq(format!("retention:{kind}")));
    events.count(&world.db).await.unwrap()
}

both!(
    async fn old_mails_lose_text_address_and_file(world: World) {
        wards::organisation(&world.db).await;
        history::reports(&world.db).await;
        let file = world.folder.path().join("old.eml");
        std::fs::write(&file, "To: somebody").unwrap();
        let mail = delivery::Entity::update_many()
            .col_expr(delivery::Column::StoredAt, Expr::value(file.to_str().unwrap()))
            .filter(delivery::Column::Id.eq(DeliveryId(1)));
        mail.exec(&world.db).await.unwrap();
        // Built on 2026-11-16: it is kept on its 400th day and removed on the next.
        assert_eq!(rows_removed(&run(&world, "2027-12-21").await, Kind::Mails), 0);
        let on = "2027-12-22";
        assert_eq!(planned(&world, on).await[0], (Kind::Mails, 3));
        assert_eq!(rows_removed(&run(&world, on).await, Kind::Mails), 3);
        assert!(!file.exists());
        let mails = delivery::Entity::find().all(&world.db).await.unwrap();
        for mail in &mails {
            let waits = mail.state == DeliveryState::Retrying;
            assert_eq!(
                mail.text_part.is_empty() && mail.html_part.is_empty() && mail.address.is_none(),
                !waits,
                "{mail:?}"
            );
            assert!(!mail.subject.is_empty() && !mail.units.0.is_empty());
        }
        assert_eq!(rows_removed(&run(&world, on).await, Kind::Mails), 0, "once");
        assert_eq!(recorded(&world, Kind::Mails).await, 1);
    }
);

both!(
    async fn a_mail_whose_file_cannot_be_removed_is_kept(world: World) {
        wards::organisation(&world.db).await;
        history::reports(&world.db).await;
        let folder = world.folder.path().join("no-file");
        std::fs::create_dir(&folder).unwrap();
        let mail = delivery::Entity::update_many()
            .col_expr(delivery::Column::StoredAt, Expr::value(folder.to_str().unwrap()))
            .filter(delivery::Column::Id.eq(DeliveryId(1)));
        mail.exec(&world.db).await.unwrap();
        let removed = run(&world, "2028-01-01").await;
        assert_eq!((rows_removed(&removed, Kind::Mails), removed.stuck), (2, 1));
        let mail = delivery::Entity::find_by_id(DeliveryId(1)).one(&world.db).await.unwrap().unwrap();
        assert!(mail.stored_at.is_some() && !mail.text_part.is_empty());
    }
);

both!(
    async fn old_rejects_and_ended_runs_are_removed(world: World) {
        history::imports(&world.db).await;
        let batches = import_batch::Entity::find().all(&world.db).await.unwrap();
        let over = |period: &str, state| job_run::ActiveModel {
            job: sea_orm::Set("coverage".to_owned()),
            period: sea_orm::Set(period.to_owned()),
            state: sea_orm::Set(state),
            attempts: sea_orm::Set(1),
            finished_at: sea_orm::Set((state == RunState::Done).then(|| instant("2026-11-16T05:00:00Z"))),
            ..Default::default()
        };
        let rows = [over("2026-11-16", RunState::Done), over("2026-11-17", RunState::Retrying)];
        job_run::Entity::insert_many(rows).exec_without_returning(&world.db).await.unwrap();
        assert_eq!(planned(&world, "2027-02-14").await[1..3], [(Kind::Rejects, 0), (Kind::Runs, 0)]);
        let removed = run(&world, "2027-02-15").await;
        // Three rows, and the refusal of one import.
        assert_eq!((rows_removed(&removed, Kind::Rejects), rows_removed(&removed, Kind::Runs)), (4, 0));
        let removed = run(&world, "2028-01-01").await;
        assert_eq!((rows_removed(&removed, Kind::Rejects), rows_removed(&removed, Kind::Runs)), (0, 1));
        assert_eq!(import_reject::Entity::find().count(&world.db).await.unwrap(), 0);
        let gone = |batch: import_batch::Model| import_batch::Model {
            refusal: batch.refusal.map(|_| "Why it was refused is no longer kept.".to_owned()),
            ..batch
        };
        let batches: Vec<_> = batches.into_iter().map(gone).collect();
        assert_eq!(import_batch::Entity::find().all(&world.db).await.unwrap(), batches);
        let left = job_run::Entity::find().all(&world.db).await.unwrap();
        assert_eq!(left.iter().map(|run| run.state).collect::<Vec<_>>(), [RunState::Retrying]);
    }
);

both!(
    async fn undo_steps_expire_with_the_rejected_rows(world: World) {
        board(&world).await;
        let kept = import_undo::Entity::find().count(&world.db).await.unwrap();
        assert!(kept > 1, "{kept}");
        assert_eq!(planned(&world, "2027-02-14").await[1], (Kind::Rejects, 0));
        assert_eq!(planned(&world, "2027-02-15").await[1], (Kind::Rejects, kept));
        let removed = run(&world, "2027-02-15").await;
        assert_eq!(rows_removed(&removed, Kind::Rejects), kept);
        assert_eq!(import_undo::Entity::find().count(&world.db).await.unwrap(), 0);
        let batch = import_batch::Entity::find().one(&world.db).await.unwrap().unwrap().id;
        let refused = ::jobs::import::undo(&world.db, batch, world.clock.now()).await.unwrap_err();
        assert!(refused.to_string().contains("no longer kept"), "{refused}");
    }
);

both!(
    async fn old_ended_sessions_and_links_are_removed(world: World) {
        wards::organisation(&world.db).await;
        world.person(1).await;
        let link =
            "INSERT INTO sign_in_link (hash, person_id, expires_at) VALUES ('x', 1, '2026-11-17 00:00:00+00:00')";
        world.db.execute_unprepared(link).await.unwrap();
        assert_eq!(rows_removed(&run(&world, "2026-12-16").await, Kind::SignIns), 0);
        assert_eq!(rows_removed(&run(&world, "2026-12-18").await, Kind::SignIns), 2);
        assert_eq!(session::Entity::find().count(&world.db).await.unwrap(), 0);
        assert_eq!(sign_in_link::Entity::find().count(&world.db).await.unwrap(), 0);
    }
);

/// Whether Zebedee is away on a day; `None` if the day can no longer be computed.
async fn is_away(world: &World, on: Day) -> Option<bool> {
    let facts = roster::load(&world.db).await.unwrap();
    facts.check_complete(on).ok()?;
    let coverage = compute(&facts.index, &Question { day: on, today: None, what_if: None });
    Some(coverage.standings.iter().any(|standing| standing.reasons.iter().any(|reason| reason == Reason::Away)))
}

both!(
    async fn no_day_looks_covered_because_an_absence_was_removed(world: World) {
        board(&world).await;
        // Two periods that only exceed the policy's 28 days together: 20 days each.
        let touching =
            "Employer,Employee Number,From,Until\nX,QZ70010,01/08/2026,20/08/2026\nX,QZ70010,21/08/2026,09/09/2026\n";
        Import::new(&world, &[(::jobs::import::FileKind::Unavailability, touching)]).applied().await;
        let days: Vec<_> = (0..220).map(|number| day("2026-04-01").plus_days(number)).collect();
        let mut before = Vec::new();
        for on in &days {
            before.push(is_away(&world, *on).await.unwrap());
        }
        assert!(before.iter().filter(|away| **away).count() > 90);
        // The first absence ended on 2026-06-30, the other on 2026-09-09; on days between its two periods nothing is
        // removed.
        for (on, gone) in
            [("2027-08-04", 0), ("2027-08-05", 1), ("2027-10-13", 0), ("2027-10-14", 0), ("2027-10-15", 2)]
        {
            assert_eq!(planned(&world, on).await[3], (Kind::Absences, gone), "{on}");
            assert_eq!(rows_removed(&run(&world, on).await, Kind::Absences), gone, "{on}");
            for (on, away) in days.iter().zip(&before) {
                let now = is_away(&world, *on).await;
                assert!(now.is_none_or(|now| now == *away), "{on}: {now:?}");
                let known = now.is_some();
                let whole = roster::load(&world.db).await.unwrap().whole_from;
                assert_eq!(known, whole.is_none_or(|whole| *on >= whole), "{on}");
            }
        }
        assert_eq!(unavailability::Entity::find().count(&world.db).await.unwrap(), 0);
        assert_eq!(roster::load(&world.db).await.unwrap().whole_from, Some(day("2026-09-10")));
        let error = ::jobs::snapshot::take_snapshot(&world.db, day("2026-09-09"), Limit::default(), world.clock.now())
            .await
            .unwrap_err();
        assert!(error.to_string().contains("2026-09-10"), "{error}");
        ::jobs::snapshot::take_snapshot(&world.db, day("2026-09-10"), Limit::default(), world.clock.now())
            .await
            .unwrap();
    }
);

both!(
    async fn only_people_who_left_long_ago_are_erased(world: World) {
        board(&world).await;
        mailed(&world).await;
        let id = zebedee(&world).await;
        let gone =
            crate::erasure::STAFF.replace("Charge Nurse,T1,,1,01/02/2024,", "Charge Nurse,T1,,1,01/02/2024,19/11/2026");
        Import::new(&world, &[(::jobs::import::FileKind::Staff, &gone)]).on("2026-11-20").applied().await;
        // The first day without a post is 2026-11-20; 2,190 days later is 2032-11-18.
        assert_eq!(rows_removed(&run(&world, "2032-11-17").await, Kind::People), 0);
        assert_eq!(planned(&world, "2032-11-18").await[5], (Kind::People, 1));
        let removed = run(&world, "2032-11-18").await;
        assert_eq!(rows_removed(&removed, Kind::People), 1);
        let row = erased_person::Entity::find().one(&world.db).await.unwrap().unwrap();
        assert_eq!((row.person_id, row.reason), (id, entity::value::ErasureReason::Retention));
        assert_eq!(traces(&world.db).await, Vec::<String>::new());
        assert!(person_with(&world, "70020").await > PersonId(0), "who is still here is as before");
        assert_eq!(rows_removed(&run(&world, "2032-11-18").await, Kind::People), 0);
    }
);

/// The week's report, into a folder of the test's own.
async fn mailed(world: &World) {
    ::jobs::snapshot::take_snapshot(&world.db, day("2026-11-16"), Limit::default(), world.clock.now()).await.unwrap();
    let mailer = ::jobs::mail::Mailer::folder(world.folder.path().join("mail"));
    crate::report::job(mailer).run(&world.db, "2026-W47".parse().unwrap(), world.clock.now()).await.unwrap();
}

both!(
    async fn a_dry_run_matches_what_a_run_removes(world: World) {
        board(&world).await;
        mailed(&world).await;
        history_of_rejects(&world).await;
        let before = said(&world.db).await;
        let planned = planned(&world, "2033-01-01").await;
        assert_eq!(said(&world.db).await, before);
        let kinds = |rows: &[(Kind, u64)]| rows.iter().filter(|(_, rows)| *rows > 0).count();
        assert!(kinds(&planned) >= 3, "{planned:?}");
        let removed = run(&world, "2033-01-01").await;
        // The address of a mail is removed with its text; people are erased after that.
        assert_eq!(removed.rows, planned);
        assert_eq!(kinds(&self::planned(&world, "2033-01-01").await), 0, "nothing is left to remove");
    }
);

async fn history_of_rejects(world: &World) {
    let broken = crate::erasure::STAFF.replace("Ann,Other", "An\u{7},Other");
    Import::new(world, &[(::jobs::import::FileKind::Staff, &broken)]).applied().await;
}

both!(
    async fn an_interrupted_run_continues_and_reports_its_work(world: World) {
        history::imports(&world.db).await;
        let stopped = CancellationToken::new();
        stopped.cancel();
        let removed = JOB.remove(&world.db, day("2028-01-01"), world.clock.now(), &stopped).await.unwrap();
        assert!(removed.cut_short && removed.rows.iter().all(|(_, rows)| *rows == 0), "{removed:?}");
        world.clock.set(instant("2028-01-03T04:00:00Z"));
        let runner =
            Runner::new(world.db.clone(), world.clock.clone(), chrono_tz::Europe::London, &TABLE, vec![Box::new(JOB)]);
        let runner = runner.unwrap();
        runner.tick().await.unwrap();
        tokio::time::timeout(std::time::Duration::from_secs(30), runner.idle()).await.unwrap();
        let row = ledger::find(&world.db, RETENTION, "2028-01-03").await.unwrap().unwrap();
        assert_eq!(row.state, RunState::Done);
        assert!(row.outcome.as_ref().unwrap().contains("rejected-rows 4"), "{:?}", row.outcome);
        world.clock.set(world.clock.now() + TimeDelta::days(1));
        runner.tick().await.unwrap();
        tokio::time::timeout(std::time::Duration::from_secs(30), runner.idle()).await.unwrap();
        let next = ledger::find(&world.db, RETENTION, "2028-01-04").await.unwrap().unwrap();
        assert!(next.outcome.unwrap().contains("rejected-rows 0"));
    }
);

both!(
    async fn the_command_shows_a_table_and_then_removes(world: World) {
        history::imports(&world.db).await;
        let psn = |args: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_psn"));
            command.env_clear().current_dir(world.folder.path()).args(args).stdin(Stdio::null());
            let output = command.args(["--database-url", &world.url, "--keep-rejects", "1"]).output().unwrap();
            (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
        };
        // The machine's own date differs from the test's, so the rows are moved far into the past.
        let old = import_batch::Entity::update_many()
            .col_expr(import_batch::Column::FinishedAt, Expr::value(instant("2020-02-03T10:00:00Z")));
        old.exec(&world.db).await.unwrap();
        let (code, said, error) = psn(&["run", "retention", "--dry-run"]);
        assert_eq!(code, Some(0), "{error}");
        let line = said.lines().find(|line| line.starts_with("rejected-rows")).unwrap();
        assert!(line.contains(" 4 ") && line.contains("2020-02-03"), "{said}");
        assert_eq!(import_reject::Entity::find().count(&world.db).await.unwrap(), 3);
        let (code, said, error) = psn(&["run", "retention"]);
        assert!(code == Some(0) && said.contains("rejected-rows 4"), "{said}{error}");
        assert_eq!(import_reject::Entity::find().count(&world.db).await.unwrap(), 0);
        let reports = report::Entity::find().count(&world.db).await.unwrap();
        assert_eq!(reports, 0);
    }
);
