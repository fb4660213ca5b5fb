//! The GraphQL playground: a page whose every file is in this binary, for those who may explore.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::{Extension, Path};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::assets::{self, Files};
use super::pages;
use crate::access::Viewer;

/// Everything comes from this origin, and nothing may frame the page. The editor makes style rules as it goes, and images
/// as data; scripts, workers and fonts are files.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
    style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

const LEFT_OUT: &str = "<!doctype html><html lang=\"en-GB\"><meta charset=\"utf-8\"><title>psn playground</title>\
    <p>This psn was built without its playground: install Node.js 20 or later with npm, run \
    <code>touch src/http/assets/build.rs</code>, and build again.</p></html>";

static FILES: LazyLock<Files> = LazyLock::new(|| Files::new(assets::PLAYGROUND));

/// `/playground`, whose files lie below it.
pub(super) fn router() -> Router {
    Router::new()
        .route("/playground", get(page))
        .route("/playground/", get(page))
        .route("/playground/{name}", get(file))
}

async fn page(Extension(viewer): Extension<Viewer>, headers: HeaderMap) -> Response {
    if !viewer.explores() {
        return pages::not_for_you(&viewer);
    }
    FILES
        .send("index.html", &headers, POLICY)
        .unwrap_or_else(|| ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(LEFT_OUT)).into_response())
}

async fn file(Extension(viewer): Extension<Viewer>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let found = if viewer.explores() { FILES.send(&name, &headers, POLICY) } else { None };
    found.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}
