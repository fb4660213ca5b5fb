//! Which pages of other origins may read `/graphql` from a browser: none, unless they are named one by one.
//!
//! Such a page brings an API token in its `authorization` header. No credentials that a browser adds by itself are allowed
//! across origins, so that a signed-in person's cookie is of no use to another page.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use tower::{Layer as _, ServiceExt as _};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::config::Origin;
use crate::request_id;

/// How long a browser may keep what it was told about an origin.
const KEPT: Duration = Duration::from_secs(600);

/// The origins whose pages may read `/graphql`, and the layer that answers their browsers.
#[derive(Clone, Debug)]
pub(super) struct CrossOrigin {
    origins: Vec<Origin>,
    allowed: CorsLayer,
}

impl CrossOrigin {
    pub(super) fn new(origins: Vec<Origin>) -> Self {
        let allowed = CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins.iter().map(|origin| origin.header().clone())))
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
            .expose_headers([request_id::HEADER, header::RETRY_AFTER])
            .max_age(KEPT);
        Self { origins, allowed }
    }
}

/// Answers a browser's question about one of these origins, and lets such a page read the answer. Other pages' requests are
/// answered as any other is, without a header about origins, and their browser keeps the answer from them.
///
/// The layer is not put on the route itself, since it would answer the question about any origin with 200 and the methods and
/// headers that are allowed to others.
pub(super) async fn these_origins(
    State(cross_origin): State<Arc<CrossOrigin>>,
    request: Request,
    next: Next,
) -> Response {
    let CrossOrigin { origins, allowed } = &*cross_origin;
    if request.uri().path() != "/graphql" || origins.is_empty() {
        return next.run(request).await;
    }
    let asking = request.headers().get(header::ORIGIN);
    if asking.is_some_and(|asking| origins.iter().any(|origin| origin.header() == *asking)) {
        let Ok(response) = allowed.layer(next).oneshot(request).await;
        return response;
    }
    let mut response = next.run(request).await;
    // A cache must not hand this answer to one of the origins.
    response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
    response
}
