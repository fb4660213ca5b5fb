//! The register from outside: each step by the person who may take it, on both databases.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

mod allocations;
mod assessments;
mod authority;
mod bulk;
mod carry_over;
mod directory_entry;
mod documents;
mod files;
mod history;
mod links;
mod lists;
mod mail;
mod mailbox;
mod midnight;
mod nominations;
mod paper;
mod processes;
mod random;
mod replay;
mod roles;
mod sight;
mod story;
mod subscriptions;
mod together;
mod undo;

use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::actor::Actor;
use entity::id::PersonId;
use entity::store::access::grant::{self, NewGrant};
use entity::value::AccessRole;
use psn::graphql::persisted::Persisted;
use serde_json::{Value, json};

use crate::graphql::{answer, board, closed};
use crate::harness::{World, day};

/// The fields of a nomination that tests look at.
const NOMINATION: &str = "id version state role unitCode share acceptedOn lapsesOn endedOn statement \
    checklist { code result required sentence } \
    decisions { capacity decision protectedHours reason question answer decidedBy { id } onBehalfOf { id } } \
    possibleDeciders { capacity because unitCode person { id } onBehalfOf { id } }";

/// The line manager of everyone on the board.
pub(crate) const LINE_MANAGER: i64 = 1;
/// The senior manager of NORTH.
pub(crate) const SENIOR_MANAGER: i64 = 2;
/// The coordinator of the network.
pub(crate) const COORDINATOR: i64 = 33;
/// A nurse of ward N2, with Level 1.
pub(crate) const NOMINEE: i64 = 8;
/// Another nurse of ward N2.
pub(crate) const COLLEAGUE: i64 = 9;

/// The id of a person in the API.
pub(crate) fn person_id(number: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("Person:{number}"))
}

/// The site as a person who has signed in meets it.
pub(crate) async fn as_person(world: &World, number: i64) -> Router {
    world.person(number).await.with(closed(world, world.db.clone(), Persisted::default()))
}

/// The board with a coordinator.
pub(crate) async fn organised(world: &World) {
    board::organisation(&world.db).await;
    let new =
        NewGrant { person: PersonId(COORDINATOR), role: AccessRole::Coordinator, from: day("2026-01-01"), to: None };
    grant::add(&world.db, new, Actor::Operator, world.clock.now()).await.unwrap();
}

/// Gives a command as a person, and returns its payload. Errors fail the test.
pub(crate) async fn command(world: &World, person: i64, field: &str, input: Value, selection: &str) -> Value {
    let answer = attempt(world, person, field, input, selection).await;
    assert_eq!(answer.get("errors"), None, "{field}: {answer}");
    answer["data"][field].clone()
}

/// Gives a command as a person, and returns the answer with its errors.
pub(crate) async fn attempt(world: &World, person: i64, field: &str, input: Value, selection: &str) -> Value {
    attempt_at(&as_person(world, person).await, field, input, selection).await
}

/// The same at a site that goes on, as its caller.
pub(crate) async fn attempt_at(site: &Router, field: &str, input: Value, selection: &str) -> Value {
    let mut type_name: String = field.to_owned();
    type_name[..1].make_ascii_uppercase();
    let query = format!("mutation($input: {type_name}Input!) {{ {field}(input: $input) {{ {selection} }} }}");
    answer(site, &query, json!({ "input": input })).await
}

/// Nominates one person, and returns the result of the item.
pub(crate) async fn nominate(world: &World, by: i64, item: Value) -> Value {
    let selection = format!("results {{ nomination {{ {NOMINATION} }} refusals {{ code message path }} }}");
    let payload = command(world, by, "nominate", json!({ "items": [item] }), &selection).await;
    payload["results"][0].clone()
}

/// Decides on one nomination, and returns the result of the item.
pub(crate) async fn decide(world: &World, by: i64, item: Value) -> Value {
    let selection = format!("results {{ nomination {{ {NOMINATION} }} refusals {{ code message path }} }}");
    let payload = command(world, by, "decideNomination", json!({ "items": [item] }), &selection).await;
    payload["results"][0].clone()
}

/// Gives a command about one nomination, and returns its payload.
pub(crate) async fn about(world: &World, by: i64, field: &str, input: Value) -> Value {
    let selection = format!("nomination {{ {NOMINATION} }} refusals {{ code message path }}");
    command(world, by, field, input, &selection).await
}

/// The result without refusals; its nomination.
pub(crate) fn accepted(result: &Value) -> Value {
    assert_eq!(result["refusals"], json!([]), "{result}");
    result["nomination"].clone()
}

/// The code of the one refusal, whose message is a sentence.
pub(crate) fn refused(result: &Value) -> String {
    let refusals = result["refusals"].as_array().unwrap();
    assert_eq!(refusals.len(), 1, "{result}");
    assert!(refusals[0]["message"].as_str().unwrap().ends_with('.'), "{result}");
    refusals[0]["code"].as_str().unwrap().to_owned()
}

/// A nomination as a person sees it. Null if it is hidden from them.
pub(crate) async fn seen(world: &World, by: i64, id: &Value) -> Value {
    let query = format!("query($id: ID!) {{ nomination(id: $id) {{ {NOMINATION} }} }}");
    let answer = answer(&as_person(world, by).await, &query, json!({ "id": id })).await;
    if answer["errors"] != Value::Null {
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
    }
    answer["data"]["nomination"].clone()
}

/// A nomination of the nominee for ward N2 by a colleague.
pub(crate) async fn nominated(world: &World) -> Value {
    let item = json!({
        "personId": person_id(NOMINEE), "role": "PEER_SUPPORTER", "unitCode": "N2", "statement": "People talk to her."
    });
    let result = nominate(world, COLLEAGUE, item).await;
    accepted(&result)["id"].clone()
}

/// The same, accepted by the nominee.
pub(crate) async fn nominated_and_accepted(world: &World) -> Value {
    let id = nominated(world).await;
    accepted(&about(world, NOMINEE, "respondToNomination", json!({ "nominationId": id, "response": "ACCEPT" })).await);
    id
}

/// The line manager's approval of a nomination.
pub(crate) fn line(id: &Value) -> Value {
    json!({
        "nominationId": id, "capacity": "LINE", "decision": "ACCEPT", "protectedHours": 4.5, "skills": true,
        "experience": true,
    })
}

/// The senior manager's approval of a nomination.
pub(crate) fn senior(id: &Value) -> Value {
    json!({ "nominationId": id, "capacity": "SENIOR", "decision": "ACCEPT", "protectedHours": 4 })
}

/// Lets days pass.
pub(crate) fn pass_days(world: &World, days: i64) {
    world.clock.set(world.clock.now() + chrono::TimeDelta::days(days));
}
