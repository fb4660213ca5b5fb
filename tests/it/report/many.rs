//! Many mails of one report, more than are sent at the same time.

use entity::id::{DeliveryId, PersonId, ReportId, SnapshotId};
use entity::json_column::{MailUnit, MailUnits};
use entity::table::{delivery, person, report};
use entity::value::{DeliveryKind, DeliveryState, ReportKind};
use sea_orm::{DatabaseConnection, EntityTrait as _, IntoActiveModel as _};

use super::{now, week};

/// Creates the report of 2026-W47 from snapshot 1, with this number of mails: to `q1@board.example` and so on.
pub(crate) async fn many_mails(db: &DatabaseConnection, mails: i64) {
    let head = report::Model {
        id: ReportId(1),
        week: week("2026-W47").to_string(),
        kind: ReportKind::Weekly,
        snapshot_id: SnapshotId(1),
        previous_snapshot_id: None,
        built_at: now(),
    };
    report::Entity::insert(head.into_active_model()).exec_without_returning(db).await.unwrap();
    for number in 1..=mails {
        let id = 100 + number;
        let person = person::Model {
            id: PersonId(id),
            employer: "NHS".to_owned(),
            number: format!("1{id}"),
            first_name: None,
            last_name: None,
            work_email: Some(format!("q{number}@board.example")),
        };
        person::Entity::insert(person.into_active_model()).exec_without_returning(db).await.unwrap();
        let mail = delivery::Model {
            id: DeliveryId(number),
            report_id: Some(ReportId(1)),
            mailing_id: None,
            kind: DeliveryKind::Report,
            recipient: format!("person:{id}"),
            person_id: Some(PersonId(id)),
            owner_id: None,
            address: Some(format!("q{number}@board.example")),
            units: MailUnits(vec![MailUnit {
                code: "NORTH".to_owned(),
                name: "Unit NORTH".to_owned(),
                why: "You are its senior manager.".to_owned(),
            }]),
            subject: "Peer Support 2026-W47".to_owned(),
            message_id: format!("gap-report.2026-W47.person-{id}@board.example"),
            text_part: "One team is not covered.".to_owned(),
            html_part: "<p>One team is not covered.</p>".to_owned(),
            csv_part: "Unit".to_owned(),
            state: DeliveryState::Pending,
            attempts: 0,
            next_attempt_at: Some(now()),
            accepted_at: None,
            last_error: None,
            stored_at: None,
            refused_by: None,
        };
        delivery::Entity::insert(mail.into_active_model()).exec_without_returning(db).await.unwrap();
    }
}
