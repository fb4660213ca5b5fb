//! Mails of the weekly report, and runs of jobs.

use entity::id::{DeliveryId, JobRunId, PersonId, PostId, ReportId};
use entity::json_column::{MailUnit, MailUnits};
use entity::table::{delivery, job_run, post};
use entity::value::{DeliveryKind, DeliveryState, RunState};
use sea_orm::{DatabaseConnection, EntityTrait as _};

use crate::board_builder::insert;
use crate::harness::instant;

/// Mails to people who were responsible for a unit then or are now.
pub(super) async fn build(db: &DatabaseConnection) {
    let mail = |id, report, person, code: &str| delivery::Model {
        id: DeliveryId(id),
        report_id: Some(ReportId(report)),
        mailing_id: None,
        kind: DeliveryKind::Report,
        recipient: format!("person:{person}"),
        person_id: Some(PersonId(person)),
        owner_id: None,
        address: Some(format!("p{person}@board.example")),
        units: MailUnits(vec![MailUnit {
            code: code.to_owned(),
            name: "A unit".to_owned(),
            why: "You are its senior manager.".to_owned(),
        }]),
        subject: format!("Peer Support of {code}"),
        message_id: format!("{id}@board.example"),
        text_part: format!("Dear {person}, this is about {code}"),
        html_part: String::new(),
        csv_part: String::new(),
        state: DeliveryState::Refused,
        attempts: 3,
        next_attempt_at: None,
        accepted_at: None,
        last_error: Some("The server refused it for good.".to_owned()),
        stored_at: None,
        refused_by: None,
    };
    // 51 and 60 received one when they were still responsible for a unit.
    let rows = [
        mail(5, 2, 50, "SOUTH"),
        mail(6, 2, 55, "S1"),
        mail(7, 2, 56, "S4"),
        mail(8, 1, 51, "SOUTH"),
        mail(9, 1, 60, "S4"),
        // A colleague who is responsible for S1 was sent a copy of the report on SOUTH; its owner may read the copy here.
        delivery::Model {
            kind: DeliveryKind::Copy,
            recipient: "copy:50:55".to_owned(),
            owner_id: Some(PersonId(50)),
            ..mail(10, 2, 55, "SOUTH")
        },
        // A person who coordinated the network then is responsible for SOUTH only now.
        delivery::Model { kind: DeliveryKind::RunSummary, recipient: "run:50".to_owned(), ..mail(11, 2, 50, "BOARD") },
    ];
    insert::<delivery::Entity>(db, rows).await;
    let run = |id, period: &str, state| job_run::Model {
        id: JobRunId(id),
        job: "coverage".to_owned(),
        period: period.to_owned(),
        state,
        attempts: 1,
        holder: None,
        lease_until: None,
        not_before: (state == RunState::Retrying).then(|| instant("2026-11-16T09:30:00Z")),
        started_at: Some(instant("2026-11-16T05:00:00Z")),
        finished_at: None,
        outcome: None,
    };
    insert::<job_run::Entity>(db, [run(2, "2026-11-16", RunState::Done), run(3, "2026-11-15", RunState::Retrying)])
        .await;
    assert_eq!(post::Entity::find_by_id(PostId(166)).all(db).await.unwrap().len(), 1);
}
