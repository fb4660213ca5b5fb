//! Refusal of requests: a status, an error with its code, and the headers that say what to do.

use std::time::Duration;

use axum::http::StatusCode;

use crate::graphql::error::{ApiError, Code};

/// The maximum length of a body, in bytes: the longest query and variables with every character escaped, and room for the rest.
pub(super) const MAX_BODY_BYTES: usize = 256 * 1024;

/// Why a request is not executed.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The status of the answer. `None` if the media type of the answer decides it: the request was well-formed, and only its
    /// operation is refused.
    pub(super) status: Option<StatusCode>,
    pub(super) error: ApiError,
    /// For status 405: the allowed methods.
    pub(super) allow: Option<&'static str>,
    /// For status 429: the seconds after which to send the request again.
    pub(super) retry_after: Option<u64>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: Code, sentence: impl Into<String>) -> Self {
        Self { status: Some(status), error: ApiError::new(code, sentence), allow: None, retry_after: None }
    }

    /// Refuses the operation of a well-formed request.
    pub(super) const fn for_operation(error: ApiError) -> Self {
        Self { status: None, error, allow: None, retry_after: None }
    }

    /// Refuses a request because the caller sends too much. After `wait`, the request would be answered.
    pub(super) fn too_many(code: Code, sentence: &str, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, code, format!("{sentence}. Try again in {seconds} s."));
        Self { retry_after: Some(seconds), ..refusal }
    }

    pub(super) fn method(allow: &'static str, sentence: &str) -> Self {
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed, sentence) }
    }

    pub(super) fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            Code::PayloadTooLarge,
            format!("The body is longer than the limit of {MAX_BODY_BYTES} bytes."),
        )
    }
}

/// Too long, too deep or malformed: an error of the client, found before the query itself is checked.
impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self { status: Some(StatusCode::BAD_REQUEST), ..Self::for_operation(error) }
    }
}
