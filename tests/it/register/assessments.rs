//! The competence framework: coordinators publish it, Trainers and coordinators assess others, and an assessment signs off.

use entity::id::PersonId;
use entity::store::audit::AuditContext;
use entity::store::erasure;
use entity::table::{
    assessment, assessment_result, framework, register_change, register_change_row, register_text, sign_off,
};
use entity::value::ErasureReason;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::*;
use crate::harness::both;

/// The Peer Supporter of ward N1.
const SUPPORTER: i64 = 3;
/// The active Trainer of the board, who is also the line manager of everyone.
const TRAINER: i64 = LINE_MANAGER;

const FRAMEWORK: &str = "framework { id version isInForce statements { code level domain text } } \
    refusals { code message path }";
const ASSESSMENT: &str = "assessment { person { id } assessedBy { id } assessedOn level frameworkVersion allMet evidence \
    results { code outcome } } refusals { code message path }";

fn version(version: &str, from: &str, until: &str) -> Value {
    let statement = |code: &str, level: i32, domain: &str| json!({ "code": code, "level": level, "domain": domain, "text": "Listens without judging." });
    json!({
        "version": version, "inForceFrom": from, "transitionUntil": until, "approvedBy": "Staff Governance Committee",
        "approvedOn": "2026-11-02",
        "statements": [statement("C1", 2, "Coping"), statement("C2", 2, "Connecting on"), statement("T1", 3, "Information")],
    })
}

async fn published(world: &World, input: Value) -> Value {
    let payload = command(world, COORDINATOR, "publishFramework", input, FRAMEWORK).await;
    assert_eq!(payload["refusals"], json!([]), "{payload}");
    payload["framework"]["id"].clone()
}

/// An assessment of a person at level 2, with the outcome of the second of its two statements.
fn of(person: i64, second: &str) -> Value {
    json!({
        "personId": person_id(person), "level": 2, "evidence": "Sat in on two conversations.",
        "results": [{ "code": "C1", "outcome": "MET" }, { "code": "C2", "outcome": second }],
    })
}

async fn assess(world: &World, by: i64, input: Value) -> Value {
    command(world, by, "recordAssessment", input, ASSESSMENT).await
}

/// The same input with another field.
fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    input
}

/// The status of ward N1, and why its Peer Supporter does not count.
async fn ward(world: &World) -> (Value, Value) {
    let query = "{ team(code: \"N1\") { status supporters { nodes { reasonsAgainst signedOffOn } } } }";
    let answer = answer(&as_person(world, LINE_MANAGER).await, query, json!({})).await;
    let team = &answer["data"]["team"];
    (team["status"].clone(), team["supporters"]["nodes"][0]["reasonsAgainst"].clone())
}

/// What a person reads of the evidence in the assessments of another.
async fn evidence(world: &World, by: i64, of: i64) -> Vec<Value> {
    let query = format!("{{ assessments(personId: \"{}\") {{ totalCount nodes {{ evidence }} }} }}", person_id(of));
    let answer = answer(&as_person(world, by).await, &query, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let nodes = answer["data"]["assessments"]["nodes"].as_array().unwrap().clone();
    nodes.into_iter().map(|node| node["evidence"].clone()).collect()
}

/// The numbers of rows that a refused command must not change.
async fn rows(world: &World) -> [u64; 5] {
    let db = &world.db;
    [
        framework::Entity::find().count(db).await.unwrap(),
        assessment::Entity::find().count(db).await.unwrap(),
        assessment_result::Entity::find().count(db).await.unwrap(),
        register_text::Entity::find().count(db).await.unwrap(),
        register_change::Entity::find().count(db).await.unwrap(),
    ]
}

both!(
    async fn only_coordinators_publish_a_framework(world: World) {
        organised(&world).await;
        let before = rows(&world).await;
        let good = version("1", "2026-11-16", "2026-12-31");
        for by in [NOMINEE, TRAINER, SENIOR_MANAGER] {
            let answer = attempt(&world, by, "publishFramework", good.clone(), FRAMEWORK).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
        }
        let statements = |level: i32| json!([{ "code": "C1", "level": level, "domain": "Coping", "text": "Listens." }]);
        let twice = json!([statements(2)[0], statements(2)[0]]);
        for (field, value, code) in [
            ("version", json!(""), "TEXT_TOO_LONG"),
            ("approvedBy", json!(" "), "TEXT_TOO_LONG"),
            ("approvedOn", json!("2026-11-17"), "DAY_OUT_OF_RANGE"),
            ("inForceFrom", json!("2026-11-15"), "DAY_OUT_OF_RANGE"),
            ("transitionUntil", json!("2026-11-15"), "DAY_OUT_OF_RANGE"),
            ("statements", json!([]), "MISSING"),
            ("statements", statements(4), "STATEMENT_UNKNOWN"),
            ("statements", twice, "ALREADY_DONE"),
        ] {
            let input = with(good.clone(), field, value);
            assert_eq!(refused(&command(&world, COORDINATOR, "publishFramework", input, FRAMEWORK).await), code);
        }
        let tried = with(good.clone(), "preview", json!(true));
        assert_eq!(command(&world, COORDINATOR, "publishFramework", tried, FRAMEWORK).await["framework"], Value::Null);
        assert_eq!(rows(&world).await, before);
        published(&world, good.clone()).await;
        for again in [version("1", "2026-11-20", "2026-12-31"), version("2", "2026-11-16", "2026-12-31")] {
            let payload = command(&world, COORDINATOR, "publishFramework", again, FRAMEWORK).await;
            assert_eq!(refused(&payload), "ALREADY_DONE");
        }
        let query = "{ frameworks { totalCount nodes { version isInForce statements { code level } } } }";
        let seen = answer(&as_person(&world, NOMINEE).await, query, json!({})).await;
        assert_eq!(seen["data"]["frameworks"]["totalCount"], 1, "{seen}");
        assert_eq!(seen["data"]["frameworks"]["nodes"][0]["statements"][2], json!({ "code": "T1", "level": 3 }));
    }
);

both!(
    async fn only_trainers_and_coordinators_assess_others(world: World) {
        organised(&world).await;
        let early = assess(&world, TRAINER, of(SUPPORTER, "MET")).await;
        assert_eq!(refused(&early), "MISSING", "no version is in force");
        let id = published(&world, version("1", "2026-11-16", "2026-12-31")).await;
        let before = rows(&world).await;
        for by in [NOMINEE, SENIOR_MANAGER, SUPPORTER] {
            let answer = attempt(&world, by, "recordAssessment", of(SUPPORTER, "MET"), ASSESSMENT).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
        }
        // A nurse who is no Peer Supporter, and no one: the same answer for a Trainer.
        for person in [NOMINEE, 900] {
            let answer = attempt(&world, TRAINER, "recordAssessment", of(person, "MET"), ASSESSMENT).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
        }
        for by in [TRAINER, COORDINATOR] {
            assert_eq!(refused(&assess(&world, by, of(by, "MET")).await), "OWN_CASE");
        }
        let of_supporter = || of(SUPPORTER, "MET");
        let one = json!([{ "code": "C1", "outcome": "MET" }]);
        let foreign = json!([{ "code": "C1", "outcome": "MET" }, { "code": "T1", "outcome": "MET" }]);
        for (field, value, code) in [
            ("results", one, "MISSING"),
            ("results", foreign, "STATEMENT_UNKNOWN"),
            ("level", json!(1), "STATEMENT_UNKNOWN"),
            ("level", json!(4), "STATEMENT_UNKNOWN"),
            ("evidence", json!("x".repeat(501)), "TEXT_TOO_LONG"),
            ("day", json!("2026-11-17"), "DAY_OUT_OF_RANGE"),
            ("day", json!("2026-11-08"), "DAY_OUT_OF_RANGE"),
            ("frameworkId", json!(person_id(3)), "STATEMENT_UNKNOWN"),
        ] {
            assert_eq!(refused(&assess(&world, TRAINER, with(of_supporter(), field, value)).await), code);
        }
        let yesterday = with(with(of_supporter(), "frameworkId", id), "day", json!("2026-11-15"));
        assert_eq!(refused(&assess(&world, TRAINER, yesterday).await), "DAY_OUT_OF_RANGE");
        let tried = assess(&world, TRAINER, with(of_supporter(), "preview", json!(true))).await;
        assert_eq!(tried, json!({ "assessment": null, "refusals": [] }));
        assert_eq!(rows(&world).await, before);
    }
);

both!(
    async fn a_coordinators_linked_number_is_their_own_case(world: World) {
        organised(&world).await;
        published(&world, version("1", "2026-11-16", "2026-12-31")).await;
        // The coordinator is a Peer Supporter of ward S2 under another number.
        let query = "mutation($input: LinkPeopleInput!) { linkPeople(input: $input) { done } }";
        let input = json!({ "personId": person_id(COORDINATOR), "sameAsId": person_id(38) });
        let linked = answer(&as_person(&world, COORDINATOR).await, query, json!({ "input": input })).await;
        assert_eq!(linked["data"]["linkPeople"]["done"], true, "{linked}");
        let before = rows(&world).await;
        for number in [COORDINATOR, 38] {
            assert_eq!(refused(&assess(&world, COORDINATOR, of(number, "MET")).await), "OWN_CASE", "{number}");
        }
        assert_eq!(rows(&world).await, before);
        assert_eq!(assess(&world, TRAINER, of(38, "MET")).await["refusals"], json!([]));
    }
);

both!(
    async fn an_assessment_signs_off_and_another_ends_it(world: World) {
        organised(&world).await;
        published(&world, version("1", "2026-11-16", "2026-12-31")).await;
        sign_off::Entity::delete_many().exec(&world.db).await.unwrap();
        board::changed(&world.db).await;
        let unsigned = (json!("NONE"), json!(["NOT_SIGNED_OFF"]));
        assert_eq!(ward(&world).await, unsigned);
        let payload = assess(&world, TRAINER, of(SUPPORTER, "MET")).await;
        assert_eq!(payload["refusals"], json!([]), "{payload}");
        let expected = json!({
            "person": { "id": person_id(SUPPORTER) }, "assessedBy": { "id": person_id(TRAINER) }, "assessedOn": "2026-11-16",
            "level": 2, "frameworkVersion": "1", "allMet": true, "evidence": "Sat in on two conversations.",
            "results": [{ "code": "C1", "outcome": "MET" }, { "code": "C2", "outcome": "MET" }],
        });
        assert_eq!(payload["assessment"], expected);
        assert_eq!(ward(&world).await, (json!("AT_RISK"), json!([])));
        // Level 3 is not the level of Peer Supporters.
        let trainer_level = json!({
            "personId": person_id(SUPPORTER), "level": 3, "results": [{ "code": "T1", "outcome": "NOT_YET" }]
        });
        assert_eq!(assess(&world, COORDINATOR, trainer_level).await["assessment"]["allMet"], false);
        assert_eq!(ward(&world).await, (json!("AT_RISK"), json!([])));
        assert_eq!(assess(&world, COORDINATOR, of(SUPPORTER, "NOT_YET")).await["assessment"]["allMet"], false);
        assert_eq!(ward(&world).await, unsigned);
        let once = with(of(SUPPORTER, "MET"), "idempotencyKey", json!("once"));
        assess(&world, COORDINATOR, once.clone()).await;
        assert_eq!(ward(&world).await, (json!("AT_RISK"), json!([])));
        assert_eq!(assess(&world, COORDINATOR, once).await["refusals"], json!([]));
        assert_eq!(assessment::Entity::find().count(&world.db).await.unwrap(), 4);
    }
);

both!(
    async fn what_was_not_met_ends_a_files_sign_off(world: World) {
        organised(&world).await;
        published(&world, version("1", "2026-11-16", "2026-12-31")).await;
        assert_eq!(ward(&world).await, (json!("AT_RISK"), json!([])));
        assess(&world, COORDINATOR, of(SUPPORTER, "NOT_YET")).await;
        assert_eq!(ward(&world).await, (json!("NONE"), json!(["NOT_SIGNED_OFF"])));
    }
);

both!(
    async fn a_replaced_version_serves_until_the_transition_ends(world: World) {
        organised(&world).await;
        sign_off::Entity::delete_many().exec(&world.db).await.unwrap();
        board::changed(&world.db).await;
        let first = published(&world, version("1", "2026-11-16", "2026-11-16")).await;
        published(&world, version("2", "2026-11-17", "2026-11-20")).await;
        let policy = json!({
            "unitCode": "BOARD", "inForceFrom": "2026-11-16", "policy": { "frameworkTransitionGates": true }
        });
        let selection = "policy { frameworkTransitionGates } refusals { code message path }";
        let payload = command(&world, COORDINATOR, "publishPolicy", policy, selection).await;
        assert_eq!(payload["policy"]["frameworkTransitionGates"], true, "{payload}");
        pass_days(&world, 4);
        let against_first = with(of(SUPPORTER, "MET"), "frameworkId", first);
        assert_eq!(assess(&world, TRAINER, against_first.clone()).await["refusals"], json!([]));
        assert_eq!(ward(&world).await, (json!("AT_RISK"), json!([])));
        pass_days(&world, 1);
        assert_eq!(ward(&world).await, (json!("NONE"), json!(["NOT_SIGNED_OFF"])));
        assert_eq!(refused(&assess(&world, TRAINER, against_first).await), "DOCUMENT_REPLACED");
        let payload = assess(&world, TRAINER, of(SUPPORTER, "MET")).await;
        assert_eq!(payload["assessment"]["frameworkVersion"], "2", "{payload}");
        assert_eq!(ward(&world).await, (json!("AT_RISK"), json!([])));
    }
);

both!(
    async fn evidence_is_read_by_those_concerned_and_erased(world: World) {
        organised(&world).await;
        published(&world, version("1", "2026-11-16", "2026-12-31")).await;
        assess(&world, TRAINER, of(SUPPORTER, "MET")).await;
        assess(&world, COORDINATOR, with(of(SUPPORTER, "MET"), "evidence", Value::Null)).await;
        let (text, none) = (json!("Sat in on two conversations."), Value::Null);
        assert_eq!(evidence(&world, SUPPORTER, SUPPORTER).await, [none.clone(), text.clone()]);
        assert_eq!(evidence(&world, COORDINATOR, SUPPORTER).await, [none, text.clone()]);
        assert_eq!(evidence(&world, TRAINER, SUPPORTER).await, [text], "the assessor sees their own");
        for by in [SENIOR_MANAGER, NOMINEE, COLLEAGUE] {
            assert_eq!(evidence(&world, by, SUPPORTER).await, Vec::<Value>::new(), "{by}");
        }
        for row in register_change_row::Entity::find().all(&world.db).await.unwrap() {
            let kept = json!([row.before, row.after]).to_string();
            assert!(!kept.contains("conversations"), "{kept}");
        }
        for change in register_change::Entity::find().all(&world.db).await.unwrap() {
            assert!(!json!(change.after).to_string().contains("conversations"), "{:?}", change.after);
        }
        let by = AuditContext::operator(world.clock.now());
        erasure::erase(&world.db, PersonId(SUPPORTER), ErasureReason::Requested, &by).await.unwrap();
        assert_eq!(register_text::Entity::find().count(&world.db).await.unwrap(), 0);
        assert_eq!(evidence(&world, COORDINATOR, SUPPORTER).await, [Value::Null, Value::Null]);
        assert_eq!(ward(&world).await.0, "AT_RISK", "the sign-off stays");
    }
);

both!(
    async fn managers_who_approve_read_the_evidence(world: World) {
        organised(&world).await;
        published(&world, version("1", "2026-11-16", "2026-12-31")).await;
        let id = nominated_and_accepted(&world).await;
        assess(&world, COORDINATOR, of(NOMINEE, "MET")).await;
        let text = [json!("Sat in on two conversations.")];
        for by in [LINE_MANAGER, SENIOR_MANAGER, NOMINEE] {
            assert_eq!(evidence(&world, by, NOMINEE).await, text, "{by}");
        }
        assert_eq!(evidence(&world, COLLEAGUE, NOMINEE).await, Vec::<Value>::new(), "the nominator");
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        assert_eq!(evidence(&world, LINE_MANAGER, NOMINEE).await, text);
    }
);
