//! The operations of pages, executed as a client's request is: by the same steps, within the same limits.

use std::time::Instant;

use async_graphql::Executor;
use axum::http::Method;
use tracing::Instrument as _;

use super::super::answer::MediaType;
use super::super::refused_lines::RefusedLine;
use super::super::request::GraphqlRequest;
use super::{Ended, Endpoint, Facts, Ready};
use crate::access::{Look, Viewer};
use crate::graphql::error::Code;
use crate::request_id::RequestId;

/// In whose name a page asks, and by which request.
#[derive(Clone, Debug)]
pub(in crate::http) struct Caller {
    pub(in crate::http) id: RequestId,
    pub(in crate::http) viewer: Viewer,
    pub(in crate::http) look: Option<Look>,
    pub(in crate::http) line: RefusedLine,
}

/// Why a page has no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct NoData {
    pub(in crate::http) code: Code,
    /// In how many seconds it may be asked for again, if that is known.
    pub(in crate::http) retry_after: Option<u64>,
}

impl<S: Executor> Endpoint<S> {
    /// Executes an operation of the binary's own for a page, in the name of the viewer: with the rights, limits, budget, time and
    /// log line that a client's request has. An answer with any error is none: half of a page's figures would be taken for all.
    pub(in crate::http) async fn answer_page(
        &self,
        caller: Caller,
        asked: GraphqlRequest,
    ) -> Result<serde_json::Value, NoData> {
        let begun = Instant::now();
        let Caller { id, viewer, look, line } = caller;
        let (mut facts, span) = (Facts::of(&viewer), tracing::info_span!("request", %id));
        let media_type = MediaType::GraphqlResponse;
        let ready = span.in_scope(|| self.begin((&Method::GET, media_type), &viewer, asked, &mut facts));
        let answer = match ready {
            Ok(Ready::Admitted(variables, running)) => {
                let request = self.request(&id, (viewer, look), &facts, variables);
                self.execute(request, running).instrument(span.clone()).await
            }
            Ok(Ready::Answered(answer)) => answer,
            Err(refusal) => {
                let _entered = span.enter();
                Ended::refused(&refusal).log(&facts, (&line, begun), refusal.status);
                return Err(NoData { code: refusal.error.code(), retry_after: refusal.retry_after });
            }
        };
        let _entered = span.enter();
        let errors = answer.errors.len();
        let (status, mut body) = media_type.body(answer, &facts, &id, self.extensions(&facts, &id));
        Ended::answered(&body, errors).log(&facts, (&line, begun), status);
        match worst(&body["errors"]) {
            Some(code) => Err(NoData { code, retry_after: None }),
            None => Ok(body["data"].take()),
        }
    }
}

/// The code of the error that says most of why there is no answer: one of ours before one about the request.
fn worst(errors: &serde_json::Value) -> Option<Code> {
    let codes = errors.as_array()?.iter().map(|error| {
        let word = error["extensions"]["code"].as_str().unwrap_or_default();
        Code::ALL.iter().copied().find(|code| code.word() == word).unwrap_or(Code::Internal)
    });
    codes.min_by_key(|code| match code {
        Code::Internal => 0,
        Code::Unavailable => 1,
        Code::QueryTimeout => 2,
        // What is not there is not there, whatever else is wrong with the address.
        Code::NotFound => 3,
        _ => 4,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_error_of_ours_says_more_than_one_about_the_request() {
        let errors = |codes: &[&str]| {
            let error = |code: &&str| json!({ "message": "", "extensions": { "code": code } });
            worst(&codes.iter().map(error).collect())
        };
        assert_eq!(worst(&json!(null)), None);
        assert_eq!(errors(&["NOT_FOUND", "NOT_FOUND"]), Some(Code::NotFound));
        assert_eq!(errors(&["BAD_USER_INPUT", "NOT_FOUND"]), Some(Code::NotFound));
        assert_eq!(errors(&["NOT_FOUND", "UNAVAILABLE"]), Some(Code::Unavailable));
        assert_eq!(errors(&["UNAVAILABLE", "INTERNAL"]), Some(Code::Internal));
        assert_eq!(errors(&["A_CODE_OF_TOMORROW"]), Some(Code::Internal));
        assert_eq!(worst(&json!([{ "message": "no code" }])), Some(Code::Internal));
    }
}
