//! The queries and the JavaScript in the documents work: each runs against the real app.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::process::Command;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entity::coverage::disclosure::Limit;
use futures_util::StreamExt as _;
use psn::http::{Connections, serve};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::all;
use crate::graphql::{board, site};
use crate::harness::{Pass, World, both, day, skipped};
use crate::site::ask;

/// The documents name units of the demonstration, which the tests' small board does not have.
const SAME: [(&str, &str); 2] = [("\"ACUTE-N\"", "\"NORTH\""), ("\"G107H-C8-03\"", "\"N2\"")];

/// Longer than any step takes: a test that reaches it hangs.
const LONG: Duration = Duration::from_secs(20);

/// Returns every `graphql` block of the documents, for the tests' board.
fn queries() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for document in all() {
        for block in document.blocks("graphql") {
            let query = SAME.iter().fold(block, |query, (theirs, ours)| query.replace(theirs, ours));
            found.push((document.path.clone(), query));
        }
    }
    found
}

async fn prepare(world: &World) {
    board::organisation(&world.db).await;
    jobs::snapshot::take_snapshot(&world.db, day("2026-11-16"), Limit::default(), world.clock.now()).await.unwrap();
}

both! {
    async fn every_query_in_the_documents_runs(world: World) {
        prepare(&world).await;
        let site = site(&world);
        let queries = queries();
        assert!(queries.len() >= 7, "only {} queries were found", queries.len());
        for (document, query) in queries {
            let answer = if query.trim_start().starts_with("subscription") {
                first_event(&site, &query).await
            } else {
                ask(&site, &query).await.json()
            };
            assert_eq!(answer.get("errors"), None, "{document}: {query}");
            for (field, value) in answer["data"].as_object().unwrap() {
                assert!(!value.is_null(), "{document}: {field} is null in {query}");
            }
        }
    }
}

/// Returns the answer in the first event of a subscription.
async fn first_event(site: &axum::Router, query: &str) -> Value {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/event-stream")
        .body(Body::from(json!({ "query": query }).to_string()))
        .unwrap();
    let response = site.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{query}");
    let mut events = response.into_body().into_data_stream();
    let first = tokio::time::timeout(LONG, events.next()).await.expect("an event").expect("an event").unwrap();
    let event = String::from_utf8(first.to_vec()).unwrap();
    let (name, data) = event.split_once('\n').unwrap();
    assert_eq!(name, "event: next", "{event}");
    serde_json::from_str(data.trim().strip_prefix("data:").unwrap()).unwrap()
}

both! {
    async fn api_guide_javascript_reads_a_subscription(world: World) {
        if Command::new("node").arg("--version").output().is_err() {
            return skipped("Node.js is not installed, so the JavaScript of docs/api-guide.md is not run");
        }
        prepare(&world).await;
        let Pass(_, credential) = world.admin.clone();
        let token = credential.to_str().unwrap().strip_prefix("Bearer ").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let closed = crate::graphql::closed(&world, world.db.clone(), Default::default());
        let running = tokio::spawn(serve(listener, closed, Connections::at_most(10), stop.clone(), LONG));

        let guide = all().into_iter().find(|document| document.path == "docs/api-guide.md").unwrap();
        let [example]: [String; 1] = guide.blocks("js").try_into().expect("one example in JavaScript");
        std::fs::write(world.folder.path().join("live.mjs"), example).unwrap();
        // It ends by itself, so that a wrong guide fails the test and does not hang it.
        let program = "import { subscribe } from './live.mjs';\n\
            setTimeout(() => process.exit(1), 15_000).unref();\n\
            const [url, token] = process.argv.slice(2);\n\
            const query = 'subscription { snapshotTaken { day } }';\n\
            for await (const answer of subscribe(url, token, query)) {\n\
              console.log(answer.data.snapshotTaken.day);\n\
              break;\n\
            }\n";
        std::fs::write(world.folder.path().join("program.mjs"), program).unwrap();
        let mut node = Command::new("node");
        node.args(["program.mjs", &format!("http://{at}/graphql"), &token]).current_dir(world.folder.path());
        let output = tokio::task::spawn_blocking(move || node.output()).await.unwrap().unwrap();
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(said(&output.stdout).trim(), "2026-11-16", "{}", said(&output.stderr));
        stop.cancel();
        running.await.unwrap().unwrap();
    }
}
