//! The GraphQL playground, for callers who may explore. All its files come from this service.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::assets::Files;
use super::pages;
use crate::access::Viewer;

/// Everything comes from this origin, and the page may not be framed. The editor creates style rules at run time, and images as
/// data URLs; scripts, workers and fonts are files.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
    style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

const LEFT_OUT: &str = "<!doctype html><html lang=\"en-GB\"><meta charset=\"utf-8\"><title>psn playground</title>\
    <p>This psn was built without its playground. To add it, install Node.js 20 or later with npm, run \
    <code>node src/http/assets/build.mjs</code> in psn's source folder, and build psn again.</p></html>";

/// The files of the playground. `None` if it was not built.
type Playground = Option<Arc<Files>>;

/// The routes of `/playground` and its files.
pub(super) fn router(files: Playground) -> Router {
    Router::new()
        .route("/playground", get(page))
        .route("/playground/", get(page))
        .route("/playground/{name}", get(file))
        .with_state(files)
}

async fn page(State(files): State<Playground>, Extension(viewer): Extension<Viewer>, headers: HeaderMap) -> Response {
    if !viewer.explores() {
        return pages::playground_forbidden(&viewer);
    }
    files
        .and_then(|files| files.send("index.html", &headers, POLICY))
        .unwrap_or_else(|| ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(LEFT_OUT)).into_response())
}

async fn file(
    State(files): State<Playground>,
    Extension(viewer): Extension<Viewer>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let files = files.filter(|_| viewer.explores());
    let found = files.and_then(|files| files.send(&name, &headers, POLICY));
    found.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}
