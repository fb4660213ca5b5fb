//! What the register holds: a nomination, documents, a paper, and a difference from a file.

use entity::id::{
    DirectoryEntryId, DocumentId, FrameworkId, FrameworkStatementId, NominationId, PaperRecordId, PersonId,
    RegisterTextId, UnitId,
};
use entity::table::{
    directory_entry, document, framework, framework_statement, nomination, paper_record, register_text,
};
use entity::value::register::{DocumentKind, PaperOutcome, PaperStep};
use entity::value::{ApproverCapacity, Role};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};

use crate::board_builder::insert;
use crate::harness::day;

/// One of each.
pub(super) async fn build(db: &DatabaseConnection) {
    let waiting = nomination::Model {
        id: NominationId(1),
        person_id: PersonId(41),
        role: Role::PeerSupporter,
        unit_id: UnitId(7),
        share: 1000,
        outside_team: false,
        nominator_id: PersonId(8),
        opened_on: day("2026-11-10"),
        accepted_on: None,
        wished_start: None,
        ended_as: None,
        ended_on: None,
        statement_id: None,
        allocation_id: None,
        version: 1,
    };
    insert::<nomination::Entity>(db, [waiting]).await;
    // Person 6, a supporter, says in the directory how to reach them.
    let text = |id: i64, text: &str| register_text::Model {
        id: RegisterTextId(id),
        person_id: PersonId(6),
        author_id: PersonId(6),
        salt: "0".repeat(64),
        text: text.to_owned(),
    };
    let texts = [text(1, "Ask at the nurses' station"), text(2, "English, Polish"), text(3, "A porter for ten years")];
    insert::<register_text::Entity>(db, texts).await;
    let entry = directory_entry::Model {
        id: DirectoryEntryId(1),
        person_id: PersonId(6),
        listed: true,
        contact_id: Some(RegisterTextId(1)),
        languages_id: Some(RegisterTextId(2)),
        about_id: Some(RegisterTextId(3)),
    };
    insert::<directory_entry::Entity>(db, [entry]).await;
    let pack = document::Model {
        id: DocumentId(1),
        kind: DocumentKind::InformationPack,
        version: "2026".to_owned(),
        title: "Being a Peer Supporter".to_owned(),
        address: Some("https://board.example/pack".to_owned()),
        body: None,
        in_force_from: day("2026-01-01"),
        sign_by: None,
    };
    let agreement = document::Model {
        id: DocumentId(2),
        kind: DocumentKind::Agreement,
        title: "Agreement of Peer Supporters".to_owned(),
        address: None,
        body: Some("I keep what colleagues tell me to myself.".to_owned()),
        sign_by: Some(day("2026-03-01")),
        ..pack.clone()
    };
    insert::<document::Entity>(db, [pack, agreement]).await;
    let version = framework::Model {
        id: FrameworkId(1),
        version: "2026".to_owned(),
        in_force_from: day("2026-01-01"),
        transition_until: day("2026-06-30"),
        approved_by: "Staff Governance Committee".to_owned(),
        approved_on: day("2025-12-01"),
    };
    insert::<framework::Entity>(db, [version]).await;
    let statement = framework_statement::Model {
        id: FrameworkStatementId(1),
        framework_id: FrameworkId(1),
        code: "C1".to_owned(),
        level: 2,
        domain: "Coping".to_owned(),
        body: "Listens without judging.".to_owned(),
    };
    insert::<framework_statement::Entity>(db, [statement]).await;
    // A step of person 41 that was recorded from paper, disputed and settled.
    let record = paper_record::Model {
        id: PaperRecordId(1),
        step: PaperStep::Renewal,
        capacity: Some(ApproverCapacity::Line),
        person_id: PersonId(41),
        recorder_id: PersonId(8),
        day: day("2026-09-01"),
        reference: Some("Box 3".to_owned()),
        recorded_on: day("2026-09-07"),
        nomination_id: None,
        decision_id: None,
        disputed_on: Some(day("2026-09-08")),
        settled_on: Some(day("2026-09-09")),
        settled_as: Some(PaperOutcome::Stands),
        settled_by: Some(PersonId(6)),
    };
    insert::<paper_record::Entity>(db, [record]).await;
    settled_difference(db).await;
}

/// A difference from a file about a role that has ended, and that a coordinator has settled.
async fn settled_difference(db: &DatabaseConnection) {
    let settled = "INSERT INTO file_difference (person_id, role, allocation_id, kind, valid_to, batch_id, as_at, found_on, \
                   settled_on, settled_as) SELECT person_id, role, id, 'ENDS', '2026-10-01', 1, '2026-11-02', '2026-11-02', \
                   '2026-11-03', 'REGISTER_HOLDS' FROM allocation WHERE id = 22";
    db.execute_unprepared(settled).await.unwrap();
}
