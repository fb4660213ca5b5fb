//! The contract: every word of it is described, and the examples that the playground opens with hold.

use std::path::Path;

use serde_json::{Value, json};

use super::{answer, board, data, history, site};
use crate::harness::both;

#[tokio::test]
async fn every_type_field_argument_and_value_is_described() {
    let db = entity::store::connect("sqlite::memory:").await.unwrap();
    let clock = entity::clock::Clock::fixed(crate::harness::instant("2026-11-16T09:00:00Z"));
    let schema = psn::graphql::schema(db, clock, chrono_tz::Europe::London, Default::default(), Default::default());
    let query = "{ __schema { types { name description fields { name description args { name description } }
        inputFields { name description } enumValues { name description } } } }";
    let answer = serde_json::to_value(schema.execute(query).await).unwrap();
    let mut bare = Vec::new();
    let mut look = |path: String, item: &Value| {
        if item["description"].as_str().unwrap_or("").trim().is_empty() {
            bare.push(path);
        }
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for kind in list(&answer["data"]["__schema"]["types"]) {
        let name = kind["name"].as_str().unwrap();
        // GraphQL's own; and of the library's connections only the fields can be described.
        if name.starts_with("__") || name == "ID" {
            continue;
        }
        if !name.ends_with("Connection") {
            look(name.to_owned(), &kind);
        }
        for part in ["fields", "inputFields", "enumValues"] {
            for field in list(&kind[part]) {
                let path = format!("{name}.{}", field["name"].as_str().unwrap());
                look(path.clone(), &field);
                for argument in list(&field["args"]) {
                    look(format!("{path}({})", argument["name"].as_str().unwrap()), &argument);
                }
            }
        }
    }
    assert!(bare.is_empty(), "without a description: {bare:#?}");
}

#[test]
fn every_list_that_can_be_long_is_a_page() {
    let sdl = psn::graphql::sdl();
    let connections = sdl.lines().filter(|line| line.contains("Connection!") && !line.starts_with("type ")).count();
    let pages = sdl.lines().filter(|line| line.trim().starts_with("first: Int = 20")).count();
    assert!(connections > 0 && connections == pages, "{connections} connections, {pages} of them with a page size");
}

both!(
    async fn the_examples_of_the_playground_hold(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        history::imports(&world.db).await;
        let site = site(&world);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/playground/examples");
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(files.len() >= 4, "{files:?}");
        for (at, file) in files.iter().enumerate() {
            let name = file.file_name().unwrap().to_str().unwrap();
            assert!(name.starts_with(&format!("{}-", at + 1)) && name.ends_with(".graphql"), "{name}");
            let text = std::fs::read_to_string(file).unwrap();
            assert!(text.lines().next().unwrap().starts_with("# "), "{name} begins with what it answers");
            assert!(text.lines().any(|line| line.starts_with("query ")), "{name} has a named operation");
            let found = data(&site, &text).await;
            let answered = found.as_object().unwrap().values().all(|value| !value.is_null());
            assert!(answered, "{name}: {found}");
        }
    }
);

both!(
    async fn who_asks_is_told_what_they_may_do(world: World) {
        let viewer = answer(
            &site(&world),
            "{ viewer { actor roles seesWholeNetwork mayRequestRuns person { id } } }",
            json!({}),
        )
        .await;
        let expected = json!({ "actor": "token:1", "roles": ["ADMIN"], "seesWholeNetwork": true, "mayRequestRuns": true, "person": null });
        assert_eq!(viewer["data"]["viewer"], expected);
    }
);
