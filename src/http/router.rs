//! Which address is answered by what, and what holds for all of them: a known host, a request id, and headers that keep answers from
//! being stored, guessed at or framed.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_graphql::Executor;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{any, get};
use axum::{Extension, Router};
use entity::actor::Actor;
use sea_orm::DatabaseConnection;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

use super::budget::Budgets;
use super::graphql::Endpoint;
use super::host::{self, Hosts};
use super::request::{MAX_BODY_BYTES, Refusal};
use super::{gate, graphql, health, playground, provider, sign_in};
use crate::access::Gate;
use crate::graphql::limits::Limits;
use crate::graphql::persisted::Persisted;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the router needs. The schema brings its own data; the database here is for `/health/ready`.
#[derive(Debug)]
pub struct Site<S> {
    /// The schema that `/graphql` answers from.
    pub schema: S,
    /// The limits of that schema's queries.
    pub limits: Limits,
    /// How long one query may take.
    pub query_limit: Duration,
    /// What each caller may spend on queries.
    pub budgets: Budgets<Actor>,
    /// The operations that are known beforehand, and who is held to them.
    pub persisted: Persisted,
    /// The host names that are answered.
    pub hosts: Hosts,
    /// Who may come in.
    pub gate: Gate,
    /// The database that must answer before the service is ready.
    pub db: DatabaseConnection,
}

/// The whole site: `/graphql` and `/playground` behind the gate; `/health/live`, `/health/ready`, and the pages for signing in
/// and the way to the identity provider and back before it.
pub fn router<S: Executor>(site: Site<S>) -> Router {
    let Site { schema, limits, query_limit, budgets, persisted, hosts, gate, db } = site;
    let (limits, budgets, persisted) = (Arc::new(limits), Arc::new(budgets), Arc::new(persisted));
    let endpoint = Endpoint { schema, limits, query_limit, budgets, persisted };
    let graphql = Router::new()
        .route("/graphql", any(graphql::answer::<S>))
        .with_state(endpoint)
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
        .layer(middleware::from_fn(tell_too_large))
        .layer(CompressionLayer::new())
        .layer(middleware::map_response(never_store));
    let health = Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .with_state(db)
        .layer(middleware::map_response(never_store));
    let provider = provider::router(&gate);
    let guarded = Router::new()
        .merge(graphql)
        .merge(playground::router())
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(middleware::from_fn_with_state(gate.clone(), gate::guard));
    Router::new()
        .merge(guarded)
        .merge(health)
        .merge(provider)
        .merge(sign_in::router(gate))
        .layer(middleware::from_fn_with_state(hosts, host::known_only))
        .layer(middleware::from_fn(identify))
}

/// The name of one request, in its answer's `x-request-id`, its errors and its log lines. It is of our own making: what a
/// client sends under that name is ignored, since anything could be in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    fn new() -> Self {
        static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        static NEXT: AtomicU64 = AtomicU64::new(0);
        // Keyed anew in each process, so that ids of one run are not those of the next.
        Self(format!("{:016x}", KEYS.hash_one(NEXT.fetch_add(1, Ordering::Relaxed))))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

async fn identify(mut request: Request, next: Next) -> Response {
    let id = RequestId::new();
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

async fn never_store(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The limit refuses a body by its announced length alone, in plain text; a client of GraphQL wants a code.
async fn tell_too_large(Extension(id): Extension<RequestId>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let response = next.run(request).await;
    let is_text =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/"));
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE && is_text {
        return graphql::refuse(&headers, Refusal::too_large(), &id);
    }
    response
}
