//! The routes, and what applies to all of them: a known host, a request ID, and headers that prevent answers from being cached,
//! sniffed or framed.

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
use super::pages::PageState;
use super::refusal::{MAX_BODY_BYTES, Refusal};
use super::refused_lines::{self, RefusedLines};
use super::request::BODY_LIMIT;
use super::{action_link, authentication, demo_mails, graphql, health, pages, playground, provider, schema, sign_in};
use crate::access::Authenticator;
use crate::config::Origin;
use crate::graphql::limits::Limits;
use crate::graphql::persisted::Persisted;
use crate::pages::Pages;
use crate::request_id::{self, RequestId};

/// Other sites may not embed an answer as a picture or a script. This does not affect what [`cors`] allows.
const SAME_ORIGIN_ONLY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// How long a browser that has used https does not try http.
const A_YEAR: &str = "max-age=31536000";
/// The policy of an answer that is not a page: it may load nothing and may not be framed.
const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// How long a request may take in addition to the limits of its body and its query.
const REST: Duration = Duration::from_secs(5);

/// What the router needs. The schema has its own data; the database here is for `/health/ready`.
#[derive(Debug)]
pub struct Site<S> {
    /// The schema that `/graphql` answers from.
    pub schema: S,
    /// The limits of that schema's queries.
    pub limits: Limits,
    /// The time limit for one query.
    pub query_limit: Duration,
    /// The query budgets of callers.
    pub budgets: Budgets<Actor>,
    /// The persisted operations, and which callers may send no others.
    pub persisted: Persisted,
    /// The operations of the pages.
    pub pages: Pages,
    /// The files of the playground and of the pages.
    pub assets: Assets,
    /// The accepted host names.
    pub hosts: Hosts,
    /// Authenticates callers.
    pub authenticator: Authenticator,
    /// The settings that apply to every request.
    pub transport: Transport,
    /// The database that must respond for the service to be ready.
    pub db: DatabaseConnection,
}

/// The settings that apply to every request.
#[derive(Clone, Debug)]
pub struct Transport {
    /// The time limit for receiving a body.
    pub body_limit: Duration,
    /// The origins whose pages may read `/graphql` from a browser.
    pub origins: Vec<Origin>,
    /// Whether people use the service over https. Browsers are then told never to use http.
    pub https: bool,
    /// How often a subscription checks for new data.
    pub poll_interval: Duration,
    /// How often `/health/ready` checks that the database accepts writes.
    pub probe: ProbeTimes,
    /// The maximum number of open subscriptions.
    pub live: LiveLimits,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            body_limit: BODY_LIMIT,
            origins: Vec::new(),
            https: false,
            poll_interval: POLL_INTERVAL,
            probe: ProbeTimes::default(),
            live: LiveLimits::for_connections(512),
        }
    }
}

/// Returns the router of the whole site. `/graphql`, `/schema.graphql`, the pages and `/playground` require authentication.
/// `/health/live`, `/health/ready`, the stylesheet, the sign-in pages and the redirects to the identity provider and back do
/// not.
pub fn router<S: Executor>(site: Site<S>) -> Router {
    let Site {
        schema: executor,
        limits,
        query_limit,
        budgets,
        persisted,
        pages,
        assets,
        hosts,
        authenticator,
        transport,
        db,
    } = site;
    let Transport { body_limit, origins, https, poll_interval, probe, live } = transport;
    let (limits, budgets, persisted) = (Arc::new(limits), Arc::new(budgets), Arc::new(persisted));
    let live = Live::new(authenticator.clone(), db.clone(), poll_interval, live);
    let endpoint = Endpoint { schema: executor, limits, query_limit, body_limit, budgets, persisted, live };
    let cross_origin = Arc::new(CrossOrigin::new(origins));
    let graphql = Router::new()
        .route("/graphql", any(graphql::answer::<S>))
        .with_state(endpoint.clone())
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
        .layer(middleware::from_fn(explain_too_large))
        .layer(CompressionLayer::new());
    let health = Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .with_state((db.clone(), WriteProbe::new(db.clone(), probe)));
    let provider = provider::router(&authenticator);
    // Only if sign-in links are enabled as well: in the demonstration, on this machine.
    let demo_mails = if authenticator.links() { demo_mails::router(db.clone()) } else { Router::new() };
    let refused_lines = RefusedLines::new(authenticator.clock());
    let page_state = PageState::new(endpoint, pages);
    let guarded = Router::new()
        .merge(graphql)
        .merge(pages::router(page_state.clone()).layer(CompressionLayer::new()))
        .merge(playground::router(assets.playground))
        .merge(schema::router())
        .fallback(pages::not_found)
        .layer(middleware::from_fn_with_state(authenticator.clone(), authentication::guard));
    Router::new()
        .merge(guarded)
        .merge(health)
        .merge(pages::assets_router(assets.pages))
        .merge(provider)
        .merge(demo_mails)
        .merge(action_link::router(page_state, authenticator.clone()))
        .merge(sign_in::router(authenticator))
        .layer(middleware::from_fn_with_state(refused_lines, refused_lines::prepare))
        // Before authentication: a browser sends preflight requests without credentials.
        .layer(middleware::from_fn_with_state(cross_origin, cors::allow_listed_origins))
        .layer(middleware::from_fn_with_state(hosts, host::allow_known_hosts))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, body_limit + query_limit + REST))
        .layer(
            ServiceBuilder::new()
                .layer(middleware::from_fn(identify))
                .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
                .layer(always(header::REFERRER_POLICY, "no-referrer"))
                .layer(always(SAME_ORIGIN_ONLY, "same-origin"))
                .option_layer(https.then(|| always(header::STRICT_TRANSPORT_SECURITY, A_YEAR)))
                // An answer without its own headers is not a page and must not be cached.
                .layer(by_default(header::CONTENT_SECURITY_POLICY, NOTHING))
                .layer(by_default(header::CACHE_CONTROL, "no-store")),
        )
}

/// Sets a header of every answer, replacing its own.
fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

/// Sets a header of every answer that does not have it.
fn by_default(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Gives a request its ID. By hand, because the layer of `tower_http::request_id` accepts an ID from the client.
async fn identify(mut request: Request, next: Next) -> Response {
    let id = RequestId::new();
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(request_id::HEADER, value);
    }
    response
}

/// Adds an error code to the plain-text answer of the body limit, which refuses a body by its announced length alone.
async fn explain_too_large(Extension(id): Extension<RequestId>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let response = next.run(request).await;
    let is_text =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/"));
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE && is_text {
        return refuse(&headers, Refusal::too_large(), &id);
    }
    response
}
