//! The history of an object, as each person may see it.

use serde_json::{Value, json};

use super::*;
use crate::harness::both;

const CHANGE: &str =
    "id at command actor { id } onBehalfOf { id } effectiveOn values { name before after } undoneBy undoes";

/// The history of an object as a person sees it. Null if the object is hidden from them.
pub(crate) async fn history(world: &World, by: i64, object: &str) -> Value {
    let (field, rest) = object.split_once(' ').unwrap_or((object, ""));
    let query = format!(
        "{{ {field} {{ {rest} {{ totalCount edges {{ cursor node {{ {CHANGE} }} }} pageInfo {{ hasNextPage }} }} }} }}"
    );
    answer(&as_person(world, by).await, &query, json!({})).await
}

/// The commands in the history of a person, newest first, as another person sees it.
pub(crate) async fn commands_about(world: &World, by: i64, person: i64) -> Vec<String> {
    let query = format!(
        "query($id: ID!) {{ node(id: $id) {{ ... on Person {{ history(first: 100) {{ totalCount nodes {{ {CHANGE} }} }} }} }} }}"
    );
    let answer = answer(&as_person(world, by).await, &query, json!({ "id": person_id(person) })).await;
    let history = &answer["data"]["node"]["history"];
    let nodes = history["nodes"].as_array().cloned().unwrap_or_default();
    assert_eq!(history["totalCount"].as_u64().unwrap_or(0), nodes.len() as u64, "{answer}");
    nodes.iter().map(|node| node["command"].as_str().unwrap().to_owned()).collect()
}

/// The ids of the changes of a nomination, newest first, as a person sees it.
pub(crate) async fn changes_of(world: &World, by: i64, nomination: &Value) -> Vec<Value> {
    let query = format!("query($id: ID!) {{ nomination(id: $id) {{ history {{ nodes {{ {CHANGE} }} }} }} }}");
    let answer = answer(&as_person(world, by).await, &query, json!({ "id": nomination })).await;
    answer["data"]["nomination"]["history"]["nodes"].as_array().cloned().unwrap_or_default()
}

fn words(changes: &[Value]) -> Vec<&str> {
    changes.iter().map(|change| change["command"].as_str().unwrap()).collect()
}

both!(
    async fn a_nomination_shows_its_steps_by_sight(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        let all = ["DECIDE_NOMINATION", "RESPOND_TO_NOMINATION", "NOMINATE"];
        for by in [NOMINEE, COORDINATOR, LINE_MANAGER, SENIOR_MANAGER] {
            assert_eq!(words(&changes_of(&world, by, &id).await), all, "{by}");
        }
        // The nominator sees their own step.
        assert_eq!(words(&changes_of(&world, COLLEAGUE, &id).await), ["NOMINATE"]);
        assert!(changes_of(&world, 10, &id).await.is_empty());

        let changes = changes_of(&world, NOMINEE, &id).await;
        assert_eq!(changes[0]["actor"]["id"], person_id(LINE_MANAGER));
        assert_eq!(changes[0]["effectiveOn"], "2026-11-16");
        let value = |name: &str, after: &str| json!({ "name": name, "before": null, "after": after });
        let values = changes[0]["values"].as_array().unwrap();
        for wanted in [value("capacity", "LINE"), value("decision", "ACCEPT"), value("protectedHours", "4.5")] {
            assert!(values.contains(&wanted), "{values:?}");
        }
        let values = changes[2]["values"].as_array().unwrap();
        assert!(values.contains(&value("unit", "N2")), "{values:?}");
        let names: Vec<_> = values.iter().map(|value| value["name"].as_str().unwrap()).collect();
        assert!(!names.contains(&"person") && !names.contains(&"statement"), "{names:?}");
    }
);

both!(
    async fn taking_back_is_seen_by_nominee_and_coordinators(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        accepted(&about(&world, NOMINEE, "withdrawNomination", json!({ "nominationId": id })).await);
        assert_eq!(changes_of(&world, NOMINEE, &id).await.len(), 4);
        assert_eq!(changes_of(&world, COORDINATOR, &id).await.len(), 4);
        // The manager decided, and is only told that it did not go ahead.
        let seen = changes_of(&world, LINE_MANAGER, &id).await;
        assert_eq!(words(&seen), ["DECIDE_NOMINATION", "RESPOND_TO_NOMINATION", "NOMINATE"]);
        assert_eq!(words(&changes_of(&world, COLLEAGUE, &id).await), ["NOMINATE"]);
    }
);

both!(
    async fn a_pause_is_in_the_history_of_two_people_only(world: World) {
        organised(&world).await;
        let supporter = roles::SUPPORTER;
        let before = commands_about(&world, LINE_MANAGER, supporter).await;
        for (field, input) in [("pause", json!({})), ("resume", json!({}))] {
            let payload = command(&world, supporter, field, input, "refusals { code }").await;
            assert_eq!(payload["refusals"], json!([]));
        }
        for by in [supporter, COORDINATOR] {
            assert_eq!(commands_about(&world, by, supporter).await, ["RESUME", "PAUSE"], "{by}");
        }
        for by in [LINE_MANAGER, SENIOR_MANAGER, NOMINEE, 36] {
            assert_eq!(commands_about(&world, by, supporter).await, before, "{by}");
        }
        let query = "{ supporters(underCode: \"N1\") { nodes { history(first: 1) { totalCount pageInfo { hasNextPage } \
                     edges { cursor } } } } }";
        let seen = answer(&as_person(&world, SENIOR_MANAGER).await, query, json!({})).await;
        let nothing = json!({ "totalCount": 0, "pageInfo": { "hasNextPage": false }, "edges": [] });
        assert_eq!(seen["data"]["supporters"]["nodes"], json!([{ "history": nothing }]), "{seen}");
    }
);

both!(
    async fn pages_follow_each_other(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        let query = "query($id: ID!, $after: String) { nomination(id: $id) { history(first: 2, after: $after) { totalCount \
                     nodes { command } pageInfo { hasNextPage endCursor } } } }";
        let nominee = as_person(&world, NOMINEE).await;
        let first = answer(&nominee, query, json!({ "id": id })).await["data"]["nomination"]["history"].clone();
        assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)), "{first}");
        let after = &first["pageInfo"]["endCursor"];
        let second =
            answer(&nominee, query, json!({ "id": id, "after": after })).await["data"]["nomination"]["history"].clone();
        assert_eq!(second["nodes"], json!([{ "command": "NOMINATE" }]));
        assert_eq!(second["pageInfo"]["hasNextPage"], false);
    }
);

both!(
    async fn policies_and_units_show_what_was_published(world: World) {
        organised(&world).await;
        let policy = json!({ "staffPerSupporter": 5, "minSupporters": 1 });
        let input = json!({ "unitCode": "N2", "inForceFrom": "2026-11-20", "policy": policy });
        let payload = command(&world, COORDINATOR, "publishPolicy", input, "refusals { code message }").await;
        assert_eq!(payload["refusals"], json!([]), "{payload}");
        for by in [COORDINATOR, SENIOR_MANAGER, allocations::LASTING_SUPPORTER] {
            let seen = history(&world, by, "unit(code:\"N2\") history").await;
            let edges = &seen["data"]["unit"]["history"]["edges"];
            assert_eq!(edges[0]["node"]["command"], "PUBLISH_POLICY", "{by}: {seen}");
            assert_eq!(edges[0]["node"]["actor"].is_null(), by == allocations::LASTING_SUPPORTER, "{by}");
        }
        let hidden = history(&world, 10, "unit(code:\"N2\") history").await;
        assert_eq!(hidden["errors"][0]["extensions"]["code"], "NOT_FOUND", "{hidden}");
        let query = "{ unit(code: \"N2\", asOf: \"2026-11-20\") { policy { history { nodes { command } } } } }";
        let seen = answer(&as_person(&world, SENIOR_MANAGER).await, query, json!({})).await;
        assert_eq!(
            seen["data"]["unit"]["policy"]["history"]["nodes"],
            json!([{ "command": "PUBLISH_POLICY" }]),
            "{seen}"
        );
    }
);

both!(
    async fn a_token_sees_no_history(world: World) {
        organised(&world).await;
        nominated(&world).await;
        let token = world.token(AccessRole::Coordinator, &[], true).await;
        let site = token.with(closed(&world, world.db.clone(), Persisted::default()));
        let query = "query($id: ID!) { node(id: $id) { ... on Person { history { totalCount } } } }";
        let seen = answer(&site, query, json!({ "id": person_id(NOMINEE) })).await;
        assert_eq!(seen["data"]["node"]["history"]["totalCount"], 0, "{seen}");
    }
);
