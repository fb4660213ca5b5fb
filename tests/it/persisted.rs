//! Persisted operations: named by their hash or operation name, validated when the service starts, and the only ones that
//! dashboards may send.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::path::Path;

use axum::Router;
use axum::http::StatusCode;
use entity::value::AccessRole;
use psn::access::{Reach, Right};
use psn::config::AllowList;
use psn::graphql::persisted::{Persisted, identifier};
use serde_json::{Value, json};

use crate::cli::run;
use crate::graphql;
use crate::harness::{Engine, World};
use crate::site::{Answer, ask, ask_with, bare, encoded, get, post, seen_by, send};

const VERSION: &str = "query Version { version }\n";
const TWO: &str = "query First { version }\nquery Second { again: version }\n";
const SAME_NAME: &str = "query Second { other: version }\n";

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

/// A world with some files, and the closed site that has read them.
async fn site(allow_list: AllowList) -> (World, Router) {
    let world = World::new(Engine::Sqlite).await;
    write(
        world.folder.path(),
        &[
            ("version.graphql", VERSION),
            ("copy.graphql", VERSION),
            ("two.graphql", TWO),
            ("same.graphql", SAME_NAME),
            ("notes.txt", "{"),
        ],
    );
    let persisted = Persisted::read(world.folder.path(), allow_list).unwrap();
    let closed = graphql::closed(&world, world.db.clone(), persisted);
    (world, closed)
}

fn hash(text: &str) -> String {
    identifier(text).strip_prefix("sha256:").unwrap().to_owned()
}

fn by_hash(text: &str) -> Value {
    json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash(text)}}})
}

fn not_listed(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::FORBIDDEN, "OPERATION_NOT_LISTED"),
        "{}",
        answer.text
    );
    let body = answer.json();
    assert!(body.get("data").is_none() && body["errors"].as_array().unwrap().len() == 1);
}

#[tokio::test]
async fn an_operation_is_named_by_hash_or_name() {
    let (world, closed) = site(AllowList::Dashboards).await;
    // The example in the specification.
    assert_eq!(
        identifier("query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}"),
        "sha256:7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e"
    );
    let dashboard = seen_by(&world.db, &closed, AccessRole::Dashboard).await;
    let admin = seen_by(&world.db, &closed, AccessRole::Admin).await;
    let staff = seen_by(&world.db, &closed, AccessRole::Staff).await;
    let version = json!({"version": env!("CARGO_PKG_VERSION")});
    let again = json!({"again": env!("CARGO_PKG_VERSION")});
    for (body, data) in [
        (json!({"documentId": identifier(VERSION)}), &version),
        (json!({"documentId": "Version"}), &version),
        (by_hash(VERSION), &version),
        (json!({"documentId": identifier(VERSION), "query": VERSION}), &version),
        (json!({"query": VERSION, "extensions": by_hash(VERSION)["extensions"]}), &version),
        (json!({"documentId": identifier(VERSION), "extensions": by_hash(VERSION)["extensions"]}), &version),
        (json!({"documentId": identifier(TWO), "operationName": "Second"}), &again),
        (json!({"documentId": "First"}), &version),
        (json!({"documentId": "First", "operationName": "Second"}), &again),
    ] {
        for router in [&dashboard, &admin, &staff] {
            let answer = ask_with(router, &body).await;
            assert_eq!(&answer.json()["data"], data, "{body}: {}", answer.text);
            assert_eq!(answer.json()["extensions"]["cost"]["asked"], 1);
        }
    }
    for address in [
        format!("documentId={}", identifier(VERSION)),
        format!("documentId={}", encoded(&identifier(VERSION))),
        "documentId=Version&operationName=".to_owned(),
        format!("extensions={}", encoded(&by_hash(VERSION)["extensions"].to_string())),
    ] {
        assert_eq!(get(&dashboard, &format!("/graphql?{address}")).await.json()["data"], version, "{address}");
    }
    // In a file with several operations, one must be named; a name in two files identifies neither.
    assert_eq!(
        ask_with(&dashboard, &json!({"documentId": identifier(TWO)})).await.code(),
        "OPERATION_RESOLUTION_FAILURE"
    );
    not_listed(&ask_with(&dashboard, &json!({"documentId": "Second"})).await);
}

#[tokio::test]
async fn a_dashboard_may_send_listed_operations_only() {
    let (world, closed) = site(AllowList::Dashboards).await;
    let dashboard = seen_by(&world.db, &closed, AccessRole::Dashboard).await;
    for body in [
        json!({"query": "{version}"}),
        json!({"query": "query Version { version } "}),
        json!({"query": "query Version { version }\nquery More { board { name } }", "operationName": "Version"}),
        json!({"query": "{"}),
        json!({"documentId": identifier("{version}")}),
        json!({"documentId": "Nothing"}),
        json!({"documentId": ""}),
        json!({"documentId": "notes.txt"}),
        by_hash("{version}"),
    ] {
        not_listed(&ask_with(&dashboard, &body).await);
        let plain = send(&dashboard, post("application/json", body.to_string())).await;
        assert_eq!((plain.status, plain.code().as_str()), (StatusCode::OK, "OPERATION_NOT_LISTED"), "{body}");
    }
    not_listed(&get_new(&dashboard, "/graphql?query=%7Bversion%7D").await);
    // The text of a listed operation is accepted.
    assert_eq!(ask(&dashboard, VERSION).await.status, StatusCode::OK);
    for other in [AccessRole::Staff, AccessRole::Coordinator, AccessRole::Admin] {
        assert_eq!(ask(&seen_by(&world.db, &closed, other).await, "{version}").await.status, StatusCode::OK);
    }
}

async fn get_new(router: &Router, address: &str) -> Answer {
    let request = axum::http::Request::get(address).header("accept", "application/graphql-response+json");
    send(router, request.body(axum::body::Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_allow_list_never_limits_explorers() {
    for allow_list in [AllowList::NoOne, AllowList::Dashboards, AllowList::Everyone] {
        let (world, closed) = site(allow_list).await;
        for role in AccessRole::ALL {
            let bound = match allow_list {
                AllowList::NoOne => false,
                AllowList::Dashboards => *role == AccessRole::Dashboard,
                AllowList::Everyone => Right::Explore.reach(*role) != Reach::Everything,
            };
            let answer = ask(&seen_by(&world.db, &closed, *role).await, "{version}").await;
            assert_eq!(answer.status == StatusCode::FORBIDDEN, bound, "{allow_list:?} {role}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn no_request_adds_an_operation() {
    let (world, closed) = site(AllowList::Dashboards).await;
    let unlisted = "query Mine { mine: version }";
    let extensions = by_hash(unlisted)["extensions"].clone();
    for role in [AccessRole::Dashboard, AccessRole::Admin] {
        let router = seen_by(&world.db, &closed, role).await;
        for body in [
            json!({"query": unlisted, "extensions": extensions}),
            json!({"query": unlisted, "documentId": identifier(unlisted)}),
            // Another text under the name of a listed operation.
            json!({"query": unlisted, "documentId": identifier(VERSION)}),
            json!({"query": unlisted, "documentId": "Version"}),
        ] {
            let answer = ask_with(&router, &body).await;
            let code = answer.code();
            assert_eq!(
                (answer.status, code.as_str()),
                (StatusCode::BAD_REQUEST, "PERSISTED_QUERY_NOT_SUPPORTED"),
                "{body}"
            );
        }
        not_listed(&ask_with(&router, &json!({ "extensions": extensions })).await);
    }
    // If there are none, the client must send the query itself.
    for body in [by_hash(VERSION), json!({"documentId": "Version"})] {
        assert_eq!(ask_with(&bare().await, &body).await.code(), "PERSISTED_QUERY_NOT_SUPPORTED");
    }
    let malformed = [
        json!({"documentId": 5}),
        json!({"documentId": "a", "extensions": extensions}),
        json!({"extensions": {"persistedQuery": {"version": 2, "sha256Hash": hash(VERSION)}}}),
        json!({"extensions": {"persistedQuery": {"version": 1}}}),
        json!({"extensions": {"persistedQuery": "x"}}),
    ];
    let router = world.admin.with(closed);
    for body in malformed {
        assert_eq!(ask_with(&router, &body).await.code(), "BAD_REQUEST", "{body}");
    }
}

#[tokio::test]
async fn persisted_operations_obey_every_other_limit() {
    let world = World::new(Engine::Sqlite).await;
    let costly =
        "query Costly($n: Int!) { teams(first: $n) { nodes { supporters(first: 100) { nodes { ...five } } } } }
        fragment five on Supporter { a: __typename b: __typename c: __typename d: __typename e: __typename }";
    let introspection = "query Schema { __schema { queryType { name } } }";
    let change = "mutation Change($input: RequestRunInput!) { requestRun(input: $input) { __typename } }";
    let files = [("schema.graphql", introspection), ("change.graphql", change), ("costly.graphql", costly)];
    write(world.folder.path(), &files);
    let persisted = Persisted::read(world.folder.path(), AllowList::Dashboards).unwrap();
    let closed = graphql::closed(&world, world.db.clone(), persisted);
    let router = seen_by(&world.db, &closed, AccessRole::Dashboard).await;
    let asked = async |body: Value| ask_with(&router, &body).await.code();
    assert_eq!(asked(json!({"documentId": "Costly", "variables": {"n": 100}})).await, "QUERY_TOO_COSTLY");
    assert_eq!(asked(json!({"documentId": "Costly"})).await, "BAD_USER_INPUT");
    assert_eq!(asked(json!({"documentId": "Schema"})).await, "INTROSPECTION_REFUSED");
    let by_get = get(&router, &format!("/graphql?documentId=Change&variables={}", encoded("{\"input\":{}}"))).await;
    assert_eq!((by_get.status, by_get.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
}

#[test]
fn an_invalid_operation_file_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let operations = folder.path().join("operations");
    let refused = |says: &[&str]| {
        for command in [&["operations", "list"][..], &["serve", "--bind", "127.0.0.1:0"], &["check"]] {
            let flags = [command, &["--persisted-operations", "operations"]].concat();
            let (code, said, error) = run(folder.path(), &flags);
            let told = format!("{said}{error}");
            assert_eq!(code, Some(if command == ["check"] { 1 } else { 2 }), "{command:?}: {told}");
            for word in says {
                assert!(told.contains(word), "{command:?}: {told}");
            }
            let line = told.lines().find(|line| line.contains("PERSISTED_OPERATIONS"));
            assert!(line.is_some(), "one sentence: {told}");
        }
    };
    refused(&["operations", "cannot be read"]);
    std::fs::create_dir(&operations).unwrap();
    refused(&["no .graphql file"]);
    write(&operations, &[("a.graphql", VERSION), ("b.graphql", "query Teams {\n  teams {\n    totalCont\n  }\n}\n")]);
    refused(&["b.graphql line 3", "totalCont"]);
    write(&operations, &[("b.graphql", "query Teams {\n  teams {\n")]);
    refused(&["b.graphql line 3"]);
    write(&operations, &[("b.graphql", "fragment f on Query { version }")]);
    refused(&["b.graphql"]);
    write(&operations, &[("b.graphql", &format!("{{{}}}", "version ".repeat(60)))]);
    refused(&["b.graphql", "50"]);
    std::fs::remove_file(operations.join("b.graphql")).unwrap();
    let (code, _, error) = run(folder.path(), &["serve", "--bind", "127.0.0.1:0", "--allow-list", "everyone"]);
    assert!(code == Some(2) && error.contains("PERSISTED_OPERATIONS"), "{error}");
}

#[test]
fn operations_list_prints_ids_and_names() {
    let folder = tempfile::tempdir().unwrap();
    let operations = folder.path().join("operations");
    std::fs::create_dir(&operations).unwrap();
    write(&operations, &[("version.graphql", VERSION), ("two.graphql", TWO), ("same.graphql", SAME_NAME)]);
    let (code, said, error) = run(folder.path(), &["operations", "list", "--persisted-operations", "operations"]);
    assert_eq!(code, Some(0), "{error}");
    let wanted = format!(
        "{}  same.graphql\n    query Second (in several files: use the ID)\n{}  two.graphql\n    query First\n    query Second (in several \
         files: use the ID)\n{}  version.graphql\n    query Version\n",
        identifier(SAME_NAME),
        identifier(TWO),
        identifier(VERSION)
    );
    assert_eq!(said, wanted);
    let (code, _, error) = run(folder.path(), &["operations", "list"]);
    assert!(code == Some(2) && error.contains("PERSISTED_OPERATIONS"), "{error}");
}
