//! The GraphQL playground: a page whose every file is in this binary, because a hospital's network reaches no other host.

use std::hash::{DefaultHasher, Hasher};
use std::io::Read;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::{Extension, Path};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

use super::sign_in;
use crate::access::Viewer;

/// One file of the playground.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asset {
    /// Its name below `/playground/`.
    pub(crate) path: &'static str,
    pub(crate) media_type: &'static str,
    /// Whether `bytes` are compressed.
    pub(crate) gzip: bool,
    pub(crate) bytes: &'static [u8],
}

// ASSETS: what build.rs bundled; empty where it could not.
include!(concat!(env!("OUT_DIR"), "/playground.rs"));

/// Everything comes from this origin, and nothing may frame the page. The editor makes style rules as it goes, and images
/// as data; scripts, workers and fonts are files.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
    style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

const LEFT_OUT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>psn playground</title>\
    <p>This psn was built without its playground: install Node.js 20 or later with npm, run \
    <code>touch src/http/playground/build.rs</code>, and build again.</p></html>";

/// `/` leads to `/playground`, whose files lie below it.
pub(super) fn router() -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/playground") }))
        .route("/playground", get(page))
        .route("/playground/", get(page))
        .route("/playground/view.js", get(sign_in::view_script))
        .route("/playground/{name}", get(file))
}

async fn page(Extension(viewer): Extension<Viewer>, headers: HeaderMap) -> Response {
    if !viewer.explores() {
        return sign_in::instead_of_playground(&viewer);
    }
    match find("index.html") {
        Some((asset, tag)) => send(asset, tag, &headers),
        None => ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(LEFT_OUT)).into_response(),
    }
}

async fn file(Extension(viewer): Extension<Viewer>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    match find(&name).filter(|_| viewer.explores()) {
        Some((asset, tag)) => send(asset, tag, &headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn find(path: &str) -> Option<(&'static Asset, &'static HeaderValue)> {
    static TAGS: LazyLock<Vec<HeaderValue>> = LazyLock::new(|| ASSETS.iter().map(|asset| tag(asset.bytes)).collect());
    ASSETS.iter().zip(TAGS.iter()).find(|(asset, _)| asset.path == path)
}

/// An ETag: the same bytes have the same one in every process.
fn tag(bytes: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    HeaderValue::from_str(&format!("W/\"{:016x}\"", hasher.finish())).unwrap_or(HeaderValue::from_static("W/\"0\""))
}

/// Sends a file as it is kept, or unpacked for a client that takes no gzip. Names stay the same from build to build, so
/// a browser asks each time, and is told "not modified" in one line.
fn send(asset: &Asset, tag: &HeaderValue, headers: &HeaderMap) -> Response {
    let mut response = if known_already(headers, tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if !asset.gzip {
        asset.bytes.into_response()
    } else if accepts_gzip(headers) {
        ([(header::CONTENT_ENCODING, "gzip")], asset.bytes).into_response()
    } else {
        let mut plain = Vec::new();
        match flate2::read::GzDecoder::new(asset.bytes).read_to_end(&mut plain) {
            Ok(_) => plain.into_response(),
            Err(cause) => {
                tracing::error!(%cause, file = asset.path, "a file of the playground cannot be unpacked");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        }
    };
    let sent = response.headers_mut();
    sent.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    sent.insert(header::ETAG, tag.clone());
    sent.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    sent.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    sent.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

fn known_already(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|known| known.trim().as_bytes() == tag.as_bytes())
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let wishes = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    wishes.flat_map(|value| value.split(',')).any(|wish| {
        let mut parts = wish.split(';').map(str::trim);
        let refused = |part: &str| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
        matches!(parts.next(), Some("gzip" | "x-gzip" | "*")) && !parts.any(refused)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    fn packed() -> Asset {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(b"alert()").unwrap();
        let bytes = gzip.finish().unwrap().leak();
        Asset { path: "a.js", media_type: "text/javascript; charset=utf-8", gzip: true, bytes }
    }

    #[tokio::test]
    async fn a_packed_file_goes_out_packed_where_that_is_taken_and_plain_elsewhere() {
        let asset = packed();
        let tag = tag(asset.bytes);
        let response = send(&asset, &tag, &headers(&[(header::ACCEPT_ENCODING, "br, gzip;q=0.8")]));
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
        assert_eq!(response.headers()[header::CONTENT_TYPE], asset.media_type);
        assert_eq!(axum::body::to_bytes(response.into_body(), 1000).await.unwrap(), asset.bytes);

        for wish in [&[][..], &[(header::ACCEPT_ENCODING, "br, gzip;q=0")]] {
            let response = send(&asset, &tag, &headers(wish));
            assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
            assert!(
                response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("script-src 'self';")
            );
            assert_eq!(axum::body::to_bytes(response.into_body(), 1000).await.unwrap(), "alert()");
        }
    }

    #[test]
    fn a_file_that_the_browser_has_is_not_sent_again() {
        let asset = packed();
        let tag = tag(asset.bytes);
        let mut asked = headers(&[]);
        asked.insert(header::IF_NONE_MATCH, tag.clone());
        assert_eq!(send(&asset, &tag, &asked).status(), StatusCode::NOT_MODIFIED);
        asked.insert(header::IF_NONE_MATCH, HeaderValue::from_static("W/\"other\""));
        assert_eq!(send(&asset, &tag, &asked).status(), StatusCode::OK);
    }
}
