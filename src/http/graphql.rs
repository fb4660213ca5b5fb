//! `POST /graphql`, and GET for queries. This is our own handler, because the framework's accepts mutations by GET and from
//! forms, reads past the body limit, ignores `operationName` on GET and runs batches of any length.

mod page;

use std::time::Instant;

use async_graphql::Executor;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::Response;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

pub(super) use self::page::{NoData, PageCaller};
use super::answer::{MediaType, OperationInfo};
use super::execution::{Endpoint, Prepared, Rejected};
use super::live::Stopping;
use super::refusal::Refusal;
use super::refused_lines::RefusedLine;
use super::request_log::LogEntry;
use super::subscription::SubscriptionStream;
use crate::access::{DataState, Viewer};
use crate::graphql::error::Code;
use crate::request_id::RequestId;

/// Answers one request and logs it in one line. Refused requests are logged as far as [`RefusedLine`] allows.
pub(super) async fn answer<S: Executor>(
    State(endpoint): State<Endpoint<S>>,
    Extension(id): Extension<RequestId>,
    Extension(viewer): Extension<Viewer>,
    Extension(line): Extension<RefusedLine>,
    data_state: Option<Extension<DataState>>,
    stopping: Option<Extension<Stopping>>,
    request: axum::extract::Request,
) -> Response {
    let begun = Instant::now();
    let (head, body) = request.into_parts();
    let span = tracing::info_span!("request", id = %id);
    let accepted = MediaType::accepted(&head.headers);
    let outcome = match accepted {
        Some(media_type) => endpoint.read(media_type, &viewer, &head, body).instrument(span.clone()).await,
        None => Err(Rejected::unread(&viewer, not_acceptable())),
    };
    let media_type = accepted.unwrap_or(MediaType::Json);
    let log = |entry: LogEntry, info: &OperationInfo, status: StatusCode| {
        span.in_scope(|| entry.log(info, &line, begun, status));
    };
    let refused = |info: &OperationInfo, refusal: Refusal| {
        let entry = LogEntry::refused(&refusal);
        let response = media_type.refusal(refusal, &id, endpoint.extensions(info, &id));
        log(entry, info, response.status());
        response
    };
    let Prepared { info, variables, permit } = match outcome {
        Ok(prepared) => prepared,
        Err(rejected) => {
            let Rejected { info, refusal } = *rejected;
            return refused(&info, refusal);
        }
    };
    if media_type == MediaType::Events {
        // Each event has its own permit.
        drop(permit);
        let permit = match endpoint.live.begin(&info.caller) {
            Ok(permit) => permit,
            Err(refusal) => return refused(&info, refusal),
        };
        log(LogEntry::subscribed(), &info, StatusCode::OK);
        let stop = stopping.map_or_else(CancellationToken::new, |Extension(Stopping(stop))| stop);
        let stream = SubscriptionStream { endpoint, id, headers: head.headers, info, variables, stop, permit };
        return span.in_scope(|| stream.begin());
    }
    let request =
        endpoint.engine_request(&id, viewer, data_state.map(|Extension(data_state)| data_state), &info, variables);
    let answer = endpoint.execute(request, permit).instrument(span.clone()).await;
    let rendered = endpoint.render(media_type, answer, &info, &id);
    let response = media_type.json(rendered.status, &rendered.body);
    log(LogEntry::executed(&rendered), &info, response.status());
    response
}

fn not_acceptable() -> Refusal {
    Refusal::new(
        StatusCode::NOT_ACCEPTABLE,
        Code::NotAcceptable,
        "No acceptable media type. Send `Accept: application/graphql-response+json, application/json`, or `Accept: text/event-stream` for a subscription.",
    )
}
