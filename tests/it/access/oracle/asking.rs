//! Queries of the schema as a viewer, and an ADMIN's answers, cached.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_graphql::Request;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::period::Day;
use psn::access::Viewer;
use psn::graphql::PsnSchema;
use sea_orm::DatabaseConnection;
use serde_json::{Value, json};

use super::expected::{Looked, Mask};
use super::facts::Facts;
use super::question::Selection;
use super::schema::Schema;
use super::sight::Sight;
use super::viewers;
use crate::harness::{World, day};

/// The world, the schema over it, and an ADMIN's answers up to now.
pub(super) struct Asking {
    pub(super) api: PsnSchema,
    pub(super) schema: Schema,
    pub(super) facts: Facts,
    pub(super) looked: Looked,
    told: Mutex<HashMap<String, Arc<Value>>>,
}

impl Asking {
    pub(super) async fn over(world: &World, db: DatabaseConnection) -> Self {
        Self {
            api: psn::graphql::schema(
                db,
                world.clock.clone(),
                chrono_tz::Europe::London,
                Default::default(),
                Default::default(),
            ),
            schema: Schema::walked(&psn::graphql::sdl()),
            facts: Facts::read(&world.db, day("2026-11-16")).await,
            looked: Looked::default(),
            told: Mutex::default(),
        }
    }

    /// The whole answer to a query.
    pub(super) async fn answer(&self, query: &str, viewer: &Viewer) -> Value {
        let request = psn::graphql::prepare(Request::new(query), viewer.clone());
        serde_json::to_value(self.api.execute(request).await).unwrap()
    }

    /// The data that an ADMIN gets.
    pub(super) async fn reference(&self, query: &str) -> Arc<Value> {
        if let Some(told) = self.told.lock().unwrap().get(query) {
            return Arc::clone(told);
        }
        let mut answer = self.answer(query, &viewers::admin()).await;
        assert_eq!(answer.get("errors"), None, "{query}");
        let told = Arc::new(answer["data"].take());
        self.told.lock().unwrap().insert(query.to_owned(), Arc::clone(&told));
        told
    }

    /// Queries as a viewer, and asserts that the answer is exactly what the oracle leaves of an ADMIN's answer. Returns the
    /// number of values in it.
    pub(super) async fn check(&self, asked: &Selection, who: &str, sight: &Sight<'_>) -> usize {
        let reference = self.reference(&asked.written("Query", sight.top())).await;
        let mask = Mask { schema: &self.schema, sight, looked: &self.looked };
        let expected = mask.object("Query", asked, &reference, &[]);
        let query = asked.written("Query", None);
        let answer = self.answer(&query, &sight.viewer).await;
        let differences = differences("", &expected, &filled(&answer));
        assert!(differences.is_empty(), "{who} asks {query}\n{}", differences.join("\n"));
        for error in answer["errors"].as_array().into_iter().flatten() {
            let key = error["path"][0].as_str().unwrap_or_default();
            let lacks =
                |value: &Value| value.is_null() || value.as_array().is_some_and(|all| all.iter().any(Value::is_null));
            // Even if a policy may be tried on a unit, some changes may be refused.
            let code = if key.starts_with("whatIf") { ["NOT_FOUND", "FORBIDDEN"] } else { ["NOT_FOUND"; 2] };
            let fits = code.iter().any(|code| error["extensions"]["code"] == *code) && lacks(&expected[key]);
            assert!(fits, "{who} asks {query}\n{error}");
        }
        values(&answer["data"])
    }

    /// The ids of all objects of a kind that are on file.
    pub(super) fn ids(&self, kind: &str) -> Vec<String> {
        let numbers: Vec<i64> = match kind {
            "Unit" | "Team" => self.facts.units.iter().map(|unit| unit.id.0).collect(),
            "Person" => self.facts.people.iter().map(|person| person.0).collect(),
            "Delivery" => self.facts.mails.iter().map(|mail| mail.0).collect(),
            "Snapshot" => (1..=4).collect(),
            "GapReport" | "ImportBatch" => vec![1, 2],
            "JobRun" => vec![1, 2, 3],
            "AuditEvent" => self.facts.events.clone(),
            other => panic!("say in {} which ids there are of the kind {other}", file!()),
        };
        // No one works in a sector or in a ward that has closed, so it is no team.
        let is_team = |unit: &i64| !(kind == "Team" && [2, 3, 9].contains(unit));
        numbers.into_iter().filter(is_team).map(|number| encoded(kind, number)).collect()
    }
}

/// The data of an answer, with null where a root field was refused: the engine leaves it out.
fn filled(answer: &Value) -> Value {
    let refused = answer["errors"].as_array().into_iter().flatten().map(|error| &error["path"]);
    let keys: Vec<_> = refused.filter(|path| path[1].is_null()).filter_map(|path| path[0].as_str()).collect();
    let mut data = answer["data"].clone();
    if data.is_null() && !keys.is_empty() {
        data = json!({});
    }
    if let Some(data) = data.as_object_mut() {
        keys.into_iter().for_each(|key| _ = data.entry(key).or_insert(Value::Null));
    }
    data
}

/// An id as the API returns it.
pub(super) fn encoded(kind: &str, number: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{kind}:{number}"))
}

/// The id with another number; the day in it, if any, stays.
pub(super) fn renumbered(id: &str, number: i64) -> String {
    let text = text(id);
    let day = text.split_once('@').map_or_else(String::new, |(_, day)| format!("@{day}"));
    URL_SAFE_NO_PAD.encode(format!("{}:{number}{day}", decoded(id).0))
}

/// The id of a unit or team as it is returned for a named day.
pub(super) fn on_a_day(id: &str, day: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}@{day}", text(id)))
}

fn text(id: &str) -> String {
    String::from_utf8(URL_SAFE_NO_PAD.decode(id).unwrap()).unwrap()
}

/// The day in an id, if any.
pub(super) fn day_of(id: &str) -> Option<Day> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
    text.split_once('@').map(|(_, named)| day(named))
}

/// Kind and number of an id.
pub(super) fn decoded(id: &str) -> (String, i64) {
    let text = text(id);
    let (kind, number) = text.split_once(':').unwrap();
    (kind.to_owned(), number.split('@').next().unwrap().parse().unwrap())
}

/// The differences between two answers, at most ten.
pub(super) fn differences(at: &str, expected: &Value, found: &Value) -> Vec<String> {
    let mut all = Vec::new();
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) if expected.len() == found.len() => {
            for (key, value) in expected {
                all.extend(differences(&format!("{at}.{key}"), value, found.get(key).unwrap_or(&json!("(absent)"))));
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (place, (value, found)) in expected.iter().zip(found).enumerate() {
                all.extend(differences(&format!("{at}[{place}]"), value, found));
            }
        }
        (expected, found) if expected == found => {}
        (expected, found) => {
            let short = |value: &Value| value.to_string().chars().take(300).collect::<String>();
            all.push(format!("{at}: the oracle says {}, and the API {}", short(expected), short(found)));
        }
    }
    all.truncate(10);
    all
}

fn values(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Array(items) => items.iter().map(values).sum(),
        Value::Object(fields) => fields.values().map(values).sum(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}
