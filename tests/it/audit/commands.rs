//! The events that commands and jobs record, and the commands that read the log.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use chrono_tz::Europe::London;
use entity::coverage::disclosure::Limit;
use entity::store::audit::record_alone;
use entity::store::run::AUDIT_CHECK;
use entity::value::RunState;
use jobs::audit::AuditCheck;
use jobs::import::{FileKind, Mode};
use jobs::mail::{Mailer, Tls};
use jobs::runner::{Job, Runner};
use jobs::schedule::{Every, Period, TABLE};
use jobs::snapshot::Coverage;
use psn::cli::export;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::{break_it, recorded_events, sign_in};
use crate::harness::{World, both, day, instant};
use crate::import::{Import, STAFF, UNITS};
use crate::smtp_listener::{Manner, SmtpListener};

type RecordedEvent = (String, String, Option<String>, Value, Value);

fn event(actor: &str, action: &str, object: &str, before: Value, after: Value) -> RecordedEvent {
    (actor.to_owned(), action.to_owned(), Some(object.to_owned()), before, after)
}

fn runner(world: &World, job: impl Job + 'static) -> Runner {
    Runner::new(world.db.clone(), world.clock.clone(), London, &TABLE, vec![Box::new(job)]).unwrap()
}

async fn export_of(world: &World) -> Result<(), psn::error::ExitError> {
    let args = export::ExportArgs { as_of: day("2026-11-16"), out: world.folder.path().join("out"), published: false };
    export::run(args, &world.db, Default::default(), world.clock.now(), day("2026-11-16")).await
}

both! {
    async fn applied_and_refused_imports_are_recorded_with_counts(world: World) {
        let files = [(FileKind::Units, UNITS), (FileKind::Staff, STAFF)];
        Import::new(&world, &files).outcome(Mode::DryRun).await;
        assert!(recorded_events(&world.db).await.is_empty(), "a dry run does nothing");
        Import::new(&world, &files).applied().await;
        Import::new(&world, &[(FileKind::Staff, "Employer,Employee Number,Unit Code\n")]).refused().await;
        let counted = |file: &str, rows: u32, added: u32| {
            json!({ "file": file, "rows": rows, "added": added, "changed": 0, "ended": 0, "unchanged": 0, "kept": 0, "rejected": 0 })
        };
        let applied = json!({ "asAt": "2026-11-16", "forced": false, "rejects": 0, "takenOver": 0,
            "files": [counted("units", 3, 3), counted("staff", 5, 5)] });
        let found = recorded_events(&world.db).await;
        assert_eq!(found[0], event("operator", "IMPORT_APPLIED", "import:1", Value::Null, applied));
        let (actor, action, object, _, after) = &found[1];
        assert_eq!((actor.as_str(), action.as_str()), ("operator", "IMPORT_REFUSED"));
        assert_eq!((object.as_deref(), &after["asAt"]), (Some("import:2"), &json!("2026-11-16")));
        assert_eq!(found.len(), 2);
    }
}

both! {
    async fn an_import_that_cannot_be_recorded_is_not_applied(world: World) {
        break_it(&world.db).await;
        let request = jobs::import::ImportRequest {
            sources: vec![jobs::import::SourceFile {
                kind: FileKind::Units,
                name: "Ann Smith.csv".to_owned(),
                bytes: UNITS.as_bytes().to_vec().into(),
            }],
            as_at: day("2026-11-16"),
            mapping: jobs::import::Mapping::default(),
            mode: Mode::Apply,
            allow: jobs::import::Allowances::default(),
            ends_employers: Vec::new(),
            take_over: false,
            list_changes: 0,
            shift_days: 0,
            zone: London,
            sheet: None,
        };
        jobs::import::run(&world.db, request, world.clock.now(), &jobs::import::NoProgress).await.expect_err("no record");
        assert_eq!(entity::store::roster::version(&world.db).await.unwrap(), 0);
    }
}

both! {
    async fn an_export_is_recorded_before_a_file_is_written(world: World) {
        Import::new(&world, &[(FileKind::Units, UNITS), (FileKind::Staff, STAFF)]).applied().await;
        export_of(&world).await.unwrap();
        let (actor, action, object, _, after) = recorded_events(&world.db).await.pop().unwrap();
        assert_eq!((actor.as_str(), action.as_str()), ("operator", "COVERAGE_EXPORTED"));
        assert_eq!((object.as_deref(), &after["rows"]["coverage.csv"]), (Some("coverage:2026-11-16"), &json!(2)));

        std::fs::remove_dir_all(world.folder.path().join("out")).unwrap();
        break_it(&world.db).await;
        export_of(&world).await.expect_err("what cannot be recorded is not exported");
        assert!(!world.folder.path().join("out/coverage.csv").exists());
    }
}

both! {
    async fn only_runs_requested_by_the_operator_are_recorded(world: World) {
        Import::new(&world, &[(FileKind::Units, UNITS), (FileKind::Staff, STAFF)]).applied().await;
        let runner = runner(&world, Coverage { limit: Limit::default() });
        runner.tick().await.unwrap();
        runner.idle().await;
        assert_eq!(recorded_events(&world.db).await.len(), 1, "the import");
        let run = runner.run_now("coverage", Period::Day(day("2026-11-16"))).await.unwrap();
        assert_eq!(run.state, RunState::Done, "{run:?}");
        let asked = event("operator", "RUN_REQUESTED", "run:coverage/2026-11-16", json!({ "state": "DONE" }), json!({ "state": "RUNNING" }));
        assert_eq!(recorded_events(&world.db).await.pop(), Some(asked));
        runner.run_now("coverage", Period::Day(day("2026-11-17"))).await.expect_err("tomorrow");
        assert_eq!(recorded_events(&world.db).await.len(), 2);
    }
}

both! {
    async fn each_sent_mail_is_recorded_once(world: World) {
        crate::report::ready(&world).await;
        let listener = SmtpListener::start().await;
        listener.treat("p2@board.example", Manner::AnswerRecipient("451 later"));
        let mailer = Mailer::smtp(&listener.url(), Duration::from_secs(5), &Tls::default()).unwrap();
        let job = crate::report::job(mailer);
        let week = "2026-W47".parse().unwrap();
        for _ in 0..2 {
            job.run(&world.db, week, instant("2026-11-16T07:00:00Z")).await.unwrap();
        }
        let mut found = recorded_events(&world.db).await;
        found.sort_by_key(|event| event.2.clone());
        let rows = crate::report::rows(&world.db).await;
        let sent = rows.iter().filter(|row| row.accepted_at.is_some()).map(|row| {
            let after = json!({ "week": "2026-W47", "report": "WEEKLY", "recipient": row.recipient });
            event("worker", "REPORT_SENT", &format!("delivery:{}", row.id), Value::Null, after)
        });
        assert_eq!(found, sent.collect::<Vec<_>>());
        assert_eq!(found.len(), 2, "the third is waiting");
    }
}

both! {
    async fn nothing_is_sent_if_the_log_cannot_be_written(world: World) {
        crate::report::ready(&world).await;
        break_it(&world.db).await;
        let listener = SmtpListener::start().await;
        let mailer = Mailer::smtp(&listener.url(), Duration::from_secs(5), &Tls::default()).unwrap();
        let job = crate::report::job(mailer);
        let error = job.run(&world.db, "2026-W47".parse().unwrap(), instant("2026-11-16T07:00:00Z")).await.unwrap_err();
        assert!(error.to_string().contains("psn audit verify"), "{error}");
        assert!(listener.messages().is_empty());
    }
}

fn psn(folder: &Path, world: &World, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_psn"));
    command.env_clear().current_dir(folder).args(args).args(["--database-url", &world.url]).stdin(Stdio::null());
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

both! {
    async fn the_log_is_checked_and_listed_by_command(world: World) {
        let psn = |args: &[&str]| psn(world.folder.path(), &world, args);
        for number in 1..=3 {
            record_alone(&world.db, &sign_in(number)).await.unwrap();
        }
        let (code, said, error) = psn(&["audit", "verify"]);
        assert!(code == Some(0) && said.contains("intact: 3 events"), "{said}{error}");
        let end = said.lines().find(|line| line.starts_with("3:")).unwrap().to_owned();
        assert!(error.contains(&end), "the log line has the end: {error}");

        let (_, said, _) = psn(&["audit", "list", "--actor", "person:2"]);
        assert_eq!(said.trim(), r#"2  2026-11-16 09:00:00  person:2      SIGN_IN             person:2  {"roles":["STAFF"],"b":1,"a":2}  request 00ff"#);
        assert!(psn(&["audit", "list", "--since", "2026-11-17"]).1.contains("No matching events."));
        let (_, said, _) = psn(&["audit", "list", "--since", "2026-11-16", "--action", "SIGN_IN", "--most", "2"]);
        assert!(said.lines().count() == 3 && said.contains("older events"), "{said}");
        let (code, _, error) = psn(&["audit", "list", "--action", "DANCED"]);
        assert!(code == Some(2) && error.contains("SIGN_IN_REFUSED"), "{error}");

        record_alone(&world.db, &sign_in(4)).await.unwrap();
        assert_eq!(psn(&["audit", "verify", "--expect", &end]).0, Some(0), "an earlier end is still in it");
        let other = format!("3:{}", "ab".repeat(32));
        let (code, _, error) = psn(&["audit", "verify", "--expect", &other]);
        assert!(code == Some(1) && error.contains("it was rewritten") && error.trim().lines().count() == 1, "{error}");
        assert_eq!(psn(&["audit", "verify", "--expect", "3:xyz"]).0, Some(2));

        break_it(&world.db).await;
        let (code, _, error) = psn(&["audit", "verify"]);
        assert!(code == Some(1) && error.contains("broken") && error.trim().lines().count() == 1, "{error}");
    }
}

both! {
    async fn a_broken_log_fails_the_daily_check(world: World) {
        record_alone(&world.db, &sign_in(1)).await.unwrap();
        let runner = runner(&world, AuditCheck);
        let days = Every::Day { missed_mondays: 0 };
        let whole = runner.run_now(AUDIT_CHECK, days.period_of(day("2026-11-16"))).await.unwrap();
        // The request for the run is the second event.
        assert!(whole.state == RunState::Done && whole.outcome.unwrap().starts_with("2 events"));

        let triggers: &[&str] = if entity::store::is_postgres(&world.db) {
            &["audit_event_refuse ON audit_event"]
        } else {
            &["audit_event_no_update"]
        };
        for trigger in triggers {
            world.db.execute_unprepared(&format!("DROP TRIGGER {trigger}")).await.unwrap();
        }
        world.db.execute_unprepared("UPDATE audit_event SET action = 'SIGN_OUT' WHERE id = 1").await.unwrap();
        let broken = runner.run_now(AUDIT_CHECK, days.period_of(day("2026-11-16"))).await.unwrap();
        let outcome = broken.outcome.unwrap();
        assert!(broken.state == RunState::Failed && outcome.contains("event 1 was changed"), "{outcome}");
    }
}
