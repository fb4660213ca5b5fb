//! Appointments, delegates, exemptions, policies and links, as commands: who may give them, and what they change at once.

mod acting;
mod appointments;
mod delegates;
mod exemptions;
mod links;
mod policies;

use entity::table::{appointment, delegation, exemption, policy, register_change};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::*;
use crate::harness::both;

/// What tests look at in the payload of a command about appointments.
const APPOINTMENT: &str = "appointment { id role person { id } firstDay lastDay } refusals { code message path }";

/// The numbers of rows that a refused command must not change.
async fn rows(world: &World) -> [u64; 5] {
    let db = &world.db;
    [
        appointment::Entity::find().count(db).await.unwrap(),
        delegation::Entity::find().count(db).await.unwrap(),
        exemption::Entity::find().count(db).await.unwrap(),
        policy::Entity::find().count(db).await.unwrap(),
        register_change::Entity::find().count(db).await.unwrap(),
    ]
}

/// Gives a command that needs a right that the person does not have.
async fn forbidden(world: &World, by: i64, field: &str, input: Value, selection: &str) {
    let answer = attempt(world, by, field, input, selection).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{by} {field}: {answer}");
}

/// Asks a question as the coordinator.
async fn asked(world: &World, query: &str) -> Value {
    let answer = answer(&as_person(world, COORDINATOR).await, query, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"].clone()
}

/// The people appointed to NORTH on a day with their delegates, as ids.
async fn responsible(world: &World, on: &str) -> Vec<(Value, Value)> {
    let query = format!(
        r#"{{ unit(code: "NORTH", asOf: "{on}") {{ appointments {{ person {{ id }} delegate {{ id }} }} }} }}"#
    );
    let rows = asked(world, &query).await["unit"]["appointments"].clone();
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| (row["person"]["id"].clone(), row["delegate"]["id"].clone())).collect()
}

/// A coordinator's appointment of a person as senior manager.
fn manager(person: i64, unit: &str, from: &str) -> Value {
    json!({ "personId": person_id(person), "unitCode": unit, "role": "SENIOR_MANAGER", "from": from })
}

/// The same input with more fields.
fn with(mut input: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("an object") };
    input.as_object_mut().unwrap().extend(more);
    input
}
