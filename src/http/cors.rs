//! Cross-origin access: pages of other origins may not read `/graphql` from a browser unless their origin is listed.
//!
//! Such a page sends an API token in its `authorization` header. Credentials that a browser adds by itself are not allowed
//! across origins, so that another page cannot use the cookie of a signed-in person.

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

/// How long a browser may cache the answer about an origin.
const MAX_AGE: Duration = Duration::from_secs(600);

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
            .max_age(MAX_AGE);
        Self { origins, allowed }
    }
}

/// Answers preflight requests of the listed origins, and lets their pages read answers. Requests of other origins are answered
/// like any other, without CORS headers, so that their browser does not show them the answer.
///
/// The layer is not on the route itself, because it would answer the preflight request of any origin with 200 and with the
/// methods and headers that are allowed for the listed ones.
pub(super) async fn allow_listed_origins(
    State(cross_origin): State<Arc<CrossOrigin>>,
    request: Request,
    next: Next,
) -> Response {
    let CrossOrigin { origins, allowed } = &*cross_origin;
    if request.uri().path() != "/graphql" || origins.is_empty() {
        return next.run(request).await;
    }
    let sent = request.headers().get(header::ORIGIN);
    if sent.is_some_and(|sent| origins.iter().any(|origin| origin.header() == *sent)) {
        let Ok(response) = allowed.layer(next).oneshot(request).await;
        return response;
    }
    let mut response = next.run(request).await;
    // A cache must not hand this answer to one of the origins.
    response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
    response
}
