//! Subscriptions as server-sent events, within the rights that the caller has when each event is sent.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use entity::coverage::disclosure::Limit;
use entity::id::ApiTokenId;
use entity::store::access::token;
use entity::value::AccessRole;
use futures_util::StreamExt as _;
use psn::config::AllowList;
use psn::graphql::limits::Limits;
use psn::graphql::persisted::Persisted;
use psn::http::{
    Assets, BudgetLimits, Budgets, Connections, Hosts, MOST_LIVE, POLL_INTERVAL, Site, Transport, router, serve,
};
use psn::pages::Pages;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::graphql::{board, data};
use crate::harness::{Engine, Pass, World, both, day};
use crate::site::{Answer, LAVISH, send};

/// Longer than any step takes: a test that reaches it hangs.
const LONG: Duration = Duration::from_secs(20);
const NEWEST: &str = "subscription { snapshotTaken { day revision rollUp { headcount level1 { hidden } } } }";

fn site_with(world: &World, limits: BudgetLimits, persisted: Persisted) -> Router {
    let db = world.db.clone();
    router(Site {
        schema: psn::graphql::schema(
            db.clone(),
            world.clock.clone(),
            chrono_tz::Europe::London,
            Default::default(),
            Default::default(),
        ),
        limits: Limits::new(&psn::graphql::sdl(), 50_000).unwrap(),
        query_limit: LONG,
        budgets: Budgets::new(limits, world.clock.clone()),
        persisted,
        pages: Pages::read().unwrap(),
        assets: Assets::embedded(),
        hosts: Hosts::Any,
        authenticator: world.authenticator(),
        transport: Transport { poll_interval: Duration::from_millis(10), ..Transport::default() },
        db,
    })
}

/// Returns the router for a caller without credentials.
pub(crate) fn closed(world: &World) -> Router {
    site_with(world, LAVISH, Persisted::default())
}

fn subscribe(body: &Value) -> Request<Body> {
    Request::post("/graphql")
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .body(body.to_string().into())
        .unwrap()
}

/// A running subscription.
pub(crate) struct Live(BodyDataStream);

impl Live {
    pub(crate) async fn begin(router: &Router, query: &str) -> Self {
        let response = router.clone().oneshot(subscribe(&json!({ "query": query }))).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/event-stream; charset=utf-8");
        assert_eq!((header("cache-control"), header("x-accel-buffering")), ("no-store".to_owned(), "no".to_owned()));
        Self(response.into_body().into_data_stream())
    }

    /// Returns the name and data of the next event that is not a keep-alive; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<(String, Value)> {
        tokio::time::timeout(LONG, self.next_whenever()).await.expect("an event or the end")
    }

    async fn next_whenever(&mut self) -> Option<(String, Value)> {
        loop {
            let event = String::from_utf8(self.0.next().await?.unwrap().to_vec()).unwrap();
            let event = event.strip_suffix("\n\n").expect("a whole event");
            if event != ":" {
                let (name, data) = event.split_once('\n').unwrap();
                let data = data.strip_prefix("data:").unwrap().trim();
                let data = if data.is_empty() { Value::Null } else { serde_json::from_str(data).unwrap() };
                return Some((name.strip_prefix("event: ").unwrap().to_owned(), data));
            }
        }
    }

    async fn next_snapshot(&mut self) -> Value {
        let (name, answer) = self.next().await.expect("an event");
        assert_eq!((name.as_str(), answer.get("errors")), ("next", None));
        answer["data"]["snapshotTaken"].clone()
    }

    /// Checks that no event is sent during several polls.
    pub(crate) async fn is_quiet(&mut self) {
        let event = tokio::time::timeout(Duration::from_millis(60), self.next_whenever()).await;
        assert!(event.is_err(), "{event:?}");
    }

    /// Checks that the caller is told that they are no longer authenticated, and that nothing follows.
    async fn ends_refused(mut self) {
        let (_, answer) = self.next().await.unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert!(answer.get("data").is_none());
        assert_eq!(self.next().await, Some(("complete".to_owned(), Value::Null)));
        assert_eq!(self.next().await, None);
    }
}

async fn store(world: &World, on: &str) {
    jobs::snapshot::take_snapshot(&world.db, day(on), Limit::default(), world.clock.now()).await.unwrap();
}

both! {
    async fn each_stored_day_is_sent_within_callers_scope(world: World) {
        board::organisation(&world.db).await;
        let closed = closed(&world);
        let admin = world.admin.with(closed.clone());
        let mut live = Live::begin(&admin, NEWEST).await;
        live.is_quiet().await;
        store(&world, "2026-11-09").await;
        assert_eq!(live.next_snapshot().await["day"], "2026-11-09");
        store(&world, "2026-11-16").await;
        assert_eq!(live.next_snapshot().await["day"], "2026-11-16");
        store(&world, "2026-11-16").await;
        assert_eq!(live.next_snapshot().await["revision"], 2);
        live.is_quiet().await;
        // A later subscriber gets the newest day at once.
        for pass in [
            world.token(AccessRole::Dashboard, &[2], false).await,
            world.token(AccessRole::Dashboard, &[1], false).await,
            world.token(AccessRole::Coordinator, &[], false).await,
            world.person(1).await,
        ] {
            let site = pass.with(closed.clone());
            let asked = data(&site, "{ snapshots(first: 1) { nodes { day revision rollUp { headcount level1 { hidden } } } } }").await;
            assert_eq!(Live::begin(&site, NEWEST).await.next_snapshot().await, asked["snapshots"]["nodes"][0]);
        }
        // A caller who may see no figures gets no event.
        Live::begin(&world.token(AccessRole::Staff, &[], false).await.with(closed), NEWEST).await.is_quiet().await;
    }
}

both! {
    async fn revocation_or_expiry_ends_a_subscription(world: World) {
        board::organisation(&world.db).await;
        store(&world, "2026-11-09").await;
        let closed = closed(&world);
        let pass = world.token(AccessRole::Auditor, &[], false).await;
        let mut revoked = Live::begin(&pass.with(closed.clone()), NEWEST).await;
        let person = world.person(1).await;
        let site = person.with(closed.clone());
        let mut signed_out = Live::begin(&site, NEWEST).await;
        assert_eq!((&revoked.next_snapshot().await["day"], &signed_out.next_snapshot().await["day"]), (&json!("2026-11-09"), &json!("2026-11-09")));

        // Revoked and stored at the same moment: the day is not sent.
        assert!(token::revoke(&world.db, ApiTokenId(2), world.clock.now()).await.unwrap());
        let out = send(&site, Request::post("/sign-out").header("host", "psn").body(Body::empty()).unwrap()).await;
        assert_eq!(out.status, StatusCode::SEE_OTHER);
        store(&world, "2026-11-16").await;
        revoked.ends_refused().await;
        signed_out.ends_refused().await;
    }
}

both! {
    async fn subscription_does_not_extend_the_session(world: World) {
        board::organisation(&world.db).await;
        store(&world, "2026-11-09").await;
        let mut live = Live::begin(&world.person(1).await.with(closed(&world)), NEWEST).await;
        live.next_snapshot().await;
        let begun = world.clock.now();
        world.clock.set(begun + chrono::TimeDelta::minutes(59));
        live.is_quiet().await;
        world.clock.set(begun + chrono::TimeDelta::minutes(61));
        live.ends_refused().await;
    }
}

async fn refused(router: &Router, request: Request<Body>) -> (StatusCode, String, Answer) {
    let answer = send(router, request).await;
    assert!(answer.header("content-type").starts_with("application/"), "{}", answer.text);
    (answer.status, answer.code(), answer)
}

#[tokio::test]
async fn subscription_has_the_limits_of_queries() {
    let world = World::new(Engine::Sqlite).await;
    let router = world.admin.with(closed(&world));
    let asked = |query: &str| subscribe(&json!({ "query": query }));
    let many = format!("subscription {{ snapshotTaken {{ {} }} }}", "a: day ".repeat(120));
    for (request, status, code) in [
        (asked("{ version }"), StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE"),
        (
            asked("mutation { requestRun(input: {job: COVERAGE, period: \"2026-11-16\"}) { __typename } }"),
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
        ),
        (
            asked("subscription { a: snapshotTaken { day } b: snapshotTaken { day } }"),
            StatusCode::BAD_REQUEST,
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            asked(
                "subscription { ...f } fragment f on Subscription { a: snapshotTaken { day } b: snapshotTaken { day } }",
            ),
            StatusCode::BAD_REQUEST,
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (asked(&many), StatusCode::BAD_REQUEST, "QUERY_TOO_BROAD"),
        (asked("subscription {"), StatusCode::BAD_REQUEST, "GRAPHQL_PARSE_FAILED"),
        (
            Request::get("/graphql?query=subscription%7BsnapshotTaken%7Bday%7D%7D")
                .header("accept", "text/event-stream")
                .body(Body::empty())
                .unwrap(),
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
        ),
        (
            crate::site::post("application/json", json!({ "query": NEWEST }).to_string()),
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
        ),
    ] {
        let (found, found_code, answer) = refused(&router, request).await;
        assert_eq!((found, found_code.as_str()), (status, code), "{}", answer.text);
    }
    // An unknown field is reported in the first event: only the engine knows.
    let (_, answer) = Live::begin(&router, "subscription { nothing }").await.next().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn open_subscriptions_are_limited_and_events_charged() {
    let world = World::new(Engine::Sqlite).await;
    board::organisation(&world.db).await;
    store(&world, "2026-11-09").await;
    let router = world.admin.with(closed(&world));
    let mut open = Vec::new();
    for _ in 0..MOST_LIVE {
        open.push(Live::begin(&router, NEWEST).await);
    }
    let (status, code, answer) = refused(&router, subscribe(&json!({ "query": NEWEST }))).await;
    assert_eq!((status, code.as_str()), (StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_AT_ONCE"), "{}", answer.text);
    drop(open);
    let again = async || loop {
        let answer = router.clone().oneshot(subscribe(&json!({ "query": NEWEST }))).await.unwrap();
        if answer.status() == StatusCode::OK {
            return;
        }
        tokio::task::yield_now().await;
    };
    tokio::time::timeout(LONG, again()).await.expect("who leaves gives the place back");

    // The clock is stopped, so that the budget does not refill: it covers one event of 7, and not the next one.
    let poor = BudgetLimits { capacity: 8, refill_per_second: 1, at_once: 2 };
    let site = world.admin.with(site_with(&world, poor, Persisted::default()));
    let mut live = Live::begin(&site, NEWEST).await;
    live.next_snapshot().await;
    store(&world, "2026-11-16").await;
    live.is_quiet().await;
    world.clock.set(world.clock.now() + chrono::TimeDelta::seconds(10));
    assert_eq!(live.next_snapshot().await["day"], "2026-11-16", "told as soon as it can be paid");
}

#[tokio::test]
async fn dashboard_may_send_listed_subscriptions_only() {
    let world = World::new(Engine::Sqlite).await;
    board::organisation(&world.db).await;
    store(&world, "2026-11-09").await;
    std::fs::write(world.folder.path().join("a.graphql"), "subscription Newest { snapshotTaken { day } }").unwrap();
    let persisted = Persisted::read(world.folder.path(), AllowList::Dashboards).unwrap();
    let dashboard = world.token(AccessRole::Dashboard, &[1], false).await.with(site_with(&world, LAVISH, persisted));
    let mut live = dashboard
        .clone()
        .oneshot(subscribe(&json!({ "documentId": "Newest" })))
        .await
        .map(|answer| Live(answer.into_body().into_data_stream()))
        .unwrap();
    assert_eq!(live.next_snapshot().await["day"], "2026-11-09");
    let (status, code, _) = refused(&dashboard, subscribe(&json!({ "query": NEWEST }))).await;
    assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "OPERATION_NOT_LISTED"));
}

#[tokio::test]
async fn subscription_completes_when_the_service_stops() {
    let world = World::new(Engine::Sqlite).await;
    let Pass(name, value) = world.admin.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let limit = LONG;
    let running = tokio::spawn(serve(listener, closed(&world), Connections::at_most(10), stop.clone(), limit));
    let mut client = tokio::net::TcpStream::connect(at).await.unwrap();
    let body = json!({ "query": NEWEST }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: psn\r\ncontent-type: application/json\r\naccept: text/event-stream\r\n{name}: {}\r\ncontent-length: {}\r\n\r\n",
        value.to_str().unwrap(),
        body.len(),
    );
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    client.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let mut first = [0; 15];
    client.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    stop.cancel();
    tokio::time::timeout(LONG / 2, running).await.expect("before the limit").unwrap().unwrap();
    let mut rest = String::new();
    client.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("event: complete"), "{rest}");
}

#[test]
fn api_guide_states_the_poll_interval() {
    let guide = crate::documents::read("docs/api-guide.md");
    assert!(
        guide.contains(&format!("within {} seconds", POLL_INTERVAL.as_secs()))
            && guide.contains(&format!("{MOST_LIVE} live answers"))
    );
}
