//! Information packs and agreements: coordinators publish them, and each person confirms them alone.

use entity::id::PersonId;
use entity::store::audit::AuditContext;
use entity::store::retention::Periods;
use entity::store::subject;
use entity::table::{document, document_confirmation, register_change, register_change_row};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::*;
use crate::harness::both;

/// The Peer Supporter of ward N1.
const SUPPORTER: i64 = 3;

const DOCUMENT: &str = "document { id kind version title address text inForceFrom signBy isInForce confirmedOn } \
    refusals { code message path }";

/// A version of the information pack.
fn pack(version: &str, from: &str) -> Value {
    json!({
        "kind": "INFORMATION_PACK", "version": version, "title": "Being a Peer Supporter",
        "address": "https://board.example/pack", "inForceFrom": from,
    })
}

/// A version of the agreement.
fn agreement(version: &str, from: &str) -> Value {
    json!({
        "kind": "AGREEMENT", "version": version, "title": "Agreement", "text": "I keep it to myself.", "inForceFrom": from,
    })
}

/// Publishes a document as the coordinator, and returns its ID.
async fn published(world: &World, input: Value) -> Value {
    let payload = command(world, COORDINATOR, "publishDocument", input, DOCUMENT).await;
    assert_eq!(payload["refusals"], json!([]), "{payload}");
    payload["document"]["id"].clone()
}

/// Gives a command about a document, and returns its payload.
async fn given(world: &World, by: i64, field: &str, id: &Value) -> Value {
    command(world, by, field, json!({ "documentId": id }), DOCUMENT).await
}

/// The versions of the documents that a person lists, and on which days they confirmed them.
async fn listed(world: &World, by: i64, list: &str) -> Vec<(String, Value)> {
    let query = format!("{{ {list} {{ totalCount nodes {{ kind version confirmedOn }} }} }}");
    let answer = answer(&as_person(world, by).await, &query, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let field = list.split('(').next().unwrap();
    let nodes = answer["data"][field]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| (node["version"].as_str().unwrap().to_owned(), node["confirmedOn"].clone())).collect()
}

/// The numbers of rows that a refused command must not change.
async fn rows(world: &World) -> [u64; 3] {
    let db = &world.db;
    [
        document::Entity::find().count(db).await.unwrap(),
        document_confirmation::Entity::find().count(db).await.unwrap(),
        register_change::Entity::find().count(db).await.unwrap(),
    ]
}

both!(
    async fn only_coordinators_publish(world: World) {
        organised(&world).await;
        let before = rows(&world).await;
        let with = |field: &str, value: Value| {
            let mut input = agreement("1", "2026-11-16");
            input[field] = value;
            input
        };
        for by in [NOMINEE, LINE_MANAGER, SENIOR_MANAGER] {
            let answer = attempt(&world, by, "publishDocument", pack("1", "2026-11-16"), DOCUMENT).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
        }
        for (input, code) in [
            (with("version", json!(" ")), "TEXT_TOO_LONG"),
            (with("title", json!("x".repeat(201))), "TEXT_TOO_LONG"),
            (with("address", json!("https://board.example")), "MISSING"),
            (with("text", Value::Null), "MISSING"),
            (with("inForceFrom", json!("2026-11-15")), "DAY_OUT_OF_RANGE"),
            (with("signBy", json!("2026-11-15")), "DAY_OUT_OF_RANGE"),
        ] {
            assert_eq!(refused(&command(&world, COORDINATOR, "publishDocument", input, DOCUMENT).await), code);
        }
        let mut unsafe_address = pack("1", "2026-11-16");
        unsafe_address["address"] = json!("http://board.example/pack");
        let payload = command(&world, COORDINATOR, "publishDocument", unsafe_address, DOCUMENT).await;
        assert_eq!(refused(&payload), "ADDRESS_INVALID");
        let tried = with("preview", json!(true));
        assert_eq!(command(&world, COORDINATOR, "publishDocument", tried, DOCUMENT).await["document"], Value::Null);
        assert_eq!(rows(&world).await, before);

        let payload = command(&world, COORDINATOR, "publishDocument", agreement("1", "2026-11-16"), DOCUMENT).await;
        let stored = &payload["document"];
        assert_eq!((&stored["signBy"], &stored["isInForce"]), (&json!("2027-01-15"), &json!(true)), "{payload}");
        for again in [agreement("1", "2026-11-20"), agreement("2", "2026-11-16")] {
            assert_eq!(
                refused(&command(&world, COORDINATOR, "publishDocument", again, DOCUMENT).await),
                "ALREADY_DONE"
            );
        }
        // The record of the change names it and holds none of its words.
        let mut kept = Vec::new();
        for row in register_change_row::Entity::find().all(&world.db).await.unwrap() {
            kept.push(json!([row.table_name, row.before, row.after]).to_string());
        }
        assert!(kept.len() == 1 && kept[0].contains("AGREEMENT") && !kept[0].contains("myself"), "{kept:?}");
    }
);

both!(
    async fn a_document_is_confirmed_by_its_reader_alone(world: World) {
        organised(&world).await;
        let pack_id = published(&world, pack("1", "2026-11-16")).await;
        let agreement_id = published(&world, agreement("1", "2026-11-16")).await;
        let before = rows(&world).await;
        assert_eq!(refused(&given(&world, SUPPORTER, "signAgreement", &pack_id).await), "WRONG_DOCUMENT");
        assert_eq!(refused(&given(&world, SUPPORTER, "acknowledgeDocument", &agreement_id).await), "WRONG_DOCUMENT");
        for id in [json!("nonsense"), json!(person_id(SUPPORTER))] {
            let answer = attempt(&world, SUPPORTER, "signAgreement", json!({ "documentId": id }), DOCUMENT).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
        }
        // There is no way to name another person.
        let input = json!({ "documentId": agreement_id, "personId": person_id(SUPPORTER) });
        let answer = attempt(&world, COORDINATOR, "signAgreement", input, DOCUMENT).await;
        assert!(answer["errors"][0].is_object() && answer["data"]["signAgreement"].is_null(), "{answer}");
        assert_eq!(rows(&world).await, before);

        // A coordinator's signature is the coordinator's own.
        let signed = given(&world, COORDINATOR, "signAgreement", &agreement_id).await;
        assert_eq!(signed["document"]["confirmedOn"], "2026-11-16", "{signed}");
        let own = json!("2026-11-16");
        assert_eq!(listed(&world, COORDINATOR, "confirmedDocuments").await, [("1".to_owned(), own.clone())]);
        let of_supporter = format!("confirmedDocuments(personId: \"{}\")", person_id(SUPPORTER));
        assert_eq!(listed(&world, COORDINATOR, &of_supporter).await, []);
        given(&world, SUPPORTER, "signAgreement", &agreement_id).await;
        given(&world, SUPPORTER, "acknowledgeDocument", &pack_id).await;
        assert_eq!(refused(&given(&world, SUPPORTER, "signAgreement", &agreement_id).await), "ALREADY_DONE");
        // The person and the coordinator see it, and no one else, whatever they are to the person.
        let both = [("1".to_owned(), own.clone()), ("1".to_owned(), own)];
        for by in [SUPPORTER, COORDINATOR] {
            assert_eq!(listed(&world, by, &of_supporter).await, both);
        }
        for by in [LINE_MANAGER, SENIOR_MANAGER, NOMINEE] {
            assert_eq!(listed(&world, by, &of_supporter).await, []);
        }
        let unsigned = [("1".to_owned(), Value::Null), ("1".to_owned(), Value::Null)];
        assert_eq!(listed(&world, NOMINEE, "documents").await, unsigned);
        let changes = register_change::Entity::find().all(&world.db).await.unwrap();
        assert_eq!(changes.iter().filter(|change| change.private).count(), 3);
        let by = AuditContext::operator(world.clock.now());
        let document =
            subject::export(&world.db, PersonId(SUPPORTER), &Periods::default(), &by).await.unwrap().unwrap();
        assert_eq!(document.json()["held"]["documents"]["records"].as_array().unwrap().len(), 2);
    }
);

both!(
    async fn a_replaced_document_is_not_confirmed(world: World) {
        organised(&world).await;
        let first = published(&world, agreement("1", "2026-11-16")).await;
        let second = published(&world, agreement("2", "2026-11-20")).await;
        let versions = |list: Vec<(String, Value)>| list.into_iter().map(|(version, _)| version).collect::<Vec<_>>();
        assert_eq!(versions(listed(&world, NOMINEE, "documents(kind: AGREEMENT)").await), ["2", "1"]);
        assert_eq!(versions(listed(&world, NOMINEE, "documents(kind: INFORMATION_PACK)").await), Vec::<String>::new());
        // One that is still to come may be signed already.
        let signed = given(&world, SUPPORTER, "signAgreement", &second).await;
        assert_eq!(signed["document"]["isInForce"], false, "{signed}");
        pass_days(&world, 4);
        assert_eq!(refused(&given(&world, COLLEAGUE, "signAgreement", &first).await), "DOCUMENT_REPLACED");
        // The same command again is answered, and done once.
        let input = json!({ "documentId": second, "idempotencyKey": "once" });
        let once = command(&world, COLLEAGUE, "signAgreement", input.clone(), DOCUMENT).await;
        assert_eq!(command(&world, COLLEAGUE, "signAgreement", input, DOCUMENT).await, once);
        assert_eq!(rows(&world).await[1], 2);
    }
);

both!(
    async fn a_nominee_reads_the_information_pack_first(world: World) {
        organised(&world).await;
        let earlier = published(&world, pack("1", "2026-11-16")).await;
        pass_days(&world, 1);
        let present = published(&world, pack("2", "2026-11-17")).await;
        let id = nominated(&world).await;
        let respond =
            |pack: Option<&Value>| json!({ "nominationId": id, "response": "ACCEPT", "informationPackId": pack });
        for pack in [None, Some(&earlier), Some(&json!("nonsense"))] {
            let payload = about(&world, NOMINEE, "respondToNomination", respond(pack)).await;
            assert_eq!(refused(&payload), "INFORMATION_NOT_READ");
            assert_eq!(payload["refusals"][0]["path"], json!(["input", "informationPackId"]));
        }
        assert_eq!(document_confirmation::Entity::find().count(&world.db).await.unwrap(), 0);
        // That a manager has read it does not help.
        given(&world, COORDINATOR, "acknowledgeDocument", &present).await;
        assert_eq!(
            refused(&about(&world, NOMINEE, "respondToNomination", respond(None)).await),
            "INFORMATION_NOT_READ"
        );
        let nomination = accepted(&about(&world, NOMINEE, "respondToNomination", respond(Some(&present))).await);
        assert_eq!(nomination["acceptedOn"], "2026-11-17");
        let read = ("2".to_owned(), json!("2026-11-17"));
        assert_eq!(listed(&world, NOMINEE, "confirmedDocuments").await, [read]);
    }
);

both!(
    async fn a_decline_and_a_pack_that_was_read_need_nothing_more(world: World) {
        organised(&world).await;
        let pack_id = published(&world, pack("1", "2026-11-16")).await;
        let id = nominated(&world).await;
        let decline = json!({ "nominationId": id, "response": "DECLINE" });
        accepted(&about(&world, NOMINEE, "respondToNomination", decline).await);
        let item = json!({ "personId": person_id(COLLEAGUE), "role": "PEER_SUPPORTER", "unitCode": "N2" });
        let id = accepted(&nominate(&world, LINE_MANAGER, item).await)["id"].clone();
        given(&world, COLLEAGUE, "acknowledgeDocument", &pack_id).await;
        let accept = json!({ "nominationId": id, "response": "ACCEPT" });
        accepted(&about(&world, COLLEAGUE, "respondToNomination", accept).await);
    }
);

/// The status of ward N1, and why its Peer Supporter does not count, as the line manager sees it now.
async fn ward(world: &World) -> (Value, Value) {
    let query = "{ team(code: \"N1\") { status supporters { nodes { reasonsAgainst } } } }";
    let answer = answer(&as_person(world, LINE_MANAGER).await, query, json!({})).await;
    let team = &answer["data"]["team"];
    (team["status"].clone(), team["supporters"]["nodes"][0]["reasonsAgainst"].clone())
}

/// Publishes a policy of the board that requires the agreement from a day on.
async fn requires(world: &World, from: &str) -> Value {
    let input = json!({ "unitCode": "BOARD", "inForceFrom": from, "policy": { "agreementRequired": true } });
    let selection = "policy { agreementRequired } refusals { code message path }";
    command(world, COORDINATOR, "publishPolicy", input, selection).await
}

both!(
    async fn a_required_agreement_decides_who_counts(world: World) {
        organised(&world).await;
        let payload = requires(&world, "2026-11-16").await;
        assert_eq!(refused(&payload), "MISSING");
        assert_eq!(payload["refusals"][0]["path"], json!(["input", "policy", "agreementRequired"]));
        let first = published(&world, agreement("1", "2026-11-16")).await;
        assert_eq!(ward(&world).await, (json!("AT_RISK"), json!([])), "no policy requires it yet");
        assert_eq!(requires(&world, "2026-11-16").await["policy"]["agreementRequired"], true);
        let missing = (json!("NONE"), json!(["AGREEMENT_MISSING"]));
        assert_eq!(ward(&world).await, missing);
        // No one else's signature helps.
        given(&world, LINE_MANAGER, "signAgreement", &first).await;
        given(&world, COORDINATOR, "signAgreement", &first).await;
        assert_eq!(ward(&world).await, missing);
        given(&world, SUPPORTER, "signAgreement", &first).await;
        assert_eq!(ward(&world).await, (json!("AT_RISK"), json!([])));
        // A new version gives time to sign, and no more.
        let mut second = agreement("2", "2026-11-16");
        second["inForceFrom"] = json!("2026-11-17");
        second["signBy"] = json!("2026-11-20");
        let second = published(&world, second).await;
        pass_days(&world, 4);
        assert_eq!(ward(&world).await, (json!("AT_RISK"), json!([])));
        pass_days(&world, 1);
        assert_eq!(ward(&world).await, missing);
        given(&world, SUPPORTER, "signAgreement", &second).await;
        assert_eq!(ward(&world).await, (json!("AT_RISK"), json!([])));
    }
);

both!(
    async fn a_senior_manager_may_not_try_the_agreement(world: World) {
        organised(&world).await;
        published(&world, agreement("1", "2026-11-16")).await;
        let query = "{ whatIf(unitCode: \"NORTH\", policy: { agreementRequired: true }) { after { teams { covered atRisk } } } }";
        for (by, code) in [(SENIOR_MANAGER, json!("FORBIDDEN")), (COORDINATOR, Value::Null)] {
            let answer = answer(&as_person(&world, by).await, query, json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
        }
    }
);
