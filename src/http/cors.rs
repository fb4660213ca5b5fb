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

/// Answers a browser's question about one of these origins, and lets such a page read the answer. Other pages' requests are
/// answered as any other is, without a header about origins, and their browser keeps the answer from them.
pub(super) async fn these_origins(State(origins): State<Arc<[Origin]>>, request: Request, next: Next) -> Response {
    if request.uri().path() != "/graphql" {
        return next.run(request).await;
    }
    let asking = request.headers().get(header::ORIGIN);
    let known = asking.filter(|asking| origins.iter().any(|origin| origin.header() == *asking)).cloned();
    let Some(origin) = known else {
        let mut response = next.run(request).await;
        if !origins.is_empty() {
            // A cache must not hand this answer to one of the origins.
            response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
        }
        return response;
    };
    let allowed = CorsLayer::new()
        .allow_origin(AllowOrigin::exact(origin))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([request_id::HEADER, header::RETRY_AFTER])
        .vary([header::ORIGIN, header::ACCESS_CONTROL_REQUEST_METHOD, header::ACCESS_CONTROL_REQUEST_HEADERS])
        .max_age(KEPT);
    match allowed.layer(next).oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
