//! Executes the operations of pages in the same steps and within the same limits as a client's request.

use std::time::Instant;

use async_graphql::Executor;
use axum::http::Method;
use tracing::Instrument as _;

use crate::access::{DataState, Viewer};
use crate::graphql::error::Code;
use crate::http::answer::MediaType;
use crate::http::execution::{Endpoint, Prepared, Rejected};
use crate::http::refused_lines::RefusedLine;
use crate::http::request::GraphqlRequest;
use crate::http::request_log::LogEntry;
use crate::request_id::RequestId;

/// The caller on whose behalf a page is built, and the request.
#[derive(Clone, Debug)]
pub(in crate::http) struct PageCaller {
    pub(in crate::http) id: RequestId,
    pub(in crate::http) viewer: Viewer,
    pub(in crate::http) data_state: Option<DataState>,
    pub(in crate::http) line: RefusedLine,
}

/// Why a page has no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct NoData {
    pub(in crate::http) code: Code,
    /// The seconds after which to try again, if they are known.
    pub(in crate::http) retry_after: Option<u64>,
}

impl<S: Executor> Endpoint<S> {
    /// Executes a built-in operation for a page on behalf of the viewer, with the same rights, limits, budget, time limit and
    /// log line as a client's request, by the method of the page. An answer with any error is not used, because readers would take half of the figures for
    /// all.
    pub(in crate::http) async fn answer_page(
        &self,
        method: &Method,
        caller: PageCaller,
        request: GraphqlRequest,
    ) -> Result<serde_json::Value, NoData> {
        let begun = Instant::now();
        let PageCaller { id, viewer, data_state, line } = caller;
        let span = tracing::info_span!("request", %id);
        let media_type = MediaType::GraphqlResponse;
        let prepared = span.in_scope(|| self.prepare(method, media_type, &viewer, request));
        let Prepared { info, variables, permit } = match prepared {
            Ok(prepared) => prepared,
            Err(rejected) => {
                let Rejected { info, refusal } = *rejected;
                let _entered = span.enter();
                let status = media_type.status_of(&refusal);
                LogEntry::refused(&refusal).log(&info, &line, begun, status);
                return Err(NoData { code: refusal.error.code(), retry_after: refusal.retry_after });
            }
        };
        let request = self.engine_request(&id, viewer, data_state, &info, variables);
        let answer = self.execute(request, permit).instrument(span.clone()).await;
        let _entered = span.enter();
        let mut rendered = self.render(media_type, answer, &info, &id);
        LogEntry::executed(&rendered).log(&info, &line, begun, rendered.status);
        match worst(&rendered.codes) {
            Some(code) => Err(NoData { code, retry_after: None }),
            None => Ok(rendered.body["data"].take()),
        }
    }
}

/// Returns the most relevant error code: an error of the service before an error of the request.
fn worst(codes: &[Code]) -> Option<Code> {
    codes.iter().copied().min_by_key(|code| match code {
        Code::Internal => 0,
        Code::Unavailable => 1,
        Code::QueryTimeout => 2,
        // If the unit does not exist, other errors of the address do not matter.
        Code::NotFound => 3,
        _ => 4,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_error_outranks_request_error() {
        assert_eq!(worst(&[]), None);
        assert_eq!(worst(&[Code::NotFound, Code::NotFound]), Some(Code::NotFound));
        assert_eq!(worst(&[Code::BadInput, Code::NotFound]), Some(Code::NotFound));
        assert_eq!(worst(&[Code::NotFound, Code::Unavailable]), Some(Code::Unavailable));
        assert_eq!(worst(&[Code::Unavailable, Code::Internal]), Some(Code::Internal));
    }
}
