//! The contract: everything in it is described, and the examples of the playground are valid.

use std::path::{Path, PathBuf};

use psn::graphql::persisted::Persisted;
use serde_json::{Value, json};

use tower::ServiceExt as _;

use super::{answer, board, closed, history, site};
use crate::harness::both;
use crate::site::{ask_with, post};

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
        // GraphQL's own types; of the library's connections only the fields can be described.
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

/// With `viewer.rights` and these descriptions a front end distinguishes "not allowed", "no such object" and "no data yet".
#[tokio::test]
async fn root_nulls_and_lists_are_described() {
    let db = entity::store::connect("sqlite::memory:").await.unwrap();
    let clock = entity::clock::Clock::fixed(crate::harness::instant("2026-11-16T09:00:00Z"));
    let schema = psn::graphql::schema(db, clock, chrono_tz::Europe::London, Default::default(), Default::default());
    let query = "{ __schema { types { name kind fields { name description type { kind name ofType { name } } } } } }";
    let answer = serde_json::to_value(schema.execute(query).await).unwrap();
    let (mut nullable, mut lists, mut silent) = (0, 0, Vec::new());
    for kind in answer["data"]["__schema"]["types"].as_array().unwrap() {
        let name = kind["name"].as_str().unwrap();
        let library =
            name.starts_with("__") || ["Connection", "Edge", "PageInfo"].iter().any(|end| name.ends_with(end));
        for field in kind["fields"].as_array().into_iter().flatten().filter(|_| !library) {
            let says = |word: &str| field["description"].as_str().unwrap_or_default().contains(word);
            let path = || format!("{name}.{}", field["name"].as_str().unwrap());
            let is_page = field["type"]["ofType"]["name"].as_str().is_some_and(|of| of.ends_with("Connection"));
            if field["type"]["kind"] != "NON_NULL" {
                nullable += 1;
                silent.extend((!says("Null")).then(path));
            } else if name == "Query" && is_page {
                lists += 1;
                silent.extend((!says("Empty if") || !says("right")).then(path));
            }
        }
    }
    assert!(nullable > 80 && lists > 10, "{nullable} {lists}");
    assert!(silent.is_empty(), "say when it is null or empty: {silent:#?}");
}

/// An example of the playground, with the variables beside it.
pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) variables: Option<Value>,
}

/// The examples, in the order of their file names, which is that of the tabs.
pub(crate) fn examples() -> Vec<Example> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/assets/playground/examples");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let queries = files.iter().filter(|file| file.extension().is_some_and(|end| end == "graphql"));
    let example = |file: &PathBuf| Example {
        name: file.file_name().unwrap().to_str().unwrap().to_owned(),
        text: std::fs::read_to_string(file).unwrap(),
        variables: std::fs::read(file.with_extension("json")).ok().map(|text| serde_json::from_slice(&text).unwrap()),
    };
    let examples: Vec<_> = queries.map(example).collect();
    let with_variables = examples.iter().filter(|example| example.variables.is_some()).count();
    assert_eq!(files.len(), examples.len() + with_variables, "every file is an example or its variables: {files:?}");
    examples
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
        // Nominations are seen and made by people, never by tokens.
        let nurse = world.person(8).await.with(closed(&world, world.db.clone(), Persisted::default()));
        let mut kinds = Vec::new();
        let examples = examples();
        for (at, Example { name, text, variables }) in examples.iter().enumerate() {
            assert!(name.starts_with(&format!("{:02}-", at + 1)), "{name}");
            assert!(text.lines().next().unwrap().starts_with("# "), "{name} begins with what it answers");
            // The width of the editor beside an answer, on a screen of 1,280 pixels and more.
            assert!(text.lines().all(|line| line.chars().count() <= 60), "{name} has a line that is too long");
            let kind = ["query ", "mutation ", "subscription "]
                .into_iter()
                .find(|kind| text.lines().any(|line| line.starts_with(kind)));
            let kind = kind.unwrap_or_else(|| panic!("{name} has a named operation"));
            kinds.push(kind);
            let variables = variables.clone().unwrap_or(json!({}));
            let body = json!({ "query": text, "variables": variables });
            if kind == "subscription " {
                let live = site.clone().oneshot(post("text/event-stream", body.to_string())).await.unwrap();
                assert_eq!(live.headers()["content-type"], "text/event-stream; charset=utf-8", "{name}");
                continue;
            }
            let asked = if name.contains("nominat") { &nurse } else { &site };
            let found = ask_with(asked, &body).await.json();
            assert_eq!(found.get("errors"), None, "{name}: {found}");
            let answered = found["data"].as_object().unwrap().values().all(|value| !value.is_null());
            assert!(answered, "{name}: {found}");
        }
        assert!(kinds.contains(&"mutation ") && kinds.contains(&"subscription "), "{kinds:?}");
        let with_variables = examples.iter().filter(|example| example.variables.is_some()).count();
        let with_parameters = examples.iter().filter(|example| example.text.contains('$')).count();
        assert!(
            with_variables >= 2 && with_variables == with_parameters,
            "an example has the variables that it asks for"
        );
    }
);

both!(
    async fn the_viewer_sees_their_rights(world: World) {
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
