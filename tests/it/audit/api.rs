//! The log in the API: the events of changes, and who may read them.

use async_graphql::Request;
use entity::id::{ApiTokenId, AuditEventId, PersonId};
use entity::store::audit::{Event, record_alone};
use entity::table::audit_event;
use entity::value::AccessRole;
use psn::access::Viewer;
use psn::graphql::{PsnSchema, prepare, schema};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use super::{break_it, recorded_events, sign_in};
use crate::graphql::{board, history, site};
use crate::harness::{World, both, instant};
use crate::site::ask_with;

fn token(role: AccessRole) -> Viewer {
    Viewer::token(ApiTokenId(5), role, Vec::new(), true)
}

fn api(world: &World) -> PsnSchema {
    schema(world.db.clone(), world.clock.clone(), chrono_tz::Europe::London, Default::default(), Default::default())
}

/// Returns the answer to a viewer.
async fn execute(api: &PsnSchema, viewer: Viewer, query: &str) -> Value {
    serde_json::to_value(api.execute(prepare(Request::new(query), viewer)).await).unwrap()
}

const REQUEST: &str =
    r#"mutation { requestRun(input: { job: COVERAGE, period: "2026-11-16" }) { run { state } refusal { code } } }"#;

both! {
    async fn a_requested_run_is_recorded_with_actor_and_state(world: World) {
        board::organisation(&world.db).await;
        history::imports(&world.db).await;
        let api = api(&world);
        let coordinator = Viewer::person(PersonId(1), vec![AccessRole::Coordinator]);
        for _ in 0..2 {
            let answer = execute(&api, coordinator.clone(), REQUEST).await;
            assert_eq!(answer["data"]["requestRun"]["run"]["state"], "REQUESTED", "{answer}");
        }
        let event = |before| {
            let object = Some("run:coverage/2026-11-16".to_owned());
            ("person:1".to_owned(), "RUN_REQUESTED".to_owned(), object, before, json!({ "state": "REQUESTED" }))
        };
        assert_eq!(recorded_events(&world.db).await, [event(Value::Null), event(json!({ "state": "REQUESTED" }))]);

        // Refused for different reasons: nothing was changed, and nothing is recorded.
        let early = REQUEST.replace("2026-11-16", "2026-11-17");
        assert!(execute(&api, coordinator, &early).await["data"]["requestRun"]["refusal"].is_object());
        let forbidden = execute(&api, Viewer::person(PersonId(5), Vec::new()), REQUEST).await;
        assert_eq!(forbidden["errors"][0]["extensions"]["code"], "FORBIDDEN");
        assert_eq!(recorded_events(&world.db).await.len(), 2);
    }
}

both! {
    async fn a_change_that_cannot_be_recorded_is_not_made(world: World) {
        board::organisation(&world.db).await;
        history::imports(&world.db).await;
        break_it(&world.db).await;
        let answer = execute(&api(&world), token(AccessRole::Admin), REQUEST).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL");
        let runs = entity::table::job_run::Entity::find().all(&world.db).await.unwrap();
        assert!(runs.is_empty(), "{runs:?}");
    }
}

both! {
    async fn an_event_has_the_id_of_its_request(world: World) {
        board::organisation(&world.db).await;
        history::imports(&world.db).await;
        let answer = ask_with(&site(&world), &json!({ "query": REQUEST })).await;
        let row = audit_event::Entity::find_by_id(AuditEventId(1)).one(&world.db).await.unwrap().unwrap();
        let request = row.request_id.unwrap_or_default();
        assert!(!request.is_empty() && request == answer.header("x-request-id"), "{request}");
    }
}

/// Three sign-ins, an hour apart, and a read.
async fn a_morning(world: &World) {
    for (number, hour) in [(1, 8), (2, 9), (1, 10)] {
        let at = instant(&format!("2026-11-16T{hour:02}:00:00Z"));
        record_alone(&world.db, &Event { at, ..sign_in(number) }).await.unwrap();
    }
    let read = Event { at: instant("2026-11-16T11:00:00Z"), action: entity::value::Action::ReportRead, ..sign_in(2) };
    record_alone(&world.db, &read).await.unwrap();
}

both! {
    async fn an_auditor_asks_who_did_what_and_when(world: World) {
        board::organisation(&world.db).await;
        a_morning(&world).await;
        let api = api(&world);
        let numbers = async |arguments: &str| {
            let query = format!("{{ auditEvents{arguments} {{ totalCount nodes {{ number }} }} }}");
            let answer = execute(&api, token(AccessRole::Auditor), &query).await;
            let list = &answer["data"]["auditEvents"];
            let numbers: Vec<_> = list["nodes"].as_array().unwrap().iter().map(|node| node["number"].as_i64().unwrap()).collect();
            assert_eq!(list["totalCount"], numbers.len(), "{answer}");
            numbers
        };
        assert_eq!(numbers("").await, [4, 3, 2, 1]);
        assert_eq!(numbers(r#"(actor: "person:1")"#).await, [3, 1]);
        assert_eq!(numbers("(action: SIGN_IN)").await, [3, 2, 1]);
        assert_eq!(numbers(r#"(object: "person:2", action: REPORT_READ)"#).await, [4]);
        // From one instant, and before another.
        assert_eq!(numbers(r#"(since: "2026-11-16T09:00:00Z", until: "2026-11-16T11:00:00Z")"#).await, [3, 2]);
        assert_eq!(numbers(r#"(object: "' OR 1=1 --")"#).await, [] as [i64; 0]);

        let query = r#"{ auditEvents(actor: "somebody") { totalCount } }"#;
        let refused = execute(&api, token(AccessRole::Auditor), query).await;
        assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT", "argument": "actor" }));
    }
}

both! {
    async fn an_event_shows_the_input_of_its_hash(world: World) {
        board::organisation(&world.db).await;
        a_morning(&world).await;
        let api = api(&world);
        let query = "{ auditEvents(first: 1) { pageInfo { endCursor hasNextPage } nodes {
            id number at actor action object before after requestId previousHash hash } } }";
        let first = execute(&api, token(AccessRole::Auditor), query).await["data"]["auditEvents"].clone();
        let row = audit_event::Entity::find_by_id(AuditEventId(4)).one(&world.db).await.unwrap().unwrap();
        assert_eq!(first["nodes"][0], json!({
            "id": first["nodes"][0]["id"], "number": 4, "at": "2026-11-16T11:00:00Z", "actor": "person:2",
            "action": "REPORT_READ", "object": "person:2", "before": null, "after": row.after, "requestId": "00ff",
            "previousHash": row.previous_hash, "hash": row.hash,
        }));
        // Events in the meantime do not shift the pages.
        record_alone(&world.db, &sign_in(9)).await.unwrap();
        let after = first["pageInfo"]["endCursor"].as_str().unwrap();
        let next = format!(r#"{{ auditEvents(first: 5, after: "{after}") {{ nodes {{ number }} pageInfo {{ hasNextPage }} }} }}"#);
        let next = execute(&api, token(AccessRole::Auditor), &next).await;
        assert_eq!(next["data"]["auditEvents"], json!({
            "nodes": [{ "number": 3 }, { "number": 2 }, { "number": 1 }], "pageInfo": { "hasNextPage": false },
        }));
    }
}

both! {
    async fn only_auditors_find_events_even_by_id(world: World) {
        board::organisation(&world.db).await;
        a_morning(&world).await;
        let api = api(&world);
        let found = execute(&api, token(AccessRole::Auditor), "{ auditEvents(last: 1) { nodes { id } } }").await;
        let id = found["data"]["auditEvents"]["nodes"][0]["id"].as_str().unwrap();
        let by_id = format!(r#"{{ node(id: "{id}") {{ id ... on AuditEvent {{ actor }} }} }}"#);
        assert_eq!(execute(&api, token(AccessRole::Auditor), &by_id).await["data"]["node"]["actor"], "person:1");

        let person = |roles: &[AccessRole]| Viewer::person(PersonId(1), roles.to_vec());
        let others = [
            token(AccessRole::Admin),
            token(AccessRole::Dashboard),
            person(&[]),
            person(&[AccessRole::Admin, AccessRole::Coordinator]),
        ];
        for viewer in others {
            let list = execute(&api, viewer.clone(), "{ auditEvents { totalCount nodes { id } pageInfo { hasNextPage } } }").await;
            let nothing = json!({ "totalCount": 0, "nodes": [], "pageInfo": { "hasNextPage": false } });
            assert_eq!(list, json!({ "data": { "auditEvents": nothing } }), "{viewer:?}");
            let hidden = execute(&api, viewer.clone(), &by_id).await;
            let never = by_id.replace(id, "QXVkaXRFdmVudDo5OTk5");
            let absent = execute(&api, viewer, &never).await;
            assert_eq!(hidden["errors"][0]["extensions"], absent["errors"][0]["extensions"]);
            assert_eq!(hidden["errors"][0]["extensions"]["code"], "NOT_FOUND");
        }
    }
}
