//! The one way to refuse a request: a status, an error with its code, and the headers that say what to do.

use std::time::Duration;

use axum::http::StatusCode;

use crate::graphql::error::{ApiError, Code};

/// The longest body, in bytes: the longest query and variables with every character escaped, and room for the rest.
pub(super) const MAX_BODY_BYTES: usize = 256 * 1024;

/// Why a request is not executed.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The status of the answer. None if the media type of the answer decides: the request was well-formed, and only its
    /// operation is refused.
    pub(super) status: Option<StatusCode>,
    pub(super) error: ApiError,
    /// For status 405: the methods that are allowed.
    pub(super) allow: Option<&'static str>,
    /// For status 429: in how many seconds to send the request again.
    pub(super) retry_after: Option<u64>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: Code, sentence: impl Into<String>) -> Self {
        Self { status: Some(status), error: ApiError::new(code, sentence), allow: None, retry_after: None }
    }

    /// Refuses the operation of a well-formed request.
    pub(super) const fn of_operation(error: ApiError) -> Self {
        Self { status: None, error, allow: None, retry_after: None }
    }

    /// The caller asks too much; `wait` is how long it takes until this would be answered.
    pub(super) fn too_many(code: Code, sentence: &str, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, code, format!("{sentence}; try again in {seconds} s"));
        Self { retry_after: Some(seconds), ..refusal }
    }

    pub(super) fn method(allow: &'static str, sentence: &str) -> Self {
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed, sentence) }
    }

    pub(super) fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            Code::PayloadTooLarge,
            format!("The body is longer than the limit of {MAX_BODY_BYTES} bytes"),
        )
    }
}

/// Too long, too deep or malformed: the client's fault, before the query itself is looked at.
impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self { status: Some(StatusCode::BAD_REQUEST), ..Self::of_operation(error) }
    }
}
