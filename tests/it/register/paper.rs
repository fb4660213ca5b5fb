//! Steps that coordinators record from paper, and disputes about them.

mod dispute;
mod record;
mod renewal;

use entity::id::{AllocationId, SignOffId};
use entity::table::{allocation, completion, sign_off};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Value, json};

use super::*;
use crate::board_builder::{changed, insert, pass};

/// Two more coordinators: who records and who settles are different people.
const SECOND: i64 = 34;
const THIRD: i64 = 36;

const RECORD: &str = "record { id step capacity counts mayDispute disputableUntil disputedOn settledOn outcome reference day recordedOn \
    person { id } recordedBy { id } } refusals { code message path }";

/// The board with three coordinators.
pub(crate) async fn with_coordinators(world: &World) {
    organised(world).await;
    for person in [SECOND, THIRD] {
        let (person, role) = (PersonId(person), AccessRole::Coordinator);
        let new = NewGrant { person, role, from: day("2026-01-01"), to: None };
        grant::add(&world.db, new, Actor::Operator, world.clock.now()).await.unwrap();
    }
}

/// A paper of a person.
fn paper(person: i64, on: &str) -> Value {
    json!({ "personId": person_id(person), "day": on, "reference": "PSN-2026/17" })
}

/// The same with the nominee's signature.
fn signed(person: i64, on: &str) -> Value {
    with(paper(person, on), json!({ "signedForm": true }))
}

/// An input with more fields.
fn with(mut input: Value, more: Value) -> Value {
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// The nomination of the nominee for ward N2 by a colleague, from a paper of 4 May.
fn nomination_form() -> Value {
    json!({
        "personId": person_id(NOMINEE), "role": "PEER_SUPPORTER", "unitCode": "N2", "paper": paper(COLLEAGUE, "2026-05-04"),
    })
}

fn acceptance(id: &Value, paper: Value) -> Value {
    json!({ "nominationId": id, "response": "ACCEPT", "paper": paper })
}

/// The nomination from paper, accepted on 6 May.
async fn accepted_on_paper(world: &World) -> Value {
    let id = accepted(&nominate(world, COORDINATOR, nomination_form()).await)["id"].clone();
    let input = acceptance(&id, signed(NOMINEE, "2026-05-06"));
    accepted(&about(world, COORDINATOR, "respondToNomination", input).await);
    id
}

fn line_form(id: &Value) -> Value {
    with(line(id), json!({ "paper": paper(LINE_MANAGER, "2026-05-07") }))
}

fn senior_form(id: &Value) -> Value {
    with(senior(id), json!({ "paper": paper(SENIOR_MANAGER, "2026-05-11") }))
}

/// The whole nomination from paper: the role has begun.
pub(crate) async fn approved_on_paper(world: &World) -> Value {
    let id = accepted_on_paper(world).await;
    accepted(&decide(world, COORDINATOR, line_form(&id)).await);
    let nomination = accepted(&decide(world, SECOND, senior_form(&id)).await);
    assert_eq!(nomination["state"], "APPROVED");
    id
}

/// The training and the sign-off of the nominee, so that only approvals decide whether ward N2 is covered.
async fn trained_and_signed_off(world: &World) {
    insert::<completion::Entity>(&world.db, [pass(900, NOMINEE, 2, "2026-05-08")]).await;
    let allocation = newest_allocation(world, NOMINEE).await.id;
    let signed = sign_off::Model { id: SignOffId(900), allocation_id: allocation, signed_off_on: day("2026-05-12") };
    insert::<sign_off::Entity>(&world.db, [signed]).await;
    changed(&world.db).await;
}

async fn newest_allocation(world: &World, person: i64) -> allocation::Model {
    let newest = allocation::Entity::find()
        .filter(allocation::Column::PersonId.eq(PersonId(person)))
        .order_by_desc(allocation::Column::Id);
    newest.one(&world.db).await.unwrap().unwrap()
}

/// The status of ward N2 on a day, as the coordinator sees it now.
async fn status(world: &World, on: &str) -> String {
    let query = format!("{{ team(code: \"N2\", asOf: \"{on}\") {{ status }} }}");
    let answer = answer(&as_person(world, COORDINATOR).await, &query, json!({})).await;
    answer["data"]["team"]["status"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// The status of ward N2 today.
async fn status_now(world: &World) -> String {
    let today = world.clock.now().format("%Y-%m-%d").to_string();
    status(world, &today).await
}

/// The records that a person sees.
async fn records(world: &World, by: i64) -> Vec<Value> {
    let query = "{ paperRecords(first: 100) { totalCount nodes { id step capacity counts mayDispute person { id } recordedBy { id }
        reference nominationId } } }";
    let answer = answer(&as_person(world, by).await, query, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["paperRecords"]["nodes"].as_array().unwrap().clone()
}

/// The id of the record of a person's step.
pub(crate) async fn record_of(world: &World, person: i64, step: &str) -> Value {
    let all = records(world, COORDINATOR).await;
    let of = |record: &&Value| record["person"]["id"] == person_id(person) && record["step"] == step;
    all.iter().find(of).unwrap_or_else(|| panic!("{person} {step}: {all:?}"))["id"].clone()
}

async fn dispute(world: &World, by: i64, id: &Value) -> Value {
    command(world, by, "disputeRecord", json!({ "recordId": id }), RECORD).await
}

async fn settle(world: &World, by: i64, id: &Value, outcome: &str) -> Value {
    command(world, by, "settleRecord", json!({ "recordId": id, "outcome": outcome }), RECORD).await
}

/// The payload without refusals; its record.
fn done(payload: &Value) -> Value {
    assert_eq!(payload["refusals"], json!([]), "{payload}");
    payload["record"].clone()
}

/// Disputes the step of a person, who sees it, and returns the record's id.
async fn disputed(world: &World, person: i64, step: &str) -> Value {
    let id = record_of(world, person, step).await;
    let record = done(&dispute(world, person, &id).await);
    assert_eq!((&record["counts"], &record["mayDispute"]), (&json!(false), &json!(false)), "{record}");
    id
}
