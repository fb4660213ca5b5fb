//! `GET /schema.graphql`: the schema as text, for the tools of front-end developers. Every caller gets it, although introspection
//! is for those who may explore: the same file is in the repository.

use std::io::Write as _;
use std::sync::LazyLock;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::assets::{Asset, Files};
use crate::graphql;

/// The schema's own address.
pub const ADDRESS: &str = "/schema.graphql";

/// Its name among the files below.
const NAME: &str = "schema.graphql";

/// A text loads nothing.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Compressed once, so that a caller who asks again and again costs no more than for a file.
static SCHEMA: LazyLock<Files> = LazyLock::new(|| {
    let packed = packed(&graphql::sdl());
    let packed = packed.inspect_err(|cause| tracing::error!(%cause, "the schema cannot be compressed")).ok();
    let asset = |bytes: Vec<u8>| {
        let bytes: &'static [u8] = bytes.leak();
        Asset { path: NAME, gzip: true, bytes }
    };
    Files::new(&packed.map(asset).into_iter().collect::<Vec<_>>())
});

/// It must stand behind the gate.
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
