//! What callers could exhaust with endless requests: connections with subscriptions, and the log with refused requests.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use chrono::TimeDelta;
use entity::value::AccessRole;
use serde_json::json;
use tower::ServiceExt as _;

use crate::access::{app, at_loopback, site};
use crate::graphql::board;
use crate::harness::{Engine, World};
use crate::site::{ask, ask_with, send};

thread_local! {
    /// The log of this thread. A tokio test runs on one thread.
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Log lines of the thread of one test.
struct Lines;

impl Lines {
    /// Returns the lines so far that contain `part`.
    fn with(&self, part: &str) -> Vec<String> {
        let bytes = LOGGED.with_borrow(Clone::clone);
        String::from_utf8(bytes).unwrap().lines().filter(|line| line.contains(part)).map(str::to_owned).collect()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Collects the log of this thread from now on. One subscriber serves all threads, because `tracing` caches the interest of
/// short-lived subscribers of single threads, which can silence another one.
fn logged() -> Lines {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| tracing_subscriber::fmt().with_writer(|| Lines).with_ansi(false).init());
    LOGGED.with_borrow_mut(Vec::clear);
    Lines
}

async fn from_address(router: &Router, address: &str, path: &str) -> StatusCode {
    let mut request = Request::post(path).header("host", "127.0.0.1:8080").body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(format!("{address}:4711").parse::<std::net::SocketAddr>().unwrap()));
    send(router, request).await.status
}

#[tokio::test]
async fn subscriptions_leave_connections_for_other_requests() {
    let world = World::new(Engine::Sqlite).await;
    board::organisation(&world.db).await;
    let app = app(&world, &["--max-connections", "512"]);
    let router = app.router(&app.authenticator().unwrap()).unwrap();
    let body = json!({ "query": "subscription { snapshotTaken { day } }" }).to_string();
    let mut open = Vec::new();
    for _ in 0..40 {
        let site = world.token(AccessRole::Auditor, &[], false).await.with(router.clone());
        loop {
            let request = Request::post("/graphql")
                .header("host", "127.0.0.1:8080")
                .header("content-type", "application/json")
                .header("accept", "text/event-stream");
            let answer = site.clone().oneshot(request.body(Body::from(body.clone())).unwrap()).await.unwrap();
            if answer.status() != StatusCode::OK {
                assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
                break;
            }
            open.push(answer);
            // Many more than allowed: there would never be a refusal.
            assert!(open.len() <= 256, "{} subscriptions are open", open.len());
        }
    }
    // One address has 256 connections.
    assert!((64..=128).contains(&open.len()), "{} subscriptions are open", open.len());
}

#[tokio::test]
async fn unauthenticated_requests_write_few_log_lines() {
    let world = World::new(Engine::Sqlite).await;
    let (router, _) = site(&world);
    let lines = logged();
    for _ in 0..1_000 {
        assert_eq!(from_address(&router, "192.0.2.1", "/graphql").await, StatusCode::UNAUTHORIZED);
    }
    let told = lines.with("not signed in").len();
    assert!((1..=20).contains(&told), "{told} lines");
    // It does not hide another address, and many addresses together do not fill the log either.
    from_address(&router, "192.0.2.2", "/graphql").await;
    assert_eq!(lines.with("not signed in").len(), told + 1);
    for n in 0..1_000 {
        from_address(&router, &format!("198.51.{}.{}", n / 250, n % 250), "/graphql").await;
    }
    let all = lines.with("not signed in").len();
    assert!(all <= 100, "{all} lines");
    // The next line has the number of held-back lines, so that the lines add up to the requests.
    world.clock.set(world.clock.now() + TimeDelta::minutes(1));
    from_address(&router, "192.0.2.1", "/graphql").await;
    let all = lines.with("not signed in");
    let held_back = |line: &String| line.split_once("held_back=").map_or(0, |(_, number)| number.parse().unwrap());
    let held_back: usize = all.iter().map(held_back).sum();
    assert_eq!(held_back + all.len(), 2_002, "{all:#?}");
}

#[tokio::test]
async fn refused_requests_of_a_caller_write_few_log_lines() {
    let world = World::new(Engine::Sqlite).await;
    board::organisation(&world.db).await;
    let app = app(&world, &["--query-budget", "50000", "--query-cost", "50000"]);
    let router = app.router(&app.authenticator().unwrap()).unwrap();
    let site = world.admin.with(at_loopback(router));
    let lines = logged();
    for _ in 0..50 {
        assert_eq!(ask(&site, "{ version }").await.status, StatusCode::OK);
    }
    assert_eq!(lines.with("graphql").len(), 50);
    for _ in 0..1_000 {
        assert_eq!(ask_with(&site, &json!({ "query": "{" })).await.status, StatusCode::BAD_REQUEST);
    }
    let refused = lines.with("GRAPHQL_PARSE_FAILED").len();
    assert!((1..=20).contains(&refused), "{refused} lines");
}

#[tokio::test]
async fn refused_sign_ins_write_few_log_lines() {
    let world = World::new(Engine::Sqlite).await;
    board::organisation(&world.db).await;
    let provider = crate::oidc::provider::Provider::start(&world.clock).await;
    let flags = ["--oidc-issuer", &provider.issuer, "--oidc-client-id", "psn", "--oidc-audience", "psn-api"];
    let app = app(&world, &flags);
    let router = app.router(&app.authenticator().unwrap()).unwrap();
    let lines = logged();
    let bearer = format!("Bearer {}", provider.token(&json!({ "aud": "other" })));
    let bearer = crate::harness::Pass(axum::http::header::AUTHORIZATION, bearer.parse().unwrap());
    let stranger = bearer.with(router.clone());
    for _ in 0..500 {
        assert_eq!(from_address(&stranger, "192.0.2.1", "/graphql").await, StatusCode::UNAUTHORIZED);
        let back = Request::get("/sign-in/callback?code=a&state=b").header("host", "127.0.0.1:8080");
        assert_eq!(send(&router, back.body(Body::empty()).unwrap()).await.status, StatusCode::BAD_REQUEST);
    }
    let why = lines.with("not signed in").pop().unwrap();
    assert!(why.contains("it is for another audience"), "{why}");
    for line in ["not signed in", "sign-in refused"] {
        let told = lines.with(line).len();
        assert!((1..=20).contains(&told), "{line}: {told} lines");
    }
}
