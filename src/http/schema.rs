//! `GET /schema.graphql`: the schema as text, for front-end tools. Every authenticated caller gets it, although introspection
//! needs the permission to explore, because the same file is in the public repository.

use std::io::Write as _;
use std::sync::LazyLock;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::assets::{Asset, Files};
use crate::graphql;

/// The path of the schema.
pub const ADDRESS: &str = "/schema.graphql";

/// The name of the file.
const NAME: &str = "schema.graphql";

/// The policy of a text file: it loads nothing.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Compressed once, so that repeated requests cost no more than a static file.
static SCHEMA: LazyLock<Files> = LazyLock::new(|| {
    let packed = packed(&graphql::sdl());
    let packed = packed.inspect_err(|cause| tracing::error!(%cause, "the schema could not be compressed")).ok();
    let asset = |bytes: Vec<u8>| {
        let bytes: &'static [u8] = bytes.leak();
        Asset { path: NAME, gzip: true, bytes }
    };
    Files::new(&packed.map(asset).into_iter().collect::<Vec<_>>())
});

/// Must be mounted behind authentication.
pub(super) fn router() -> Router {
    Router::new().route(ADDRESS, get(schema))
}

async fn schema(headers: HeaderMap) -> Response {
    SCHEMA.send(NAME, &headers, POLICY).unwrap_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn packed(text: &str) -> std::io::Result<Vec<u8>> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(text.as_bytes())?;
    gzip.finish()
}
