//! The run summary, a mail to the coordinators.

use chrono::{TimeDelta, Utc};
use entity::id::{AppointmentId, PersonId, PostId, UnitId};
use entity::json_column::MailUnits;
use entity::store::report as store;
use entity::table::{appointment, delivery, person, post};
use entity::value::{AppointmentRole, DeliveryKind, DeliveryState, ReportKind};
use jobs::mail::{Mailbox, Mailer, Tls};
use jobs::report::GapReport;
use jobs::report::coordinator::Coordinator;
use jobs::report::render::Setting;
use mail_parser::MessageParser;
use sea_orm::{DatabaseConnection, EntityTrait as _, IntoActiveModel as _};

use super::{by_smtp, change_post, job, now, ready, row_of, rows, week};
use crate::harness::{World, both, day};
use crate::smtp_listener::{Manner, SmtpListener};

const COORDINATOR: &str = "p9@board.example";

/// Adds person 9, the coordinator of the whole network.
async fn coordinator(db: &DatabaseConnection) {
    let person = person::Model {
        id: PersonId(9),
        employer: "NHS".to_owned(),
        number: "009".to_owned(),
        first_name: None,
        last_name: None,
        work_email: Some(COORDINATOR.to_owned()),
    };
    let post = post::Model {
        id: PostId(9),
        person_id: PersonId(9),
        unit_id: UnitId(1),
        assignment: None,
        job_title: None,
        job_family: None,
        band: None,
        line_manager_id: None,
        wte: 100,
        contract_type: None,
        bank: false,
        valid_from: None,
        valid_to: None,
    };
    let office = appointment::Model {
        id: AppointmentId(9),
        unit_id: UnitId(1),
        person_id: PersonId(9),
        role: AppointmentRole::Coordinator,
        valid_from: None,
        valid_to: None,
        delegate_id: None,
        delegate_from: None,
        delegate_to: None,
    };
    person::Entity::insert(person.into_active_model()).exec_without_returning(db).await.unwrap();
    post::Entity::insert(post.into_active_model()).exec_without_returning(db).await.unwrap();
    appointment::Entity::insert(office.into_active_model()).exec_without_returning(db).await.unwrap();
}

/// Creates the organisation of three managers, with a coordinator.
async fn coordinated(world: &World) {
    ready(world).await;
    coordinator(&world.db).await;
}

async fn summaries(db: &DatabaseConnection) -> Vec<delivery::Model> {
    rows(db).await.into_iter().filter(|row| row.kind == DeliveryKind::RunSummary).collect()
}

both!(
    async fn is_sent_once_when_all_reports_have_gone(world: World) {
        coordinated(&world).await;
        let listener = SmtpListener::start().await;
        let job = by_smtp(&listener);
        let outcome = job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!((outcome.sent_now, outcome.sent, outcome.others_waiting), (3, 3, 0), "it is no report");
        let messages = listener.messages();
        let (to, text) = messages.last().unwrap();
        assert_eq!((messages.len(), to.as_str()), (4, COORDINATOR), "after the reports");
        let mail = MessageParser::default().parse(text).unwrap();
        assert_eq!(mail.subject(), Some("Peer support: 3 reports sent, nothing to do (week of 16 November)"));
        assert_eq!(mail.message_id(), Some("gap-report.2026-W47.run-9@board.example"));
        assert_eq!(mail.attachment_count(), 0);
        assert!(mail.body_text(0).unwrap().contains("3 reports were sent."), "{text}");
        let row = summaries(&world.db).await.pop().unwrap();
        assert_eq!(
            (row.recipient.as_str(), row.person_id, row.state),
            ("run:9", Some(PersonId(9)), DeliveryState::Sent)
        );

        let later = now() + TimeDelta::days(1);
        assert_eq!(job.run(&world.db, week("2026-W47"), later).await.unwrap().sent_now, 0);
        assert!(listener.messages().is_empty(), "once for each report");
    }
);

both!(
    async fn waits_while_a_report_waits(world: World) {
        coordinated(&world).await;
        let listener = SmtpListener::start().await;
        let job = by_smtp(&listener);
        listener.treat("p2@board.example", Manner::AnswerRecipient("451 busy"));
        job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert!(summaries(&world.db).await.is_empty());
        assert!(listener.messages().iter().all(|(to, _)| to != COORDINATOR));
        listener.treat("p2@board.example", Manner::Take);
        let due = row_of(&world.db, 2).await.next_attempt_at.unwrap();
        job.run(&world.db, week("2026-W47"), due).await.unwrap();
        let to: Vec<_> = listener.messages().into_iter().map(|(to, _)| to).collect();
        assert_eq!(to, ["p2@board.example", COORDINATOR]);
    }
);

both!(
    async fn names_the_unit_whose_report_was_refused(world: World) {
        coordinated(&world).await;
        let listener = SmtpListener::start().await;
        listener.treat("p2@board.example", Manner::AnswerRecipient("550 5.1.1 no such user"));
        let outcome = by_smtp(&listener).run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!((outcome.sent, outcome.refused), (2, 1));
        let row = summaries(&world.db).await.pop().unwrap();
        assert_eq!(row.subject, "Peer support: 2 reports sent, 1 to look at (week of 16 November)");
        let said =
            "The report on Unit NORTH did not reach p…@board.example: the mail server does not know the address.";
        assert!(row.text_part.contains(said), "{}", row.text_part);
        assert!(!row.text_part.contains("p2@") && !row.html_part.contains("p2@") && !row.text_part.contains("O'Neill"));
    }
);

both!(
    async fn names_units_without_a_recipient(world: World) {
        ready(&world).await;
        for person in 1..=3 {
            let left = sea_orm::sea_query::Expr::value(day("2026-11-01"));
            change_post(&world.db, person, post::Column::ValidTo, left).await;
        }
        let (mailer, memory) = world.mailer();
        let email: Mailbox = "Peer Support <office@board.example>".parse().unwrap();
        let coordinator = Coordinator { email: Some(email), ..Coordinator::default() };
        let job = GapReport { setting: Setting { coordinator, ..Setting::default() }, ..job(mailer) };
        let outcome = job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!((outcome.sent, outcome.unaddressed), (0, 3));
        assert!(outcome.needs_attention());
        let sent: Vec<_> = memory.drain().into_iter().map(|mail| mail.to).collect();
        assert_eq!(sent, ["office@board.example"]);
        let row = summaries(&world.db).await.pop().unwrap();
        assert_eq!((row.recipient.as_str(), row.person_id, row.state), ("run:coordinator", None, DeliveryState::Sent));
        let said = "No one gets the report on Unit NORTH: its senior manager is no longer in post.";
        assert!(row.text_part.contains(said), "{}", row.text_part);
        // The week still counts as one whose report reached no one.
        assert_eq!(store::last_mailed_before(&world.db, week("2026-W48")).await.unwrap(), None);
    }
);

both!(
    async fn is_sent_by_the_next_run_after_a_crash(world: World) {
        coordinated(&world).await;
        let listener = SmtpListener::start().await;
        // It is stored, and the process is killed before the mail server answers.
        listener.treat(COORDINATOR, Manner::SilentAtRecipient);
        let job = by_smtp(&listener);
        let written = async {
            while summaries(&world.db).await.iter().all(|row| row.attempts == 0) {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        tokio::select! {
            _ = job.run(&world.db, week("2026-W47"), now()) => panic!("the run was to be in the middle of the summary"),
            () = written => {}
        }
        let row = summaries(&world.db).await.pop().unwrap();
        assert_eq!((row.state, row.attempts), (DeliveryState::Retrying, 1));
        listener.treat(COORDINATOR, Manner::Take);
        job.run(&world.db, week("2026-W47"), row.next_attempt_at.unwrap()).await.unwrap();
        let rows = summaries(&world.db).await;
        assert_eq!((rows.len(), rows[0].state), (1, DeliveryState::Sent));
        assert_eq!(listener.messages().iter().filter(|(to, _)| to == COORDINATOR).count(), 1);
    }
);

both!(
    async fn two_processes_send_one(world: World) {
        coordinated(&world).await;
        let listener = SmtpListener::start().await;
        let other = entity::store::connect(&world.url).await.unwrap();
        let (a, b) = (by_smtp(&listener), by_smtp(&listener));
        let (one, two) =
            tokio::join!(a.run(&world.db, week("2026-W47"), now()), b.run(&other, week("2026-W47"), now()));
        one.unwrap();
        two.unwrap();
        // One of them may have ended while the other was still sending a report.
        a.run(&world.db, week("2026-W47"), now() + TimeDelta::minutes(11)).await.unwrap();
        assert_eq!(summaries(&world.db).await.len(), 1);
        assert_eq!(listener.messages().iter().filter(|(to, _)| to == COORDINATOR).count(), 1);
    }
);

both!(
    async fn is_written_once_also_to_other_people(world: World) {
        ready(&world).await;
        let (mailer, _memory) = Mailer::memory();
        job(mailer).run(&world.db, week("2026-W47"), now()).await.unwrap();
        let report = store::find(&world.db, week("2026-W47"), ReportKind::Weekly).await.unwrap().unwrap();
        let mail = |key: &str| store::NewDelivery {
            kind: DeliveryKind::RunSummary,
            recipient: key.to_owned(),
            person_id: None,
            owner_id: None,
            address: Some("someone@board.example".to_owned()),
            units: MailUnits::default(),
            subject: String::new(),
            message_id: key.to_owned(),
            text_part: "Text".to_owned(),
            html_part: String::new(),
            csv_part: String::new(),
        };
        let at: chrono::DateTime<Utc> = now();
        assert!(store::summarise_once(&world.db, report.id, at, vec![mail("run:1"), mail("run:2")]).await.unwrap());
        assert!(!store::summarise_once(&world.db, report.id, at, vec![mail("run:3")]).await.unwrap());
        assert_eq!(summaries(&world.db).await.len(), 2);
    }
);

both!(
    async fn that_is_refused_fails_no_run(world: World) {
        coordinated(&world).await;
        let listener = SmtpListener::start().await;
        listener.treat(COORDINATOR, Manner::AnswerRecipient("550 5.1.1 no such user"));
        let mailer = Mailer::smtp(&listener.url(), std::time::Duration::from_secs(5), &Tls::default()).unwrap();
        let outcome = job(mailer).run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!((outcome.sent, outcome.refused, outcome.relay_refuses), (3, 0, false));
        assert!(!outcome.needs_attention() && !outcome.waits());
        assert_eq!(summaries(&world.db).await[0].state, DeliveryState::Refused);
    }
);
