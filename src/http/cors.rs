//! Which pages of other origins may read `/graphql` from a browser: none, unless they are named one by one.
//!
//! Such a page brings an API token in its `authorization` header. No credentials that a browser adds by itself are allowed
//! across origins, so that a signed-in person's cookie is of no use to another page.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::uri::{PathAndQuery, Uri};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use tower::{Layer as _, ServiceExt as _};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::router::REQUEST_ID;

/// How long a browser may keep what it was told about an origin.
const KEPT: Duration = Duration::from_secs(600);

/// One origin as a browser writes it: scheme, host, and a port that is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(HeaderValue);

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        if matches!(text.as_str(), "*" | "null") {
            return Err(format!(
                "'{text}' would let pages of unknown origin in: name each origin, as https://dashboard.example"
            ));
        }
        let uri = text.parse::<Uri>().ok().filter(|uri| {
            let standard_port = match uri.scheme_str() {
                Some("https") => 443,
                Some("http") => 80,
                _ => return false,
            };
            let bare = uri.path_and_query().is_none_or(|path| *path == PathAndQuery::from_static("/"));
            let port = uri.port_u16();
            let named = uri.authority().is_some_and(|named| !named.as_str().contains('@'));
            bare && named && !text.ends_with(['/', '?', '#', ':']) && port != Some(standard_port)
        });
        uri.and_then(|_| HeaderValue::from_str(&text).ok()).map(Self).ok_or_else(|| {
            "an origin is scheme, host and an unusual port, with nothing behind them, as https://dashboard.example"
                .to_owned()
        })
    }
}

/// Answers a browser's question about one of these origins, and lets such a page read the answer. Other pages' requests are
/// answered as any other is, without a header about origins, and their browser keeps the answer from them.
pub(super) async fn these_origins(State(origins): State<Arc<[Origin]>>, request: Request, next: Next) -> Response {
    if request.uri().path() != "/graphql" {
        return next.run(request).await;
    }
    let asking = request.headers().get(header::ORIGIN);
    let known = asking.filter(|asking| origins.iter().any(|origin| origin.0 == *asking)).cloned();
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
        .expose_headers([REQUEST_ID, header::RETRY_AFTER])
        .vary([header::ORIGIN, header::ACCESS_CONTROL_REQUEST_METHOD, header::ACCESS_CONTROL_REQUEST_HEADERS])
        .max_age(KEPT);
    match allowed.layer(next).oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_exactly_as_a_browser_writes_it() {
        for (text, sent) in [
            ("https://dashboard.example", "https://dashboard.example"),
            (" HTTPS://Dashboard.Example:8443", "https://dashboard.example:8443"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().0, sent);
        }
        for text in [
            "*",
            "null",
            "Null",
            "",
            "dashboard.example",
            "https://",
            "https://*.example/x",
            "https://dashboard.example/",
            "https://dashboard.example/page",
            "https://dashboard.example?x",
            "https://dashboard.example:443",
            "http://dashboard.example:80",
            "https://dashboard.example:",
            "https://me@dashboard.example",
            "ftp://dashboard.example",
            "https://a.example https://b.example",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
