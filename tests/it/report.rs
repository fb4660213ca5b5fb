//! The weekly gap report against both databases and a real SMTP listener.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod copies;
mod facts_changed;
mod fixture;
mod kinds;
mod malformed;
mod many;
mod midweek;
mod missed;
mod preview;
mod resend;
mod sending;
mod summary;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::coverage::disclosure::Limit;
use entity::id::{PersonId, UnitId};
use entity::period::{Day, IsoWeek};
use entity::store::report as store;
use entity::table::{delivery, person, post, report, unit};
use entity::value::{DeliveryState, ReportKind};
use jobs::mail::{Mailer, SendError, Tls};
use jobs::report::render::Setting;
use jobs::report::{GapReport, ReportError, ReportOutcome};
use mail_parser::{MessageParser, MimeHeaders as _};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, Condition, DatabaseConnection, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::harness::{World, both, day, instant};
use crate::smtp_listener::{Manner, SmtpListener};
pub(crate) use fixture::{organisation, take_snapshot};
pub(crate) use many::many_mails;
pub(crate) use sending::{counted, holding};

const MONDAY: &str = "2026-11-16";

pub(crate) fn week(text: &str) -> IsoWeek {
    text.parse().unwrap()
}

pub(crate) fn now() -> DateTime<Utc> {
    instant("2026-11-16T07:00:00Z")
}

/// Returns the weekly report with this mailer.
pub(crate) fn job(mailer: Mailer) -> GapReport {
    GapReport {
        kind: ReportKind::Weekly,
        mailer,
        from: "Peer Support <psn@board.example>".parse().unwrap(),
        setting: Setting::default(),
        limit: Limit::default(),
        zone: chrono_tz::Europe::London,
    }
}

pub(crate) fn by_smtp(listener: &SmtpListener) -> GapReport {
    job(Mailer::smtp(&listener.url(), Duration::from_secs(5), &Tls::default()).unwrap())
}

fn impatient(listener: &SmtpListener) -> GapReport {
    job(Mailer::smtp(&listener.url(), Duration::from_secs(2), &Tls::default()).unwrap())
}

/// Creates the organisation and Monday's snapshot with a gap in NORTH.
pub(crate) async fn ready(world: &World) {
    organisation(&world.db).await;
    take_snapshot(&world.db, 1, MONDAY, 1, 2).await;
}

pub(crate) async fn rows(db: &DatabaseConnection) -> Vec<delivery::Model> {
    delivery::Entity::find().order_by_asc(delivery::Column::Id).all(db).await.unwrap()
}

async fn row_of(db: &DatabaseConnection, person: i64) -> delivery::Model {
    rows(db).await.into_iter().find(|row| row.person_id == Some(PersonId(person))).unwrap()
}

/// Returns every recipient with the code of each unit and the reason.
pub(crate) async fn recipients_of(job: &GapReport, db: &DatabaseConnection) -> Vec<(String, Vec<(String, String)>)> {
    let previews = job.dry_run(db, week("2026-W47")).await.unwrap();
    previews.into_iter().map(|preview| (preview.recipient, preview.units)).collect()
}

pub(crate) async fn change_post(db: &DatabaseConnection, person: i64, column: post::Column, value: Expr) {
    let posts = post::Entity::update_many().col_expr(column, value);
    posts.filter(post::Column::PersonId.eq(PersonId(person))).exec(db).await.unwrap();
}

fn message_ids(messages: &[(String, String)], to: &str) -> Vec<String> {
    messages
        .iter()
        .filter(|(recipient, _)| recipient == to)
        .map(|(_, text)| MessageParser::default().parse(text).unwrap().message_id().unwrap().to_owned())
        .collect()
}

both!(
    async fn each_mail_is_accepted_once(world: World) {
        ready(&world).await;
        let listener = SmtpListener::start().await;
        let outcome = by_smtp(&listener).run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!(outcome, ReportOutcome { sent_now: 3, sent: 3, ..ReportOutcome::default() });
        assert!(!outcome.needs_attention());
        let messages = listener.messages();
        assert_eq!(messages.len(), 3);

        let (_, root) = messages.iter().find(|(to, _)| to == "p1@board.example").unwrap();
        let mail = MessageParser::default().parse(root).unwrap();
        assert_eq!(mail.subject(), Some("Peer support: 1 team needs cover (Unit BOARD)"));
        assert_eq!(mail.message_id(), Some("gap-report.2026-W47.person-1@board.example"));
        assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("p1@board.example"));
        assert!(mail.bcc().is_none(), "a name with a line break added a header");
        let text = mail.body_text(0).unwrap();
        assert!(text.contains("1. Unit NORTH has too few Peer Supporters (10 staff"), "{text}");
        assert!(text.contains("Also nominate 1 person."), "{text}");
        assert!(mail.body_html(0).unwrap().contains("Unit NORTH has too few"));
        for header in ["List-Id: <gap-report.board.example>\r\n", "Auto-Submitted: auto-generated\r\n"] {
            assert!(root.contains(header), "{header} is not in {root}");
        }
        assert!(!root.contains("Reply-To:") && !root.contains("List-Unsubscribe:"), "no coordinator is set");
        let list = mail.attachment(0).unwrap();
        assert_eq!(list.attachment_name(), Some("peer-support-2026-W47.csv"));
        assert!(list.text_contents().unwrap().contains("NORTH,Unit NORTH,,PARTIAL"));
        assert!(!root.contains("O'Neill,"), "no names of people in a mail");

        let again = by_smtp(&listener).run(&world.db, week("2026-W47"), now() + TimeDelta::days(3)).await.unwrap();
        assert_eq!(again, ReportOutcome { sent_now: 0, sent: 3, ..ReportOutcome::default() });
        assert!(listener.messages().is_empty());
        for row in rows(&world.db).await {
            assert_eq!(
                (row.state, row.attempts, row.next_attempt_at, row.last_error),
                (DeliveryState::Sent, 1, None, None)
            );
            let accepted_at = row.accepted_at.unwrap();
            assert!(now() <= accepted_at && accepted_at < now() + TimeDelta::minutes(5));
        }
    }
);

both!(
    async fn a_postponed_mail_is_retried_after_its_wait(world: World) {
        ready(&world).await;
        let listener = SmtpListener::start().await;
        let job = by_smtp(&listener);
        listener.treat("p2@board.example", Manner::AnswerRecipient("451 p2@board.example is busy"));
        let outcome = job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!((outcome.sent_now, outcome.waiting), (2, 1));
        let waiting = row_of(&world.db, 2).await;
        assert_eq!((waiting.state, waiting.attempts), (DeliveryState::Retrying, 1));
        let due = waiting.next_attempt_at.unwrap();
        assert_eq!(outcome.next_attempt_at, Some(due));
        assert!(due >= now() + TimeDelta::minutes(1));
        let said = waiting.last_error.unwrap();
        assert!(said.contains("451") && said.contains("p…@board.example") && !said.contains("p2@"), "{said}");

        listener.messages();
        let early = job.run(&world.db, week("2026-W47"), due - TimeDelta::seconds(1)).await.unwrap();
        assert_eq!((early.sent_now, early.waiting), (0, 1));
        assert!(listener.messages().is_empty());

        listener.treat("p2@board.example", Manner::AnswerMessage("452 full"));
        job.run(&world.db, week("2026-W47"), due).await.unwrap();
        let second = row_of(&world.db, 2).await;
        assert_eq!(second.attempts, 2);
        assert!(second.next_attempt_at.unwrap() >= due + TimeDelta::minutes(5));

        listener.treat("p2@board.example", Manner::Take);
        let last = job.run(&world.db, week("2026-W47"), second.next_attempt_at.unwrap()).await.unwrap();
        assert_eq!((last.sent_now, last.sent, last.waiting), (1, 3, 0));
        let ids = message_ids(&listener.messages(), "p2@board.example");
        assert_eq!(ids.len(), 2, "once when the message was put off and once when it was taken");
        assert_eq!(ids[0], ids[1]);
    }
);

both!(
    async fn a_permanent_refusal_stops_no_other_mail(world: World) {
        ready(&world).await;
        let listener = SmtpListener::start().await;
        listener.treat("p1@board.example", Manner::AnswerRecipient("550 no such user"));
        listener.treat("p2@board.example", Manner::AnswerMessage("554 not wanted"));
        let outcome = by_smtp(&listener).run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!((outcome.sent, outcome.refused, outcome.waiting), (1, 2, 0));
        assert!(outcome.needs_attention());
        assert_eq!(outcome.to_string(), "1 sent (1 in this run), 2 refused");
        let row = row_of(&world.db, 1).await;
        assert_eq!((row.state, row.next_attempt_at), (DeliveryState::Refused, None));
        assert!(row.last_error.unwrap().contains("550"));
        let again = by_smtp(&listener).run(&world.db, week("2026-W47"), now() + TimeDelta::days(1)).await.unwrap();
        assert_eq!((again.sent_now, again.refused), (0, 2));
    }
);

both!(
    async fn an_invalid_address_stops_no_other_mail(world: World) {
        ready(&world).await;
        for (id, address) in [(1, "p1\u{85}@board.example"), (2, "p2@board.example\r\nBcc: all@board.example")] {
            let change = person::Entity::update_many().col_expr(person::Column::WorkEmail, Expr::value(address));
            change.filter(person::Column::Id.eq(id)).exec(&world.db).await.unwrap();
        }
        let (mailer, memory) = world.mailer();
        let outcome = job(mailer).run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!((outcome.sent, outcome.refused, outcome.waiting), (1, 2, 0));
        assert!(!outcome.needs_attention(), "the week's run is done");
        assert_eq!(outcome.to_string(), "1 sent (1 in this run), 2 refused (2 because the address is not valid)");
        let sent: Vec<_> = memory.drain().into_iter().map(|mail| mail.to).collect();
        assert_eq!(sent, ["p3@board.example"]);
        for id in [1, 2] {
            let row = row_of(&world.db, id).await;
            assert_eq!((row.state, row.next_attempt_at), (DeliveryState::Refused, None));
            assert_eq!(row.last_error.as_deref(), Some("the address on file is not a valid e-mail address"));
        }
    }
);

both!(
    async fn a_silent_server_delays_no_other_mail(world: World) {
        ready(&world).await;
        let listener = SmtpListener::start().await;
        listener.treat("p2@board.example", Manner::SilentAtRecipient);
        let job = impatient(&listener);
        let run = job.run(&world.db, week("2026-W47"), now());
        let outcome = tokio::time::timeout(Duration::from_secs(20), run).await.expect("it ends by itself").unwrap();
        assert_eq!((outcome.sent, outcome.waiting), (2, 1));
        assert!(row_of(&world.db, 2).await.last_error.unwrap().contains("did not answer"));
    }
);

both!(
    async fn repeats_a_lost_answer_with_the_same_id(world: World) {
        ready(&world).await;
        let listener = SmtpListener::start().await;
        let job = impatient(&listener);
        listener.treat("p2@board.example", Manner::DropAfterMessage);
        listener.treat("p3@board.example", Manner::SilentAfterMessage);
        let outcome = job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!((outcome.sent, outcome.waiting), (1, 2));
        for person in [2, 3] {
            let address = format!("p{person}@board.example");
            listener.treat(&address, Manner::Take);
        }
        let due = row_of(&world.db, 2)
            .await
            .next_attempt_at
            .unwrap()
            .max(row_of(&world.db, 3).await.next_attempt_at.unwrap());
        let outcome = job.run(&world.db, week("2026-W47"), due).await.unwrap();
        assert_eq!((outcome.sent, outcome.waiting), (3, 0));
        let messages = listener.messages();
        for person in [2, 3] {
            let ids = message_ids(&messages, &format!("p{person}@board.example"));
            assert_eq!(ids, vec![format!("gap-report.2026-W47.person-{person}@board.example"); 2]);
        }
    }
);

both!(
    async fn a_run_killed_before_the_record_repeats_the_mail(world: World) {
        ready(&world).await;
        let listener = SmtpListener::start().await;
        let job = by_smtp(&listener);
        // The listener has the message and does not answer. The process is killed while it waits.
        listener.treat("p2@board.example", Manner::SilentAfterMessage);
        let others_are_recorded = async {
            while !listener.holds("p2@board.example")
                || rows(&world.db).await.iter().filter(|row| row.state == DeliveryState::Sent).count() < 2
            {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::select! {
            _ = job.run(&world.db, week("2026-W47"), now()) => panic!("the run was to be in the middle of a mail"),
            () = others_are_recorded => {}
        }
        listener.treat("p2@board.example", Manner::Take);
        let row = row_of(&world.db, 2).await;
        assert_eq!((row.state, row.attempts), (DeliveryState::Retrying, 1));
        assert!(row.last_error.unwrap().contains("not recorded"));

        // The claim is still valid, so a process that takes over immediately does not send the mail.
        let at_once = job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!((at_once.sent, at_once.waiting), (2, 1));
        let later = job.run(&world.db, week("2026-W47"), row.next_attempt_at.unwrap()).await.unwrap();
        assert_eq!((later.sent_now, later.sent), (1, 3));
        let messages = listener.messages();
        assert_eq!(message_ids(&messages, "p2@board.example"), vec!["gap-report.2026-W47.person-2@board.example"; 2]);
        assert_eq!(message_ids(&messages, "p1@board.example").len(), 1);
        assert_eq!(message_ids(&messages, "p3@board.example").len(), 1);
    }
);

both!(
    async fn two_processes_at_once_send_each_mail_once(world: World) {
        ready(&world).await;
        let listener = SmtpListener::start().await;
        let other = entity::store::connect(&world.url).await.unwrap();
        let (a, b) = (by_smtp(&listener), by_smtp(&listener));
        let (one, two) =
            tokio::join!(a.run(&world.db, week("2026-W47"), now()), b.run(&other, week("2026-W47"), now()),);
        assert_eq!(one.unwrap().sent_now + two.unwrap().sent_now, 3);
        assert_eq!(listener.messages().len(), 3);
        assert_eq!(report::Entity::find().all(&world.db).await.unwrap().len(), 1);
    }
);

both!(
    async fn retries_an_unreachable_server_for_three_days(world: World) {
        ready(&world).await;
        let closed = {
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            free.local_addr().unwrap().port()
        };
        let job =
            job(Mailer::smtp(&format!("smtp://127.0.0.1:{closed}"), Duration::from_secs(2), &Tls::default()).unwrap());
        assert!(matches!(job.mailer.check().await, Err(SendError::Retry(_))));
        let mut at = now();
        for _ in 0..22 {
            let outcome = job.run(&world.db, week("2026-W47"), at).await.unwrap();
            assert_eq!((outcome.sent, outcome.waiting, outcome.refused), (0, 3, 0));
            at = rows(&world.db).await.iter().filter_map(|row| row.next_attempt_at).max().unwrap();
        }
        assert!(at > now() + TimeDelta::hours(72));
        let outcome = job.run(&world.db, week("2026-W47"), at).await.unwrap();
        assert_eq!((outcome.waiting, outcome.refused), (0, 3));
        assert!(rows(&world.db).await[0].last_error.as_ref().unwrap().contains("given up after 23 attempts"));
    }
);

both!(
    async fn a_unit_without_recipient_needs_attention(world: World) {
        ready(&world).await;
        post::Entity::delete_many().exec(&world.db).await.unwrap();
        let listener = SmtpListener::start().await;
        let outcome = by_smtp(&listener).run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!(outcome, ReportOutcome { unaddressed: 3, ..ReportOutcome::default() });
        assert!(outcome.needs_attention());
        assert_eq!(outcome.to_string(), "0 sent (0 in this run), 3 units have no recipient");
        let rows = rows(&world.db).await;
        let keys: Vec<_> = rows.iter().map(|row| row.recipient.as_str()).collect();
        assert_eq!(keys, ["unit:1", "unit:2", "unit:3"]);
        for row in &rows {
            assert_eq!((row.state, &row.address, row.person_id), (DeliveryState::Unaddressed, &None, None));
            assert!(row.text_part.contains("no one else has an address"), "{}", row.text_part);
        }
        assert_eq!(rows[1].units.0[0].code, "NORTH");
        assert!(listener.messages().is_empty());
    }
);

both!(
    async fn a_later_recipient_gets_the_mail_once(world: World) {
        ready(&world).await;
        let email = |value: Expr, who: Condition| {
            person::Entity::update_many().col_expr(person::Column::WorkEmail, value).filter(who).exec(&world.db)
        };
        email(Expr::value(None::<String>), Condition::all()).await.unwrap();
        let listener = SmtpListener::start().await;
        let job = by_smtp(&listener);
        let unaddressed = job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!(unaddressed, ReportOutcome { unaddressed: 3, ..ReportOutcome::default() });

        let first = Condition::all().add(person::Column::Id.eq(PersonId(1)));
        email(Expr::value("new@board.example"), first).await.unwrap();
        let found = job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!(found, ReportOutcome { sent_now: 1, sent: 1, ..ReportOutcome::default() });
        let again = job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!(again, ReportOutcome { sent: 1, ..ReportOutcome::default() });
        let to: Vec<_> = listener.messages().into_iter().map(|(to, _)| to).collect();
        assert_eq!(to, ["new@board.example"]);
    }
);

both!(
    async fn a_manager_without_post_is_skipped_with_a_reason(world: World) {
        ready(&world).await;
        // A post whose last day was Sunday does not count on Monday; a Bank post never does.
        change_post(&world.db, 2, post::Column::ValidTo, Expr::value(day(MONDAY))).await;
        change_post(&world.db, 3, post::Column::Bank, Expr::value(true)).await;
        let job = job(Mailer::memory().0);
        let up = "its senior manager is no longer in post. You receive its report as senior manager of Unit BOARD";
        let units = [("BOARD", "you are its senior manager"), ("NORTH", up), ("SOUTH", up)];
        let expected = units.map(|(code, why)| (code.to_owned(), why.to_owned())).to_vec();
        assert_eq!(recipients_of(&job, &world.db).await, [("person:1".to_owned(), expected)]);

        // In post again, but with a blank address.
        change_post(&world.db, 2, post::Column::ValidTo, Expr::value(None::<Day>)).await;
        person::Entity::update_many()
            .col_expr(person::Column::WorkEmail, Expr::value("  "))
            .filter(person::Column::Id.eq(PersonId(2)))
            .exec(&world.db)
            .await
            .unwrap();
        let why = recipients_of(&job, &world.db).await.remove(0).1.remove(1).1;
        assert!(why.starts_with("its senior manager has no work e-mail on file"), "{why}");

        // The unit of all their posts closed on Sunday.
        unit::Entity::update_many()
            .col_expr(unit::Column::ValidTo, Expr::value(day(MONDAY)))
            .filter(unit::Column::Id.eq(UnitId(1)))
            .exec(&world.db)
            .await
            .unwrap();
        let keys: Vec<_> = recipients_of(&job, &world.db).await.into_iter().map(|(recipient, _)| recipient).collect();
        assert_eq!(keys, ["unit:1", "unit:2", "unit:3"]);
    }
);

both!(
    async fn a_report_keeps_its_snapshot(world: World) {
        ready(&world).await;
        let (mailer, memory) = world.mailer();
        let job = job(mailer);
        memory.answer("p2@board.example", Some(SendError::Retry("451".to_owned())));
        job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        memory.drain();
        // Monday is computed again, and the waiting mail still shows the same figures as the others.
        take_snapshot(&world.db, 2, MONDAY, 2, 0).await;
        memory.answer("p2@board.example", None);
        let due = row_of(&world.db, 2).await.next_attempt_at.unwrap();
        job.run(&world.db, week("2026-W47"), due).await.unwrap();
        let mail = memory.drain().remove(0);
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        assert!(parsed.subject().unwrap().contains("1 team needs cover"), "{:?}", parsed.subject());

        // A week without an accepted mail is skipped.
        take_snapshot(&world.db, 3, "2026-11-23", 1, 3).await;
        for person in 1..=3 {
            memory.answer(&format!("p{person}@board.example"), Some(SendError::Retry("451".to_owned())));
        }
        job.run(&world.db, week("2026-W48"), now() + TimeDelta::days(7)).await.unwrap();
        take_snapshot(&world.db, 4, "2026-11-30", 1, 1).await;
        for person in 1..=3 {
            memory.answer(&format!("p{person}@board.example"), None);
        }
        job.run(&world.db, week("2026-W49"), now() + TimeDelta::days(14)).await.unwrap();
        let reports = report::Entity::find().order_by_asc(report::Column::Week).all(&world.db).await.unwrap();
        let pinned: Vec<_> =
            reports.iter().map(|row| (row.snapshot_id.0, row.previous_snapshot_id.map(|id| id.0))).collect();
        assert_eq!(pinned, [(1, None), (3, Some(1)), (4, Some(1))]);
        let parsed = memory.drain().into_iter().find(|mail| mail.to == "p2@board.example").unwrap();
        let text = MessageParser::default().parse(&parsed.bytes).unwrap().body_text(0).unwrap().into_owned();
        assert!(text.contains("Too few Peer Supporters, since 2 November, last report: 2 short."), "{text}");
    }
);

both!(
    async fn a_dry_run_writes_nothing(world: World) {
        organisation(&world.db).await;
        let (mailer, memory) = world.mailer();
        let job = job(mailer);
        let error = job.dry_run(&world.db, week("2026-W47")).await.unwrap_err();
        assert!(matches!(error, ReportError::NoSnapshot(missing) if missing == day(MONDAY)));
        assert!(error.to_string().contains("psn run coverage --as-of 2026-11-16"), "{error}");
        take_snapshot(&world.db, 1, MONDAY, 1, 2).await;
        let previews = job.dry_run(&world.db, week("2026-W47")).await.unwrap();
        let keys: Vec<_> = previews.iter().map(|preview| preview.recipient.as_str()).collect();
        assert_eq!(keys, ["person:1", "person:2", "person:3"]);
        assert_eq!(previews[1].units, [("NORTH".to_owned(), "you are its senior manager".to_owned())]);
        assert!(store::find(&world.db, week("2026-W47"), ReportKind::Weekly).await.unwrap().is_none());
        assert!(rows(&world.db).await.is_empty() && memory.drain().is_empty());
    }
);

both!(
    async fn a_folder_has_one_file_per_mail(world: World) {
        ready(&world).await;
        let folder = world.folder.path().join("mail");
        let outcome = job(Mailer::folder(&folder)).run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!(outcome.sent, 3);
        let stored = row_of(&world.db, 2).await.stored_at.unwrap();
        assert_eq!(std::path::Path::new(&stored), folder.join("2026-W47_NORTH_person-2.eml"));
        let bytes = std::fs::read(stored).unwrap();
        assert!(MessageParser::default().parse(&bytes).unwrap().body_text(0).unwrap().contains("DO THIS WEEK"));
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 3);
    }
);

#[tokio::test]
async fn an_unencrypted_server_gets_no_mail() {
    let listener = SmtpListener::start().await;
    let plain = Mailer::smtp(&listener.url(), Duration::from_secs(2), &Tls::default()).unwrap();
    assert!(plain.check().await.unwrap().contains("answers"));
    let encrypted = Mailer::smtp(
        &format!("smtp+starttls://127.0.0.1:{}", listener.port()),
        Duration::from_secs(2),
        &Tls::default(),
    )
    .unwrap();
    assert!(matches!(encrypted.check().await, Err(SendError::Retry(said)) if said.contains("STARTTLS")));
}
