//! The log line of a GraphQL request: who sent it, which operation, how it ended. Never its variables.

use std::time::Instant;

use axum::http::StatusCode;

use super::answer::{OperationInfo, Rendered};
use super::refusal::Refusal;
use super::refused_lines::{HeldBack, RefusedLine};
use crate::graphql::error::Code;

/// The maximum length of an operation name in a log line, in bytes.
const MAX_LOGGED_NAME: usize = 64;
/// The codes of service errors, which are always logged.
const SERVICE_ERRORS: [Code; 3] = [Code::Internal, Code::Unavailable, Code::QueryTimeout];

/// How a request ended.
pub(super) struct LogEntry {
    errors: usize,
    code: Option<Code>,
    is_refused: bool,
}

impl LogEntry {
    /// A request that was executed.
    pub(super) fn executed(answer: &Rendered) -> Self {
        let code = answer.codes.first().copied();
        let is_refused = answer.errors > 0
            && answer.body["data"].is_null()
            && !code.is_some_and(|code| SERVICE_ERRORS.contains(&code));
        Self { errors: answer.errors, code, is_refused }
    }

    /// A request that was refused.
    pub(super) const fn refused(refusal: &Refusal) -> Self {
        Self { errors: 1, code: Some(refusal.error.code()), is_refused: true }
    }

    /// A subscription that was started.
    pub(super) const fn subscribed() -> Self {
        Self { errors: 0, code: None, is_refused: false }
    }

    /// Writes the line, unless the request was refused and [`RefusedLine`] allows no more lines now. The duration is measured
    /// from `begun`.
    pub(super) fn log(self, info: &OperationInfo, line: &RefusedLine, begun: Instant, status: StatusCode) {
        let Self { errors, code, is_refused } = self;
        let held_back = if is_refused { line.admit_caller(info.caller).map(HeldBack::field) } else { Some(None) };
        let Some(held_back) = held_back else { return };
        tracing::info!(
            actor = %info.caller,
            operation = info.name.as_deref().map(|name| name.get(..MAX_LOGGED_NAME).unwrap_or(name)),
            kind = info.kind.map(tracing::field::display),
            cost = info.cost,
            errors,
            code = code.map(Code::as_str),
            status = status.as_u16(),
            ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            held_back,
            "graphql"
        );
    }
}
