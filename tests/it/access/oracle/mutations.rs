//! Every mutation as every viewer: without the right it is refused and changes nothing.

mod register;
mod service;

use sea_orm::{DbBackend, FromQueryResult as _, JsonValue, Statement};
use serde_json::Value;

use super::asking::Asking;
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

/// Every wish.
fn wishes() -> impl Iterator<Item = &'static Wish> {
    register::WISHES.iter().chain(service::WISHES)
}

#[test]
fn every_mutation_is_tried() {
    for field in Schema::read(&psn::graphql::sdl()).fields("Mutation") {
        assert!(
            wishes().any(|wish| wish.field == field.name),
            "{}: add to WISHES in tests/it/access/oracle/mutations how it is asked, and who may, of which object",
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
            for wish in wishes().filter(|wish| !(wish.may)(&sight)) {
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
            for wish in wishes().filter(|wish| (wish.may)(&sight)) {
                let answer = asking.answer(&format!("mutation {{ {} }}", (wish.asked)(&sight)), &viewer).await;
                assert_eq!(answer.get("errors"), None, "{who}: {answer}");
                allowed += 1;
            }
        }
        assert!(allowed >= 4, "{allowed}");
    }
);
