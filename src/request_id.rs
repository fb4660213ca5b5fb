//! The id of one HTTP request, which its answer, its errors, its log lines and the audit log share.

use std::fmt;

use axum::http::HeaderName;

/// The response header that holds the id.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of one request, in its answer's `x-request-id`, its errors and its log lines. The service makes it: an id that a
/// client sends is ignored, because it could contain anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    pub(crate) fn new() -> Self {
        // It only tells requests apart in the log. Without randomness they are still answered, all under one name.
        Self(format!("{:016x}", getrandom::u64().unwrap_or_default()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
