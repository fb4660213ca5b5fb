//! Which address is answered by what, and what holds for all of them: a known host, a request id, and headers that keep answers from
//! being stored, guessed at or framed.

use std::sync::Arc;
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
use tower::ServiceBuilder;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use super::answer::refuse;
use super::assets::Assets;
use super::budget::Budgets;
use super::cors::{self, CrossOrigin};
use super::execution::Endpoint;
use super::health::{ProbeTimes, WriteProbe};
use super::host::{self, Hosts};
use super::live::{Live, LiveLimits, POLL_INTERVAL};
use super::refusal::{MAX_BODY_BYTES, Refusal};
use super::refused_lines::{self, RefusedLines};
use super::request::BODY_LIMIT;
use super::{authentication, demo_mails, graphql, health, pages, playground, provider, schema, sign_in};
use crate::access::Authenticator;
use crate::config::Origin;
use crate::graphql::limits::Limits;
use crate::graphql::persisted::Persisted;
use crate::pages::Pages;
use crate::request_id::{self, RequestId};

/// No other site may take an answer in as a picture or a script of its own; what [`cors`] allows is not meant by it.
const SAME_ORIGIN_ONLY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// How long a browser that was here by https does not try without.
const A_YEAR: &str = "max-age=31536000";
/// The policy of an answer that is no page: it may load nothing, and nothing may frame it.
const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// What a request may take besides the time of its body and of its query.
const REST: Duration = Duration::from_secs(5);

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
    /// The operations of the pages.
    pub pages: Pages,
    /// The files of the playground and of the pages.
    pub assets: Assets,
    /// The host names that are answered.
    pub hosts: Hosts,
    /// Who may come in.
    pub gate: Authenticator,
    /// What holds for every request, whatever it asks.
    pub transport: Transport,
    /// The database that must answer before the service is ready.
    pub db: DatabaseConnection,
}

/// What holds for every request, whatever it asks.
#[derive(Clone, Debug)]
pub struct Transport {
    /// How long a body may take to arrive.
    pub body_limit: Duration,
    /// The origins whose pages may read `/graphql` from a browser.
    pub origins: Vec<Origin>,
    /// Whether people reach the service by https: browsers are then told never to try without.
    pub https: bool,
    /// How often a live answer looks whether there is something new.
    pub look: Duration,
    /// How often `/health/ready` proves that the database takes writes.
    pub probe: ProbeTimes,
    /// How many live answers may be open at once.
    pub live: LiveLimits,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            body_limit: BODY_LIMIT,
            origins: Vec::new(),
            https: false,
            look: POLL_INTERVAL,
            probe: ProbeTimes::default(),
            live: LiveLimits::of(512),
        }
    }
}

/// The whole site: `/graphql`, `/schema.graphql`, the pages and `/playground` behind the gate; `/health/live`, `/health/ready`, the
/// stylesheet, and the pages for signing in and the way to the identity provider and back before it.
pub fn router<S: Executor>(site: Site<S>) -> Router {
    let Site { schema: executor, limits, query_limit, budgets, persisted, pages, assets, hosts, gate, transport, db } =
        site;
    let Transport { body_limit, origins, https, look, probe, live } = transport;
    let (limits, budgets, persisted) = (Arc::new(limits), Arc::new(budgets), Arc::new(persisted));
    let live = Live::new(gate.clone(), db.clone(), look, live);
    let endpoint = Endpoint { schema: executor, limits, query_limit, body_limit, budgets, persisted, live };
    let cross_origin = Arc::new(CrossOrigin::new(origins));
    let graphql = Router::new()
        .route("/graphql", any(graphql::answer::<S>))
        .with_state(endpoint.clone())
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
        .layer(middleware::from_fn(tell_too_large))
        .layer(CompressionLayer::new());
    let health = Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .with_state((db.clone(), WriteProbe::new(db.clone(), probe)));
    let provider = provider::router(&gate);
    // Only where links sign in too: the demonstration, on this machine.
    let demo_mails = if gate.links() { demo_mails::router(db.clone()) } else { Router::new() };
    let refused_lines = RefusedLines::new(gate.clock());
    let guarded = Router::new()
        .merge(graphql)
        .merge(pages::router(endpoint, pages).layer(CompressionLayer::new()))
        .merge(playground::router(assets.playground))
        .merge(schema::router())
        .fallback(pages::nowhere)
        .layer(middleware::from_fn_with_state(gate.clone(), authentication::guard));
    Router::new()
        .merge(guarded)
        .merge(health)
        .merge(pages::assets_router(assets.pages))
        .merge(provider)
        .merge(demo_mails)
        .merge(sign_in::router(gate))
        .layer(middleware::from_fn_with_state(refused_lines, refused_lines::prepare))
        // Before the gate: a browser asks about an origin without showing who it is.
        .layer(middleware::from_fn_with_state(cross_origin, cors::these_origins))
        .layer(middleware::from_fn_with_state(hosts, host::known_only))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, body_limit + query_limit + REST))
        .layer(
            ServiceBuilder::new()
                .layer(middleware::from_fn(identify))
                .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
                .layer(always(header::REFERRER_POLICY, "no-referrer"))
                .layer(always(SAME_ORIGIN_ONLY, "same-origin"))
                .option_layer(https.then(|| always(header::STRICT_TRANSPORT_SECURITY, A_YEAR)))
                // What says nothing of its own is no page and is not kept.
                .layer(by_default(header::CONTENT_SECURITY_POLICY, NOTHING))
                .layer(by_default(header::CACHE_CONTROL, "no-store")),
        )
}

/// Sets a header of every answer.
fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

/// Sets a header of every answer that does not set it itself.
fn by_default(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Gives a request its id. By hand, since the layer of `tower_http::request_id` takes the id that a client sends.
async fn identify(mut request: Request, next: Next) -> Response {
    let id = RequestId::new();
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(request_id::HEADER, value);
    }
    response
}

/// The limit refuses a body by its announced length alone, in plain text; a client of GraphQL wants a code.
async fn tell_too_large(Extension(id): Extension<RequestId>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let response = next.run(request).await;
    let is_text =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/"));
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE && is_text {
        return refuse(&headers, Refusal::too_large(), &id);
    }
    response
}
