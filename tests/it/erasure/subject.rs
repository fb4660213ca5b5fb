//! Subject access: all data about one person, and nothing about anyone else.

use std::collections::BTreeSet;

use entity::store::retention::Periods;
use entity::store::subject::{self, Document};
use entity::table::audit_event;
use entity::value::{AccessRole, Action};
use sea_orm::ConnectionTrait as _;

use super::*;
use crate::harness::both;

async fn document(world: &World, id: PersonId) -> Document {
    let by = AuditContext::operator(world.clock.now());
    subject::export(&world.db, id, &Periods::default(), &by).await.unwrap().unwrap()
}

/// Every foreign key to a person, as `table.column`, as the database itself has them.
async fn keys(db: &DatabaseConnection) -> BTreeSet<String> {
    let sql = if entity::store::is_postgres(db) {
        "SELECT k.table_name || '.' || k.column_name AS said FROM information_schema.table_constraints c \
         JOIN information_schema.key_column_usage k ON k.constraint_name = c.constraint_name \
         JOIN information_schema.constraint_column_usage u ON u.constraint_name = c.constraint_name \
         WHERE c.constraint_type = 'FOREIGN KEY' AND u.table_name = 'person'"
    } else {
        "SELECT m.name || '.' || f.\"from\" AS said FROM sqlite_master m, pragma_foreign_key_list(m.name) f \
         WHERE m.type = 'table' AND f.\"table\" = 'person'"
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get("", "said").unwrap()).collect()
}

/// Data of every kind, all about Zebedee.
async fn everything(world: &World) -> PersonId {
    board(world).await;
    let id = zebedee(world).await;
    mails::written(world).await;
    world.person(id.0).await;
    let broken = STAFF.replace("Charge Nurse,T1,,1,01/02/2024,", "Charge Nurse,T1,,1,01/02/2024,Zebed\u{7}e");
    Import::new(world, &[(FileKind::Staff, &broken)]).applied().await;
    let shares = SUPPORTERS.to_owned()
        + "X,QZ70010,Peer Supporter,T2,60,10/03/2024,,02/01/2026,X/70020,03/01/2026,X/70030,4,09/03/2024\n\
           X,70020,Peer Supporter,T1,60,10/03/2024,,,,,,,\nX,70020,Peer Supporter,T2,60,10/03/2024,,,,,,,\n\
           X,70030,Peer Supporter,T1,60,10/03/2024,,,,,,,\nX,70030,Peer Supporter,T2,60,10/03/2024,,,,,,,\n";
    Import::new(world, &[(FileKind::Supporters, &shares)]).refused().await;
    let no = if entity::store::is_postgres(&world.db) { "FALSE" } else { "0" };
    for sql in [
        format!(
            "INSERT INTO access_grant (person_id, role, valid_from, granted_by, granted_at) VALUES ({id}, '{}', '2026-01-01', 'operator', '2026-01-01 00:00:00+00:00')",
            AccessRole::Auditor
        ),
        format!(
            "INSERT INTO sign_in_link (hash, person_id, expires_at) VALUES ('x', {id}, '2027-01-01 00:00:00+00:00')"
        ),
        format!(
            "INSERT INTO report_preference (person_id, hidden_sections, changed_at, changed_by) VALUES ({id}, '[\"FACTS\"]', '2026-01-01 00:00:00+00:00', 'person:{id}')"
        ),
        format!(
            "INSERT INTO nomination (id, person_id, role, unit_id, share, outside_team, nominator_id, opened_on, version) SELECT 1, \
             {id}, 'PEER_SUPPORTER', MIN(id), 1000, {no}, {id}, '2026-01-01', 1 FROM unit"
        ),
        format!(
            "INSERT INTO nomination_decision (nomination_id, capacity, kind, decided_on, decider_id, principal_id, acknowledged) \
             VALUES (1, 'LINE', 'ASK', '2026-01-02', {id}, {id}, '')"
        ),
        format!(
            "INSERT INTO register_text (person_id, author_id, salt, text) VALUES ({id}, {id}, 'x', 'Listens well.')"
        ),
        format!(
            "INSERT INTO register_role (person_id, role, kept_since, own_wish) VALUES ({id}, 'PEER_SUPPORTER', '2026-01-01', {no})"
        ),
        format!(
            "INSERT INTO register_change (id, at, actor_id, command, effective_on, fact_version, private) VALUES (1, \
             '2026-01-01 00:00:00+00:00', {id}, 'NOMINATE', '2026-01-01', 1, {no})"
        ),
        format!(
            "INSERT INTO idempotency_key (actor_id, command, key, input_hash, change_id, at) VALUES ({id}, 'NOMINATE', 'k', 'x', 1, \
             '2026-01-01 00:00:00+00:00')"
        ),
        format!(
            "INSERT INTO file_difference (person_id, role, allocation_id, kind, valid_to, batch_id, as_at, found_on) SELECT {id}, \
             'PEER_SUPPORTER', MIN(a.id), 'ENDS', '2026-12-01', MIN(b.id), '2026-11-16', '2026-11-16' FROM allocation a, \
             import_batch b"
        ),
        format!(
            "INSERT INTO register_kept (kind, unit_id, person_id, role, kept_since) SELECT 'APPOINTMENT', MIN(id), {id}, \
             '{}', '2026-01-01' FROM unit",
            entity::value::AppointmentRole::Coordinator.as_str()
        ),
        format!("INSERT INTO report_copy (owner_id, person_id) SELECT {id}, MIN(id) FROM person WHERE id <> {id}"),
        "INSERT INTO document (id, kind, version, title, in_force_from) VALUES (1, 'AGREEMENT', '1', 'Agreement', '2026-01-01')"
            .to_owned(),
        format!(
            "INSERT INTO document_confirmation (document_id, person_id, confirmed_on) VALUES (1, {id}, '2026-01-02')"
        ),
        "INSERT INTO framework (id, version, in_force_from, transition_until, approved_by, approved_on) VALUES (1, '1', \
         '2026-01-01', '2026-06-01', 'Committee', '2025-12-01')"
            .to_owned(),
        format!(
            "INSERT INTO assessment (person_id, assessor_id, framework_id, level, assessed_on, met) VALUES ({id}, {id}, 1, 2, \
             '2026-01-02', {no})"
        ),
        format!(
            "INSERT INTO register_mailing (person_id, occasion, day, created_at) VALUES ({id}, 'digest:2026-01-01', '2026-01-01', \
             '2026-01-01 07:00:00+00:00')"
        ),
        format!("INSERT INTO directory_entry (person_id, listed) VALUES ({id}, true)"),
        format!(
            "INSERT INTO paper_record (step, person_id, recorder_id, day, reference, recorded_on, nomination_id, settled_by) VALUES \
             ('ACCEPTANCE', {id}, {id}, '2025-06-02', 'Box 3', '2026-01-01', 1, {id})"
        ),
        format!(
            "INSERT INTO delegation (kind, principal_id, delegate_id, valid_from, valid_to, appointed_by) VALUES ('DELEGATE', {id}, \
             {id}, '2026-01-01', '2026-02-01', {id})"
        ),
    ] {
        world.db.execute_unprepared(&sql).await.unwrap();
    }
    document(world, id).await; // so that the log has something to tell
    id
}

both!(
    async fn every_key_to_a_person_is_in_the_document(world: World) {
        let id = everything(&world).await;
        let document = document(&world, id).await;
        let told: BTreeSet<_> =
            document.sections.iter().flat_map(|section| section.references).map(|key| (*key).to_owned()).collect();
        // That a person was erased is part of the section about their identity.
        assert_eq!(keys(&world.db).await, told, "tell of every key in entity/src/store/subject");
        for section in &document.sections {
            assert!(!section.records.is_empty(), "nothing is told of {}", section.name);
            for text in [section.what, section.source, section.kept.as_str()] {
                assert!(text.ends_with('.') && text.contains(' '), "{}: {text}", section.name);
            }
        }
    }
);

both!(
    async fn the_document_names_no_one_else(world: World) {
        let id = everything(&world).await;
        let document = document(&world, id).await.json();
        let held = |kind: &str| document["held"][kind]["records"][0].clone();
        assert_eq!(held("person")["workEmail"], "Zebedee.Quillfeather@psn.example");
        assert_eq!(held("posts")["unit"]["code"], "T1");
        assert_eq!(held("training")["completedOn"], "2024-03-01");
        assert_eq!(held("roles")["terms"][0]["protectedHundredthsOfAnHourAMonth"], 400);
        assert_eq!(held("approvalsGiven")["capacity"], "LINE");
        assert_eq!(held("absences")["lastDay"], "2026-06-30");
        assert_eq!(held("standingIn")["lastDay"], "2024-12-31");
        assert!(held("mails")["text"].as_str().unwrap().contains("Team 1"));
        assert_eq!(held("rejectedRows")["value"], "Zebed\u{7}e");
        assert!(held("refusedImports")["refusal"].as_str().unwrap().contains("X/QZ70010"));
        assert_eq!(held("exemptions")["agreedBy"], "Quillfeather, Z. (Lead)");
        assert_eq!(held("grantedRoles")["role"], "AUDITOR");
        assert_eq!(held("reportSettings")["leftOut"], serde_json::json!(["FACTS"]));
        assert_eq!(document["held"]["reportSettings"]["records"][1], serde_json::json!({ "kind": "copyOfYourReport" }));
        assert_eq!(held("auditLog")["action"], "SUBJECT_EXPORTED");
        let text = document.to_string().to_lowercase();
        for other in ["ann.other", "third", "70020", "70030", "fourth", "hash"] {
            assert!(
                !text.contains(&format!("\"{other}")) && !text.contains(&format!("/{other}")),
                "{other}: {document:#}"
            );
        }
        let secret = secret(&world.db).await;
        assert!(secret.len() == 64 && !text.contains(&secret), "the key of the pseudonyms is nobody's");
    }
);

both!(
    async fn remaining_data_of_an_erased_person_is_exported(world: World) {
        let id = everything(&world).await;
        erased(&world, id).await;
        let document = document(&world, id).await.json();
        let text = document.to_string().to_lowercase();
        assert!(TRACES.iter().all(|trace| !text.contains(trace)), "{document:#}");
        let held = |kind: &str| document["held"][kind]["records"].as_array().unwrap().len();
        assert_eq!((held("posts"), held("training"), held("roles"), held("mails")), (1, 2, 1, 1));
        assert_eq!((held("rejectedRows"), held("exemptions"), held("signIns"), held("grantedRoles")), (0, 0, 0, 0));
        let exports =
            audit_event::Entity::find().filter(audit_event::Column::Action.eq(Action::SubjectExported.as_str()));
        assert_eq!(exports.all(&world.db).await.unwrap().len(), 2, "each asking is recorded");
    }
);

/// The key of the pseudonyms, which is not accessible in any other way.
async fn secret(db: &DatabaseConnection) -> String {
    let sql = "SELECT secret FROM pseudonym_key";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
    row.try_get("", "secret").unwrap()
}
