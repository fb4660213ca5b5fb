//! The midweek report goes to recipients who chose it, and contains what became worse since Monday. Monday is 16 November and
//! Thursday 19 November.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use entity::id::{PersonId, SnapshotId};
use entity::store::run::{self as ledger, GAP_REPORT, MIDWEEK_REPORT};
use entity::store::{begin_write, links, report as store, report_preference};
use entity::table::{audit_event, delivery, post, report, snapshot, snapshot_team};
use entity::value::{Action, DeliveryKind, DeliveryState, ReportKind, RunState, Status};
use jobs::report::{GapReport, Idle, ReportOutcome};
use jobs::runner::{Job, Runner};
use jobs::schedule::{Period, TABLE};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::missed::imported;
use super::{MONDAY, by_smtp, change_post, message_ids, now, organisation, rows, take_snapshot, week};
use crate::cli::{code_and_output, psn};
use crate::erasure::erased;
use crate::harness::{World, both, day, instant};
use crate::smtp_listener::{Manner, SmtpListener};

const THURSDAY: &str = "2026-11-19";

fn thursday() -> DateTime<Utc> {
    instant("2026-11-19T07:00:00Z")
}

/// Returns the midweek report with the same mailer.
fn midweek(job: &GapReport) -> GapReport {
    GapReport { kind: ReportKind::Midweek, ..job.clone() }
}

/// Makes a person choose the midweek report, with copies of both reports to these people.
async fn choose(db: &DatabaseConnection, person: i64, copies: &[i64]) {
    let txn = begin_write(db).await.unwrap();
    let same = links::load(&txn).await.unwrap();
    let copies: Vec<_> = copies.iter().copied().map(PersonId).collect();
    let new = report_preference::NewPreference {
        hidden: &BTreeSet::new(),
        copies: &copies,
        midweek: true,
        changed_at: now(),
        changed_by: "operator",
    };
    report_preference::set(&txn, PersonId(person), &same, new).await.unwrap();
    txn.commit().await.unwrap();
}

/// Creates the organisation and sends Monday's weekly report, with a gap of this number of people in NORTH. Returns the mails.
async fn weekly(world: &World, gap: i32) -> (SmtpListener, GapReport) {
    organisation(&world.db).await;
    take_snapshot(&world.db, 1, MONDAY, 1, gap).await;
    let listener = SmtpListener::start().await;
    let job = by_smtp(&listener);
    job.run(&world.db, week("2026-W47"), now()).await.unwrap();
    assert_eq!(listener.messages().len(), 3);
    (listener, job)
}

async fn run(world: &World, job: &GapReport) -> ReportOutcome {
    midweek(job).run(&world.db, week("2026-W47"), thursday()).await.unwrap()
}

async fn stored(db: &DatabaseConnection) -> Option<report::Model> {
    store::find(db, week("2026-W47"), ReportKind::Midweek).await.unwrap()
}

/// Returns the mails of the midweek report.
async fn mails(db: &DatabaseConnection) -> Vec<delivery::Model> {
    let Some(report) = stored(db).await else { return Vec::new() };
    rows(db).await.into_iter().filter(|row| row.report_id == Some(report.id)).collect()
}

/// Changes a snapshot: SOUTH is covered and will lose its cover on a day.
async fn will_lose(db: &DatabaseConnection, snapshot: i64, from: &str) {
    snapshot_team::Entity::update_many()
        .col_expr(snapshot_team::Column::Status, Expr::value(Status::AtRisk))
        .col_expr(snapshot_team::Column::AtRiskFrom, Expr::value(day(from)))
        .col_expr(snapshot_team::Column::AtRiskStatus, Expr::value(Status::None))
        .filter(snapshot_team::Column::SnapshotId.eq(snapshot))
        .filter(snapshot_team::Column::UnitCode.eq("SOUTH"))
        .exec(db)
        .await
        .unwrap();
}

both!(
    async fn writes_nothing_if_no_one_chose_it(world: World) {
        let (listener, job) = weekly(&world, 0).await;
        let outcome = run(&world, &job).await;
        assert_eq!(outcome, ReportOutcome { idle: Some(Idle::NotChosen), ..ReportOutcome::default() });
        assert_eq!(outcome.to_string(), "nothing to send: no recipient chose a midweek report");
        assert_eq!((stored(&world.db).await, listener.messages().len()), (None, 0));
        assert_eq!(snapshot::Entity::find().count(&world.db).await.unwrap(), 1, "nothing is computed");
    }
);

both!(
    async fn sends_no_mail_if_nothing_changed(world: World) {
        let (listener, job) = weekly(&world, 2).await;
        choose(&world.db, 1, &[]).await;
        choose(&world.db, 2, &[3]).await;
        take_snapshot(&world.db, 2, THURSDAY, 1, 2).await;
        let outcome = run(&world, &job).await;
        assert_eq!(outcome, ReportOutcome { quiet: 2, idle: Some(Idle::NothingNew), ..ReportOutcome::default() });
        assert_eq!(outcome.to_string(), "nothing to send, 2 recipients had nothing new");
        assert_eq!((stored(&world.db).await, listener.messages().len()), (None, 0));
    }
);

both!(
    async fn reports_lost_cover_once(world: World) {
        let (listener, job) = weekly(&world, 0).await;
        choose(&world.db, 2, &[]).await;
        choose(&world.db, 3, &[]).await;
        take_snapshot(&world.db, 2, THURSDAY, 1, 1).await;
        let outcome = run(&world, &job).await;
        assert_eq!(outcome, ReportOutcome { sent_now: 1, sent: 1, quiet: 1, ..ReportOutcome::default() });
        assert_eq!(outcome.to_string(), "1 sent (1 in this run), 1 recipient had nothing new");
        let again = run(&world, &job).await;
        assert_eq!(again, ReportOutcome { sent_now: 0, ..outcome });
        let messages = listener.messages();
        assert_eq!(messages.len(), 1);
        let ids = message_ids(&messages, "p2@board.example");
        assert_eq!(ids, ["midweek-report.2026-W47.person-2@board.example"]);
        let (_, bytes) = messages.last().unwrap();
        assert!(bytes.contains("List-Id: <midweek-report.board.example>\r\n"), "{bytes}");

        let mail = mails(&world.db).await.pop().unwrap();
        assert_eq!((mail.kind, mail.state), (DeliveryKind::Report, DeliveryState::Sent));
        assert_eq!(mail.subject, "Peer support: since Monday 1 more team needs cover (Unit NORTH)");
        assert!(mail.text_part.contains("NEW SINCE THE LAST REPORT"), "{}", mail.text_part);
        assert_eq!(mail.csv_part, "", "nothing is left out of the mail");
        let sent = audit_event::Entity::find().filter(audit_event::Column::Action.eq(Action::ReportSent.as_str()));
        let sent = sent.filter(audit_event::Column::Object.eq(format!("delivery:{}", mail.id)));
        let after = sent.one(&world.db).await.unwrap().unwrap().after.unwrap();
        let named = json!({ "week": "2026-W47", "report": "MIDWEEK", "recipient": "person:2" });
        assert_eq!(serde_json::from_str::<Value>(&after).unwrap(), named);
    }
);

both!(
    async fn reports_ending_cover_and_no_old_gap(world: World) {
        let (_listener, job) = weekly(&world, 2).await;
        choose(&world.db, 1, &[]).await;
        take_snapshot(&world.db, 2, THURSDAY, 1, 2).await;
        will_lose(&world.db, 2, "2026-12-01").await;
        assert_eq!(run(&world, &job).await.sent, 1);
        let mail = mails(&world.db).await.pop().unwrap();
        assert_eq!(mail.subject, "Peer support: since Monday 1 team will lose its cover on 1 December (Unit BOARD)");
        for part in [&mail.text_part, &mail.html_part] {
            assert!(part.contains("Unit SOUTH") && !part.contains("Unit NORTH"), "{part}");
        }
    }
);

both!(
    async fn reports_cover_that_ends_sooner(world: World) {
        organisation(&world.db).await;
        let job = by_smtp(&SmtpListener::start().await);
        take_snapshot(&world.db, 1, MONDAY, 1, 0).await;
        will_lose(&world.db, 1, "2026-12-14").await;
        job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        choose(&world.db, 3, &[]).await;
        take_snapshot(&world.db, 2, THURSDAY, 1, 0).await;
        will_lose(&world.db, 2, "2026-12-14").await;
        assert_eq!(run(&world, &job).await.idle, Some(Idle::NothingNew), "it was said");
        will_lose(&world.db, 2, "2026-12-07").await;
        assert_eq!(run(&world, &job).await.sent, 1, "a run that sent nothing is no end of it");
    }
);

both!(
    async fn goes_to_colleagues_as_a_copy(world: World) {
        let (listener, job) = weekly(&world, 0).await;
        choose(&world.db, 2, &[3]).await;
        take_snapshot(&world.db, 2, THURSDAY, 1, 1).await;
        assert_eq!(run(&world, &job).await.sent, 1, "a copy is not counted");
        let copy = mails(&world.db).await.into_iter().find(|mail| mail.kind == DeliveryKind::Copy).unwrap();
        assert_eq!((copy.recipient.as_str(), copy.owner_id), ("copy:2:3", Some(PersonId(2))));
        let said = "You receive a copy because the senior manager of Unit NORTH asked for it.";
        assert!(copy.text_part.contains(said), "{}", copy.text_part);
        let ids = message_ids(&listener.messages(), "p3@board.example");
        assert_eq!(ids, ["midweek-report.2026-W47.copy-2-3@board.example"]);
    }
);

both!(
    async fn goes_only_to_current_recipients(world: World) {
        let (listener, job) = weekly(&world, 0).await;
        choose(&world.db, 2, &[3]).await;
        change_post(&world.db, 2, post::Column::ValidTo, Expr::value(day("2026-11-18"))).await;
        take_snapshot(&world.db, 2, THURSDAY, 1, 1).await;
        assert_eq!(run(&world, &job).await.idle, Some(Idle::NotChosen));
        assert_eq!(listener.messages().len(), 0);
    }
);

both!(
    async fn does_not_affect_the_next_weekly_report(world: World) {
        let (_listener, job) = weekly(&world, 0).await;
        choose(&world.db, 2, &[]).await;
        take_snapshot(&world.db, 2, THURSDAY, 1, 1).await;
        assert_eq!(run(&world, &job).await.sent, 1);
        let next = week("2026-W48");
        assert_eq!(store::last_mailed_before(&world.db, next).await.unwrap().unwrap().id, SnapshotId(1));

        take_snapshot(&world.db, 3, "2026-11-23", 1, 1).await;
        let outcome = job.run(&world.db, next, now() + TimeDelta::days(7)).await.unwrap();
        assert_eq!((outcome.sent, outcome.quiet), (3, 0));
        let weekly = store::find(&world.db, next, ReportKind::Weekly).await.unwrap().unwrap();
        assert_eq!(weekly.previous_snapshot_id, Some(SnapshotId(1)), "Monday's, not Thursday's");
        let text = rows(&world.db).await.into_iter().find(|row| row.report_id == Some(weekly.id)).unwrap().text_part;
        assert!(text.contains("NEW SINCE THE LAST REPORT") && text.contains("Last report (16 November)"), "{text}");
    }
);

both!(
    async fn compares_with_the_last_weekly_report(world: World) {
        organisation(&world.db).await;
        choose(&world.db, 2, &[]).await;
        take_snapshot(&world.db, 2, THURSDAY, 1, 1).await;
        let job = by_smtp(&SmtpListener::start().await);
        let outcome = run(&world, &job).await;
        assert_eq!(outcome, ReportOutcome { idle: Some(Idle::NoWeeklyReport), ..ReportOutcome::default() });

        take_snapshot(&world.db, 1, "2026-11-09", 1, 0).await;
        job.run(&world.db, week("2026-W46"), instant("2026-11-09T07:00:00Z")).await.unwrap();
        assert_eq!(run(&world, &job).await.sent, 1);
        let mail = mails(&world.db).await.pop().unwrap();
        assert_eq!(mail.subject, "Peer support: since 9 November 1 more team needs cover (Unit NORTH)");
    }
);

both!(
    async fn resends_a_refused_mail(world: World) {
        let (listener, job) = weekly(&world, 0).await;
        choose(&world.db, 1, &[]).await;
        choose(&world.db, 2, &[]).await;
        take_snapshot(&world.db, 2, THURSDAY, 1, 1).await;
        listener.treat("p2@board.example", Manner::AnswerRecipient("550 5.1.1 no such user"));
        let outcome = run(&world, &job).await;
        assert_eq!((outcome.sent, outcome.refused, outcome.needs_attention()), (1, 1, true));
        assert!(outcome.to_string().contains("1 refused"), "{outcome}");
        let mails = mails(&world.db).await;
        assert!(mails.iter().all(|mail| mail.kind != DeliveryKind::RunSummary), "the summary is the weekly run's");
        assert_eq!(mails.len(), 2);

        let refused = mails.into_iter().find(|mail| mail.state == DeliveryState::Refused).unwrap();
        listener.treat("p2@board.example", Manner::Take);
        assert!(store::reopen(&world.db, refused.id, thursday(), None).await.unwrap());
        let outcome = run(&world, &job).await;
        assert_eq!((outcome.sent_now, outcome.sent, outcome.refused), (1, 2, 0));
    }
);

both!(
    async fn an_erased_recipient_has_no_successor(world: World) {
        let (listener, job) = weekly(&world, 0).await;
        choose(&world.db, 2, &[]).await;
        take_snapshot(&world.db, 2, THURSDAY, 1, 1).await;
        listener.treat("p2@board.example", Manner::AnswerRecipient("451 busy"));
        assert_eq!(run(&world, &job).await.waiting, 1);
        erased(&world, PersonId(2)).await;
        let left = mails(&world.db).await;
        assert_eq!(left.iter().map(|mail| mail.state).collect::<Vec<_>>(), [DeliveryState::Refused]);
    }
);

both!(
    async fn can_be_previewed_by_the_operator(world: World) {
        let (listener, _) = weekly(&world, 0).await;
        imported(&world.db, "2026-11-02T10:00:00Z").await;
        choose(&world.db, 2, &[]).await;
        take_snapshot(&world.db, 2, THURSDAY, 1, 1).await;
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["report", "preview", "--week", "2026-W47", "--midweek", "--to", "p2@board.example"];
        let mut command = psn(folder.path(), &arguments);
        let output = command.env("DATABASE_URL", &world.url).env("MAIL_FOLDER", "mail").output().unwrap();
        let (code, said, error) = code_and_output(output);
        assert_eq!((code, error.as_str()), (Some(0), ""));
        let subject = "Subject: Peer support: since Monday 1 more team needs cover (Unit NORTH)";
        assert!(said.starts_with(&format!("To: p2@board.example\n{subject}\n")), "{said}");
        assert_eq!((stored(&world.db).await, listener.messages().len()), (None, 0));
    }
);

/// A runner of the midweek report alone, with the clock at an instant.
fn runner_at(world: &World, job: &GapReport, at: &str) -> Runner {
    world.clock.set(instant(at));
    let jobs: Vec<Box<dyn Job>> = vec![Box::new(midweek(job))];
    Runner::new(world.db.clone(), world.clock.clone(), chrono_tz::Europe::London, &TABLE, jobs).unwrap()
}

/// Runs the midweek report of the week at an instant. Returns the state and the outcome of the run, and when it continues.
async fn run_at(world: &World, job: &GapReport, at: &str) -> (RunState, String, Option<DateTime<Utc>>) {
    let period = Period::Week(week("2026-W47"));
    let row = runner_at(world, job, at).run_now(MIDWEEK_REPORT, period).await.unwrap();
    (row.state, row.outcome.unwrap(), row.not_before)
}

both!(
    async fn an_early_run_leaves_the_scheduled_one(world: World) {
        let (_listener, job) = weekly(&world, 0).await;
        let said = "nothing to send: no recipient chose a midweek report".to_owned();
        let early = run_at(&world, &job, "2026-11-19T00:30:00Z").await;
        assert_eq!(early, (RunState::Retrying, said.clone(), Some(thursday())));
        let scheduled = run_at(&world, &job, "2026-11-19T07:00:00Z").await;
        assert_eq!(scheduled, (RunState::Done, said, None));
    }
);

both!(
    async fn waits_for_the_weekly_report_of_its_week(world: World) {
        organisation(&world.db).await;
        take_snapshot(&world.db, 1, MONDAY, 1, 0).await;
        let listener = SmtpListener::start().await;
        let job = by_smtp(&listener);
        choose(&world.db, 2, &[]).await;
        ledger::request(&world.db, GAP_REPORT, "2026-W47").await.unwrap();
        let (state, outcome, not_before) = run_at(&world, &job, "2026-11-19T07:00:00Z").await;
        assert_eq!((state, outcome.as_str()), (RunState::Retrying, "waits for the weekly report of 2026-W47"));
        assert_eq!(not_before, Some(thursday() + TimeDelta::minutes(1)));
        assert_eq!(stored(&world.db).await, None);
    }
);

both!(
    async fn is_not_built_when_the_week_is_over(world: World) {
        let (listener, job) = weekly(&world, 0).await;
        choose(&world.db, 2, &[]).await;
        take_snapshot(&world.db, 2, THURSDAY, 1, 1).await;
        let (state, outcome, _) = run_at(&world, &job, "2026-11-23T08:00:00Z").await;
        assert_eq!((state, outcome.as_str()), (RunState::Done, "nothing to send: the week is over"));
        assert_eq!((stored(&world.db).await, listener.messages().len()), (None, 0));
    }
);
