//! The real router over a small schema whose fields fail in every possible way, and requests to it.

use std::time::Duration;

use async_graphql::{Context, EmptySubscription, Error, Object, Schema};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use entity::actor::Actor;
use entity::clock::Clock;
use entity::value::AccessRole;
use psn::access::Viewer;
use psn::graphql::error::ApiError;
use psn::graphql::limits::Limits;
use psn::graphql::persisted::Persisted;
use psn::http::{Assets, BudgetLimits, Budgets, Hosts, Site, Transport, router};
use psn::pages::Pages;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::harness::{authenticator, instant, token_pass};

/// A text that must never reach a client.
pub(crate) const SECRET: &str = "person.email of jean@board.example";

pub(crate) struct Query;
pub(crate) struct Mutation;
pub(crate) struct Item;

#[Object]
impl Item {
    async fn name(&self) -> &'static str {
        "item"
    }
    async fn broken(&self) -> Result<Option<i32>, ApiError> {
        Err(ApiError::internal("broken"))
    }
    async fn items(&self, #[graphql(default = 10)] first: i32) -> Vec<Self> {
        (0..first).map(|_| Self).collect()
    }
}

#[Object]
impl Query {
    async fn version(&self) -> &'static str {
        "1"
    }
    async fn echo(&self, text: String) -> String {
        text
    }
    async fn number(&self, n: i32, #[graphql(default)] list: Vec<i32>) -> Option<i32> {
        list.into_iter().chain([n]).max()
    }
    async fn items(&self, #[graphql(default = 10)] first: i32) -> Vec<Item> {
        (0..first).map(|_| Item).collect()
    }
    async fn whole_network(&self, ctx: &Context<'_>) -> bool {
        ctx.data_opt::<Viewer>().is_some()
    }
    async fn people(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let db = ctx.data::<DatabaseConnection>().map_err(|error| ApiError::internal(error.message))?;
        db.execute_unprepared("SELECT email FROM person_of_jean_at_board_example").await?;
        Ok(0)
    }
    async fn one(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        let db = ctx.data::<DatabaseConnection>().map_err(|error| ApiError::internal(error.message))?;
        Ok(db.execute_unprepared("SELECT 1").await?.rows_affected())
    }
    async fn internal(&self) -> Result<i32, ApiError> {
        Err(DbErr::Custom(SECRET.to_owned()).into())
    }
    async fn leak(&self) -> Option<Result<i32, Error>> {
        Some(Err(Error::new_with_source(SECRET)))
    }
    async fn leak_of_text(&self) -> Result<Option<i32>, Error> {
        Err(Error::new(SECRET))
    }
    async fn missing(&self) -> Result<Option<i32>, ApiError> {
        Err(ApiError::not_found("team", "code", "N1"))
    }
    async fn panics(&self) -> i32 {
        std::hint::black_box(None).expect(SECRET)
    }
    async fn never(&self) -> i32 {
        std::future::pending().await
    }
    async fn slow(&self, seconds: u64) -> u64 {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        seconds
    }
}

#[Object]
impl Mutation {
    async fn change(&self) -> bool {
        true
    }
}

/// A budget that no test uses up by accident.
pub(crate) const LAVISH: BudgetLimits =
    BudgetLimits { capacity: 1_000_000_000, refill_per_second: 1_000_000, at_once: 100 };

/// Returns the router over `db` for an ADMIN. Queries may take `query_limit`.
pub(crate) async fn site(db: &DatabaseConnection, query_limit: Duration) -> Router {
    seen_by(db, &closed(db, query_limit), AccessRole::Admin).await
}

/// Returns the same router without credentials.
pub(crate) fn closed(db: &DatabaseConnection, query_limit: Duration) -> Router {
    closed_to(db, query_limit, Transport::default())
}

/// Returns the same router with other transport settings.
pub(crate) fn closed_to(db: &DatabaseConnection, query_limit: Duration, transport: Transport) -> Router {
    let budgets = Budgets::new(LAVISH, Clock::fixed(instant("2026-11-16T09:00:00Z")));
    made(db, query_limit, budgets, Persisted::default(), transport)
}

/// Returns the same router with other budgets and persisted operations.
pub(crate) fn closed_with(
    db: &DatabaseConnection,
    query_limit: Duration,
    budgets: Budgets<Actor>,
    persisted: Persisted,
) -> Router {
    made(db, query_limit, budgets, persisted, Transport::default())
}

fn made(
    db: &DatabaseConnection,
    query_limit: Duration,
    budgets: Budgets<Actor>,
    persisted: Persisted,
    transport: Transport,
) -> Router {
    let schema = Schema::build(Query, Mutation, EmptySubscription).data(db.clone()).finish();
    let limits = Limits::new(&schema.sdl(), 50_000).expect("the schema has prices");
    let authenticator = authenticator(db, &Clock::fixed(instant("2026-11-16T09:00:00Z")));
    let (hosts, db) = (Hosts::Any, db.clone());
    let pages = Pages::read().expect("the operations of the pages are valid");
    router(Site {
        schema,
        limits,
        query_limit,
        budgets,
        persisted,
        pages,
        assets: Assets::embedded(),
        hosts,
        authenticator,
        transport,
        db,
    })
}

/// Returns a router for a new API token with this role.
pub(crate) async fn seen_by(db: &DatabaseConnection, closed: &Router, role: AccessRole) -> Router {
    token_pass(db, role, &[], true).await.with(closed.clone())
}

/// Returns a router over an empty database, for an ADMIN.
pub(crate) async fn bare() -> Router {
    site(&empty().await, Duration::from_secs(10)).await
}

/// As [`bare`], with other transport settings.
pub(crate) async fn bare_with(transport: Transport) -> Router {
    let db = empty().await;
    let pass = token_pass(&db, AccessRole::Admin, &[], true).await;
    pass.with(closed_to(&db, Duration::from_secs(10), transport))
}

/// Returns an empty database in memory.
pub(crate) async fn empty() -> DatabaseConnection {
    let db = entity::store::connect("sqlite::memory:").await.expect("a database in memory");
    migration::migrate(&db).await.expect("the tables are made");
    db
}

/// A complete answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header of text"))
    }
    /// The code of the first error.
    pub(crate) fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.expect("the router answers");
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("a whole body");
    let text = String::from_utf8(bytes.to_vec()).expect("an answer in UTF-8");
    Answer { status: parts.status, headers: parts.headers, text }
}

pub(crate) fn post(accept: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, accept)
        .body(body.into())
        .expect("a request")
}

/// Sends a POST that accepts the new media type, whose status shows the outcome.
pub(crate) async fn ask_with(router: &Router, body: &Value) -> Answer {
    send(router, post("application/graphql-response+json", body.to_string())).await
}

pub(crate) async fn ask(router: &Router, query: &str) -> Answer {
    ask_with(router, &json!({ "query": query })).await
}

pub(crate) async fn get(router: &Router, address: &str) -> Answer {
    send(router, Request::get(address).body(Body::empty()).expect("a request")).await
}

/// Percent-encodes a query parameter.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
