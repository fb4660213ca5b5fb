//! Nothing about an erased person can be read in any text of any table, nor in SQLite's file.

use std::collections::BTreeSet;

use entity::id::{PaperRecordId, RegisterTextId};
use entity::store::audit::AuditContext;
use entity::store::erasure::texts::{DECISIONS, ErasureAction};
use entity::store::erasure::{self, EraseError};
use entity::table::{audit_event, erased_person, import_batch, import_reject, paper_record, person, register_text};
use entity::value::register::PaperStep;
use entity::value::{Action, ErasureReason};
use jobs::import::FileKind;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};

use super::*;
use crate::board_builder::insert;
use crate::harness::{both, day};

both!(
    async fn every_text_column_has_an_erasure_decision(world: World) {
        let found: BTreeSet<_> = columns(&world.db)
            .await
            .into_iter()
            .filter(|(_, _, kind)| holds_text(kind))
            .map(|(table, column, _)| (table, column))
            .collect();
        let decided: BTreeSet<_> =
            DECISIONS.iter().map(|(table, column, ..)| ((*table).to_owned(), (*column).to_owned())).collect();
        assert_eq!(decided.len(), DECISIONS.len(), "a column is decided about once");
        let undecided: Vec<_> = found.difference(&decided).collect();
        assert!(undecided.is_empty(), "decide in entity/src/store/erasure/texts.rs about {undecided:?}");
        let unknown: Vec<_> = decided.difference(&found).collect();
        assert!(unknown.is_empty(), "there is no such column: {unknown:?}");
    }
);

/// Rejected rows, a refused import and a written mail that all identify Zebedee.
async fn planted(world: &World) {
    board(world).await;
    let broken =
        STAFF.replace("Charge Nurse,T1,,1,01/02/2024,", "Charge Nurse,T1,,1,01/02/2024,Zebed\u{7}e Quillfeather");
    let named = "Unit Code,Employer,Employee Number,Role,Delegate\nT2,X,70040,Senior Manager,X/Zebedee Quillfeather\n";
    Import::new(world, &[(FileKind::Staff, &broken), (FileKind::Managers, named)]).applied().await;
    // The last import can be undone.
    let retitled = STAFF.replace("Charge Nurse", "Senior Charge Nurse");
    Import::new(world, &[(FileKind::Staff, &retitled)]).applied().await;
    let shares = SUPPORTERS.lines().next().unwrap().to_owned()
        + "\nX,QZ70010,Peer Supporter,T2,60,10/03/2024,,02/01/2026,X/70020,03/01/2026,X/70030,4,09/03/2024\n";
    Import::new(world, &[(FileKind::Supporters, &shares)]).refused().await;
    mails::written(world).await;
    let id = zebedee(world).await;
    let statement = register_text::Model {
        id: RegisterTextId(1),
        person_id: id,
        author_id: id,
        salt: "0".repeat(64),
        text: "Zebedee Quillfeather listens well.".to_owned(),
    };
    insert::<register_text::Entity>(&world.db, [statement]).await;
    let filed = paper_record::Model {
        id: PaperRecordId(1),
        step: PaperStep::Nomination,
        capacity: None,
        person_id: id,
        recorder_id: id,
        day: day("2026-05-04"),
        reference: Some("Zebedee Quillfeather".to_owned()),
        recorded_on: day("2026-06-01"),
        nomination_id: None,
        decision_id: None,
        disputed_on: None,
        settled_on: None,
        settled_as: None,
        settled_by: None,
    };
    insert::<paper_record::Entity>(&world.db, [filed]).await;
}

both!(
    async fn no_table_holds_text_about_an_erased_person(world: World) {
        planted(&world).await;
        let before: BTreeSet<_> =
            traces(&world.db).await.iter().map(|trace| trace.split(':').next().unwrap().to_owned()).collect();
        let planned = DECISIONS
            .iter()
            .filter(|(table, column, action, _)| {
                // Tested elsewhere: hashes and words of rows that are removed.
                let other = ["access_grant", "action_link", "idempotency_key", "session", "sign_in_link"]
                    .contains(table)
                    || [
                        ("import_reject", "about"),
                        ("delivery", "last_error"),
                        ("delivery", "stored_at"),
                        ("register_text", "salt"),
                    ]
                    .contains(&(table, column));
                *action != ErasureAction::Keep && !other
            })
            .map(|(table, column, ..)| format!("{table}.{column}"));
        let unplanted: Vec<_> = planned.filter(|column| !before.contains(column)).collect();
        assert_eq!(unplanted, Vec::<String>::new(), "the test plants a trace wherever one can be");
        let id = zebedee(&world).await;
        let gone = erased(&world, id).await;
        assert!(gone.name && gone.address && gone.assignments == 1 && gone.exemptions == 1, "{gone:?}");
        assert!(gone.rejects >= 2 && gone.refusals == 1 && gone.files == 1, "{gone:?}");
        let paths: Vec<_> = traces(&world.db).await;
        assert_eq!(paths, Vec::<String>::new());
        jobs::retention::remove_files(&world.db).await.unwrap();
        let row = person::Entity::find_by_id(id).one(&world.db).await.unwrap().unwrap();
        assert_eq!((row.first_name, row.last_name, row.work_email), (None, None, None));
        assert!(row.number.starts_with("erased-"), "{}", row.number);
        let others =
            person::Entity::find().filter(person::Column::FirstName.is_not_null()).count(&world.db).await.unwrap();
        assert_eq!(others, 3, "nobody else is touched");
        let exemptions =
            said(&world.db).await.into_iter().filter(|text| text.starts_with("exemption")).collect::<Vec<_>>();
        assert!(exemptions.contains(&"exemption.agreed_by: Ann Other".to_owned()), "{exemptions:?}");
    }
);

both!(
    async fn an_erasure_is_recorded_and_done_only_once(world: World) {
        board(&world).await;
        let id = zebedee(&world).await;
        let by = AuditContext::operator(world.clock.now());
        let nobody = erasure::erase(&world.db, PersonId(4711), ErasureReason::Requested, &by).await;
        assert!(matches!(nobody, Err(EraseError::Unknown)), "{nobody:?}");
        erased(&world, id).await;
        let again = erasure::erase(&world.db, id, ErasureReason::Requested, &by).await;
        assert!(matches!(again, Err(EraseError::Already(at)) if at == world.clock.now()), "{again:?}");
        let row = erased_person::Entity::find_by_id(id).one(&world.db).await.unwrap().unwrap();
        assert_eq!(row.reason, ErasureReason::Requested);
        let events = audit_event::Entity::find()
            .filter(audit_event::Column::Action.eq(Action::PersonErased.as_str()))
            .all(&world.db)
            .await
            .unwrap();
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].actor.as_str(), events[0].object.clone()), ("operator", Some(format!("person:{id}"))));
        assert!(events[0].after.as_ref().unwrap().contains("REQUESTED"), "{events:?}");
    }
);

both!(
    async fn a_dry_run_reports_removals_and_writes_nothing(world: World) {
        planted(&world).await;
        let (id, before) = (zebedee(&world).await, said(&world.db).await);
        let told = erasure::dry_run(&world.db, id, &AuditContext::operator(world.clock.now())).await.unwrap();
        assert_eq!(said(&world.db).await, before);
        assert_eq!(erased(&world, id).await, told);
    }
);

both!(
    async fn records_of_imports_keep_their_counts(world: World) {
        planted(&world).await;
        let batches = import_batch::Entity::find().all(&world.db).await.unwrap();
        let rows = import_reject::Entity::find().count(&world.db).await.unwrap();
        erased(&world, zebedee(&world).await).await;
        let after = import_batch::Entity::find().all(&world.db).await.unwrap();
        assert!(batches.iter().zip(&after).all(|(before, after)| before.files == after.files));
        assert!(import_reject::Entity::find().count(&world.db).await.unwrap() < rows);
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_overwrites_erased_data_in_its_file() {
    let world = World::new(crate::harness::Engine::Sqlite).await;
    board(&world).await;
    let file = world.folder.path().join("psn.db");
    let bytes = |path: &std::path::Path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).to_lowercase();
    world.db.clone().close().await.unwrap();
    assert!(TRACES.iter().all(|trace| bytes(&file).contains(trace)), "they were there");
    let world = World { db: entity::store::connect(&world.url).await.unwrap(), ..world };
    erased(&world, zebedee(&world).await).await;
    world.db.clone().close().await.unwrap();
    for entry in std::fs::read_dir(world.folder.path()).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_file() {
            let left: Vec<_> = TRACES.iter().filter(|trace| bytes(&entry).contains(**trace)).collect();
            assert!(left.is_empty(), "{}: {left:?}", entry.display());
        }
    }
}
