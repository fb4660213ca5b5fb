//! The ID of an HTTP request, which is in its answer, its errors, its log lines and the audit log.

use std::fmt;

use axum::http::HeaderName;

/// The response header that contains the ID.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The ID of one request, in the `x-request-id` header of its answer, its errors and its log lines. The service generates it:
/// an ID from the client is ignored, because it could contain anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    pub(crate) fn new() -> Self {
        // It only distinguishes requests in the log. Without randomness they are still answered, all with the same ID.
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
