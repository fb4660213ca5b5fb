//! Every mutation as every viewer: without the right it is refused and changes nothing.

use entity::id::PersonId;
use sea_orm::{DbBackend, FromQueryResult as _, JsonValue, Statement};
use serde_json::Value;

use super::asking::{Asking, encoded};
use super::schema::Schema;
use super::sight::Sight;
use super::{viewers, world};
use crate::harness::{World, both};

/// A mutation with its input, and who may execute it on that object.
struct Wish {
    field: &'static str,
    asked: fn(&Sight<'_>) -> String,
    may: fn(&Sight<'_>) -> bool,
}

/// Mutations about an object that is hidden from most viewers: for them it does not exist.
const ABOUT_HIDDEN: [&str; 14] = [
    "recordAssessment",
    "respondToNomination",
    "withdrawNomination",
    "answerNomination",
    "decideNomination",
    "pause",
    "resume",
    "standDown",
    "changeAllocation",
    "renewApproval",
    "withdrawApproval",
    "undo",
    "disputeRecord",
    "settleRecord",
];

const WISHES: [Wish; 53] = [
    Wish {
        field: "requestRun",
        asked: |_| {
            r#"requestRun(input: {job: COVERAGE, period: "2026-11-16"}) { run { period state } refusal { code } }"#
                .to_owned()
        },
        may: |sight| sight.requests_runs(),
    },
    Wish {
        field: "makeToken",
        asked: |_| {
            r#"makeToken(input: {name: "wall", unitCodes: ["NORTH"]}) { token { id } refusal { code } }"#.to_owned()
        },
        may: |sight| sight.manages_access(),
    },
    Wish {
        field: "revokeToken",
        asked: |_| r#"revokeToken(id: "1") { token { id } refusal { code } }"#.to_owned(),
        may: |sight| sight.manages_access(),
    },
    Wish {
        field: "grantRole",
        asked: |_| {
            r#"grantRole(input: {workEmail: "p41@board.example", role: ADMIN}) { grant { id } refusal { code } }"#
                .to_owned()
        },
        may: |sight| sight.manages_access(),
    },
    Wish {
        field: "withdrawRole",
        asked: |_| r#"withdrawRole(id: "1") { grant { id } refusal { code } }"#.to_owned(),
        may: |sight| sight.manages_access(),
    },
    // A mail of the board, one that does not exist, and an invalid id.
    Wish { field: "resendDelivery", asked: |_| resend(&encoded("Delivery", 5)), may: |sight| sight.requests_runs() },
    Wish { field: "resendDelivery", asked: |_| resend(&encoded("Delivery", 900)), may: |sight| sight.requests_runs() },
    Wish { field: "resendDelivery", asked: |_| resend("nonsense"), may: |sight| sight.requests_runs() },
    // The viewer's own report, that of a person whom many of them see, and of no person.
    Wish {
        field: "setReportPreferences",
        asked: |_| set_report(None),
        may: |sight| sight.me.is_some_and(|me| sight.sets_report_of(me)),
    },
    Wish {
        field: "setReportPreferences",
        asked: |_| set_report(Some(&encoded("Person", 3))),
        may: |sight| sight.sets_report_of(PersonId(3)),
    },
    Wish {
        field: "setReportPreferences",
        asked: |_| set_report(Some("nonsense")),
        may: |sight| sight.sets_report_of(PersonId(-1)),
    },
    // A person that many of them see, the viewer, and no person.
    Wish { field: "endSessions", asked: |_| end_sessions(&encoded("Person", 3)), may: |sight| sight.manages_access() },
    Wish {
        field: "endSessions",
        asked: |sight| end_sessions(&encoded("Person", sight.me.map_or(3, |me| me.0))),
        may: |sight| sight.manages_access(),
    },
    Wish { field: "endSessions", asked: |_| end_sessions("nonsense"), may: |sight| sight.manages_access() },
    // Nor may the refusal reveal what else would be wrong.
    Wish {
        field: "requestRun",
        asked: |_| {
            r#"requestRun(input: {job: GAP_REPORT, period: "nonsense"}) { run { period } refusal { code } }"#.to_owned()
        },
        may: |sight| sight.requests_runs(),
    },
    // Person 3 of the board, whom many of them see, and an id that does not exist.
    Wish {
        field: "erasePerson",
        asked: |_| {
            r#"erasePerson(input: {personId: "UGVyc29uOjM", reason: REQUESTED}) { erased { id } refusal { code } }"#
                .to_owned()
        },
        may: |sight| sight.erases(),
    },
    Wish {
        field: "erasePerson",
        asked: |_| {
            r#"erasePerson(input: {personId: "nonsense", reason: LEGAL_DUTY}) { erased { id } refusal { code } }"#
                .to_owned()
        },
        may: |sight| sight.erases(),
    },
    // No one has a right to it because the data is their own, or that of a person they see.
    Wish {
        field: "revokeToken",
        asked: |sight| {
            let own = sight.viewer.actor().to_string();
            let number = own.strip_prefix("token:").unwrap_or("2");
            format!(r#"revokeToken(id: "{number}") {{ token {{ id }} refusal {{ code }} }}"#)
        },
        may: |sight| sight.manages_access(),
    },
    // About person 41, who is also one of the viewers.
    Wish {
        field: "withdrawRole",
        asked: |_| r#"withdrawRole(id: "2") { grant { id } refusal { code } }"#.to_owned(),
        may: |sight| sight.manages_access(),
    },
    // About people whom many of them see, and two who do not exist, as a trial that writes nothing.
    Wish { field: "linkPeople", asked: |_| link("linkPeople", 41, 42, false), may: |sight| sight.links_people() },
    Wish { field: "linkPeople", asked: |_| link("linkPeople", 900, 901, true), may: |sight| sight.links_people() },
    Wish { field: "unlinkPeople", asked: |_| link("unlinkPeople", 41, 42, false), may: |sight| sight.links_people() },
    // Steps of a coordinator. Everyone on file may name a delegate of their own, and is refused without an office.
    Wish {
        field: "appoint",
        asked: |_| {
            let person = encoded("Person", 41);
            format!(
                r#"appoint(input: {{personId: "{person}", unitCode: "S4", role: SENIOR_MANAGER, from: "2026-11-20"}}) {{ refusals {{ code }} }}"#
            )
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "endAppointment",
        asked: |_| {
            let id = encoded("Appointment", 1);
            format!(
                r#"endAppointment(input: {{appointmentId: "{id}", lastDay: "2026-12-01"}}) {{ refusals {{ code }} }}"#
            )
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "delegate",
        asked: |_| {
            let person = encoded("Person", 41);
            format!(
                r#"delegate(input: {{forPersonId: "nonsense", personId: "{person}", from: "2026-11-20", until: "2026-11-21"}}) {{ refusals {{ code }} }}"#
            )
        },
        may: |sight| sight.is_staff(),
    },
    Wish {
        field: "appointActingLineManager",
        asked: |_| {
            let (person, acting) = (encoded("Person", 41), encoded("Person", 42));
            format!(
                r#"appointActingLineManager(input: {{forPersonId: "{person}", personId: "{acting}", from: "2026-11-20", until: "2026-11-21"}}) {{ refusals {{ code }} }}"#
            )
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "carryOver",
        asked: |_| r#"carryOver(input: {fromUnitCode: "S4", toUnitCode: "S4"}) { refusals { code } }"#.to_owned(),
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "exemptUnit",
        asked: |_| {
            let person = encoded("Person", 41);
            format!(
                r#"exemptUnit(input: {{unitCode: "S4", from: "2026-11-20", until: "2026-11-21", reason: "Moving house", agreedByPersonId: "{person}"}}) {{ refusals {{ code }} }}"#
            )
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "publishPolicy",
        asked: |_| {
            r#"publishPolicy(input: {unitCode: "S4", inForceFrom: "2026-11-20", policy: {minSupporters: 2}}) { refusals { code } }"#
                .to_owned()
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish { field: "erasePerson", asked: |sight| erase(sight.me), may: |sight| sight.erases() },
    Wish {
        field: "erasePerson",
        asked: |sight| erase(sight.facts.people.iter().copied().find(|person| sight.person(*person))),
        may: |sight| sight.erases(),
    },
    Wish {
        field: "nominate",
        asked: |_| {
            r#"nominate(input: {items: [{role: PEER_SUPPORTER, unitCode: "S4"}], preview: true}) { results { refusals { code } } }"#
                .to_owned()
        },
        may: |sight| sight.is_staff(),
    },
    // The nomination of person 41 by person 8, which waits for person 41.
    Wish {
        field: "respondToNomination",
        asked: |_| about_nomination("respondToNomination", "response: ACCEPT"),
        may: |sight| sight.sees_nomination(),
    },
    Wish {
        field: "withdrawNomination",
        asked: |_| about_nomination("withdrawNomination", "expectedVersion: 900"),
        may: |sight| sight.sees_nomination(),
    },
    Wish {
        field: "answerNomination",
        asked: |_| about_nomination("answerNomination", r#"answer: "Yes""#),
        may: |sight| sight.sees_nomination(),
    },
    Wish {
        field: "decideNomination",
        asked: |_| {
            let id = encoded("Nomination", 1);
            format!(
                r#"decideNomination(input: {{items: [{{nominationId: "{id}", capacity: LINE, decision: DECLINE, reason: TIME}}]}}) {{ results {{ refusals {{ code }} }} }}"#
            )
        },
        may: |sight| sight.sees_nomination(),
    },
    // The role of person 41, who has none: all but that person and coordinators are told that there is no such
    // person.
    Wish { field: "pause", asked: |_| about_person("pause"), may: |sight| sight.steps_for(PersonId(41)) },
    Wish { field: "resume", asked: |_| about_person("resume"), may: |sight| sight.steps_for(PersonId(41)) },
    // Roles that have ended: those who see their records are refused, for all others they do not exist.
    Wish { field: "standDown", asked: |_| about_role("standDown", 22, ""), may: |sight| sight.sees_ended_role() },
    Wish {
        field: "changeAllocation",
        asked: |_| about_role("changeAllocation", 22, ", share: 1"),
        may: |sight| sight.sees_ended_role(),
    },
    Wish {
        field: "renewApproval",
        asked: |_| {
            let id = encoded("Allocation", 22);
            format!(
                r#"renewApproval(input: {{items: [{{allocationId: "{id}", capacity: LINE, protectedHours: 4}}]}}) {{ results {{ refusals {{ code }} }} }}"#
            )
        },
        may: |sight| sight.sees_ended_role(),
    },
    Wish {
        field: "withdrawApproval",
        asked: |_| about_role("withdrawApproval", 33, ", capacity: SENIOR"),
        may: |sight| sight.sees_champion(),
    },
    // A difference that is settled.
    Wish {
        field: "settleDifference",
        asked: |_| {
            let id = encoded("FileDifference", 1);
            format!(
                r#"settleDifference(input: {{differenceId: "{id}", outcome: REGISTER_HOLDS}}) {{ refusals {{ code }} }}"#
            )
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "setDirectoryEntry",
        asked: |_| "setDirectoryEntry(input: {listed: true}) { refusals { code } }".to_owned(),
        may: |sight| sight.is_staff(),
    },
    // The documents of the world: an agreement, and the information pack before it.
    Wish {
        field: "publishDocument",
        asked: |_| {
            r#"publishDocument(input: {kind: AGREEMENT, version: "9", title: "Agreement", text: "We agree.", inForceFrom: "2026-11-20"}) { refusals { code } }"#
                .to_owned()
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "acknowledgeDocument",
        asked: |_| about_document("acknowledgeDocument", 1),
        may: |sight| sight.is_staff(),
    },
    Wish {
        field: "publishFramework",
        asked: |_| {
            r#"publishFramework(input: {version: "9", inForceFrom: "2026-11-20", transitionUntil: "2026-12-20", approvedBy: "Committee", approvedOn: "2026-11-02", statements: [{code: "C1", level: 2, domain: "Coping", text: "Listens"}]}) { refusals { code } }"#
                .to_owned()
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    // A Peer Supporter, found by every Trainer, and a nurse who is none.
    Wish { field: "recordAssessment", asked: |_| assess(6), may: |sight| sight.assesses() },
    Wish { field: "recordAssessment", asked: |_| assess(41), may: |sight| sight.takes_coordinators_steps() },
    Wish { field: "signAgreement", asked: |_| about_document("signAgreement", 2), may: |sight| sight.is_staff() },
    // A change that does not exist; `register::undo` has those that do.
    Wish {
        field: "undo",
        asked: |_| format!(r#"undo(input: {{changeId: "{}"}}) {{ refusals {{ code }} }}"#, encoded("Change", 900)),
        may: |_| false,
    },
    // The record of a step of person 41, which can be disputed no more and is settled.
    Wish {
        field: "disputeRecord",
        asked: |_| about_record("disputeRecord", ""),
        may: |sight| sight.steps_for(PersonId(41)),
    },
    Wish {
        field: "settleRecord",
        asked: |_| about_record("settleRecord", ", outcome: STANDS"),
        may: |sight| sight.steps_for(PersonId(41)),
    },
];

/// An assessment of a person.
fn assess(person: i64) -> String {
    let id = encoded("Person", person);
    format!(r#"recordAssessment(input: {{personId: "{id}", level: 2, results: []}}) {{ refusals {{ code }} }}"#)
}

/// A command about a document.
fn about_document(field: &str, document: i64) -> String {
    let id = encoded("Document", document);
    format!(r#"{field}(input: {{documentId: "{id}"}}) {{ refusals {{ code }} }}"#)
}

/// A command about the record of the world.
fn about_record(field: &str, rest: &str) -> String {
    let id = encoded("PaperRecord", 1);
    format!(r#"{field}(input: {{recordId: "{id}"{rest}}}) {{ refusals {{ code }} }}"#)
}

/// A command about the role of person 41.
fn about_person(field: &str) -> String {
    let id = encoded("Person", 41);
    format!(r#"{field}(input: {{personId: "{id}"}}) {{ refusals {{ code }} }}"#)
}

/// A command about a role.
fn about_role(field: &str, role: i64, rest: &str) -> String {
    let id = encoded("Allocation", role);
    format!(r#"{field}(input: {{allocationId: "{id}"{rest}}}) {{ refusals {{ code }} }}"#)
}

/// A command about the nomination of the world.
fn about_nomination(field: &str, rest: &str) -> String {
    let id = encoded("Nomination", 1);
    format!(r#"{field}(input: {{nominationId: "{id}", {rest}}}) {{ refusals {{ code }} }}"#)
}

/// Requests the erasure of a person; a token requests that of person 3.
fn erase(person: Option<PersonId>) -> String {
    let id = encoded("Person", person.map_or(3, |person| person.0));
    format!(r#"erasePerson(input: {{personId: "{id}", reason: REQUESTED}}) {{ erased {{ id }} refusal {{ code }} }}"#)
}

/// Requests that a mail be sent again.
fn resend(id: &str) -> String {
    format!(
        r#"resendDelivery(input: {{deliveryId: "{id}"}}) {{ delivery {{ id }} run {{ period }} refusal {{ code }} }}"#
    )
}

/// Sets the sections that the report of the viewer, or of a person with an id, leaves out.
fn set_report(id: Option<&str>) -> String {
    let whose = id.map(|id| format!(r#"personId: "{id}", "#)).unwrap_or_default();
    format!(
        "setReportPreferences(input: {{{whose}hiddenSections: [FACTS], copiesTo: []}}) {{ \
         preferences {{ hiddenSections }} refusal {{ code }} }}"
    )
}

/// Requests the end of a person's sessions.
fn end_sessions(id: &str) -> String {
    format!(r#"endSessions(personId: "{id}") {{ ended refusal {{ code }} }}"#)
}

/// Requests that two people be linked or unlinked.
fn link(field: &str, a: i64, b: i64, dry_run: bool) -> String {
    let (a, b) = (encoded("Person", a), encoded("Person", b));
    format!(
        r#"{field}(input: {{personId: "{a}", sameAsId: "{b}", dryRun: {dry_run}}}) {{ done teams {{ unitCode }} refusal {{ code }} }}"#
    )
}

#[test]
fn every_mutation_is_tried() {
    for field in Schema::read(&psn::graphql::sdl()).fields("Mutation") {
        assert!(
            WISHES.iter().any(|wish| wish.field == field.name),
            "{}: add to WISHES in tests/it/access/oracle/mutations.rs how it is asked, and who may, of which object",
            field.name
        );
    }
}

/// Every row of every table except the audit log, in which a refusal may be recorded, and the list of migrations.
async fn rows(world: &World) -> Vec<(String, Vec<Value>)> {
    let backend = if entity::store::is_postgres(&world.db) { DbBackend::Postgres } else { DbBackend::Sqlite };
    let tables = match backend {
        DbBackend::Postgres => "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
        _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    };
    let all = async |sql: String| {
        JsonValue::find_by_statement(Statement::from_string(backend, sql)).all(&world.db).await.unwrap()
    };
    let mut found = Vec::new();
    for table in all(tables.to_owned()).await {
        let name = table["name"].as_str().unwrap().to_owned();
        if name.starts_with("audit") || name.starts_with("seaql") {
            continue;
        }
        let mut rows = all(format!("SELECT * FROM \"{name}\"")).await;
        rows.sort_by_key(Value::to_string);
        found.push((name, rows));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(found.len() > 15, "{found:?}");
    found
}

both!(
    async fn a_mutation_without_the_right_changes_nothing(world: World) {
        world::build(&world).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        let before = rows(&world).await;
        let mut allowed = 0;
        for (who, viewer) in viewers::all() {
            let sight = Sight::new(&asking.facts, &viewer);
            for wish in WISHES.iter().filter(|wish| !(wish.may)(&sight)) {
                let answer = asking.answer(&format!("mutation {{ {} }}", (wish.asked)(&sight)), &viewer).await;
                assert_eq!(answer["data"], Value::Null, "{who}: {answer}");
                let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
                let is_hidden = code == "NOT_FOUND" && ABOUT_HIDDEN.contains(&wish.field);
                assert!(code == "FORBIDDEN" || is_hidden, "{who}: {answer}");
                assert!(!answer.to_string().contains("PERIOD"), "{who}: {answer}");
            }
        }
        assert_eq!(rows(&world).await, before, "a viewer changed something without the right");
        for (who, viewer) in viewers::all() {
            let sight = Sight::new(&asking.facts, &viewer);
            for wish in WISHES.iter().filter(|wish| (wish.may)(&sight)) {
                let answer = asking.answer(&format!("mutation {{ {} }}", (wish.asked)(&sight)), &viewer).await;
                assert_eq!(answer.get("errors"), None, "{who}: {answer}");
                allowed += 1;
            }
        }
        assert!(allowed >= 4, "{allowed}");
    }
);
