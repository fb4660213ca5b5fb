//! Renders answers: the media type, the status, and the errors that are shown.

use std::sync::Arc;

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{PathSegment, Response as Answer, ServerError, Value};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use entity::actor::Actor;
use serde_json::{Map, json};

use super::refusal::Refusal;
use super::selection_order::in_selection_order;
use crate::access::Viewer;
use crate::graphql::DataVersion;
use crate::graphql::error::{self, Code};
use crate::request_id::RequestId;

/// The maximum number of errors in an answer. The engine may find thousands in one hostile query.
const MAX_ERRORS: usize = 20;

/// What is known about an operation, for its log line and its answer. Never its variables.
pub(super) struct OperationInfo {
    pub(super) caller: Actor,
    /// Whether the caller may explore the schema.
    pub(super) explores: bool,
    pub(super) name: Option<String>,
    pub(super) kind: Option<OperationType>,
    /// The maximum number of fields in the answer. `None` if the request was refused before this was known.
    pub(super) cost: Option<u64>,
    /// The response keys of the root fields that may be null.
    pub(super) nullable: Vec<String>,
    /// The version of the data that the answer is based on.
    pub(super) data_version: DataVersion,
    /// The query. `None` until it is admitted.
    pub(super) document: Option<Arc<ExecutableDocument>>,
}

impl OperationInfo {
    /// What is known about a request of `viewer` before its query is read.
    pub(super) fn unread(viewer: &Viewer) -> Self {
        Self {
            caller: viewer.actor(),
            explores: viewer.explores(),
            name: None,
            kind: None,
            cost: None,
            nullable: Vec::new(),
            data_version: DataVersion::default(),
            document: None,
        }
    }
}

/// An answer as JSON, with the figures for its log line.
pub(super) struct Rendered {
    pub(super) status: StatusCode,
    pub(super) body: serde_json::Value,
    /// The number of errors that the engine found, which may be more than the body shows.
    pub(super) errors: usize,
    /// The codes of the errors in the body, in their order.
    pub(super) codes: Vec<Code>,
}

/// The media type of an answer. It also decides the status of an answer without data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/json`, for old clients: every well-formed request is answered with 200.
    Json,
    /// `application/graphql-response+json`: the status says whether the query was executed.
    GraphqlResponse,
    /// `text/event-stream`, for a subscription. A refusal before it starts is answered as a `GraphqlResponse`.
    Events,
}

impl MediaType {
    /// Returns the media type that the client prefers; `None` if it accepts none of ours. Without an `Accept` header, or with
    /// `*/*`, it is `application/json`, which every client reads.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let wishes = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let wishes = wishes.flat_map(|value| value.split(',')).map(str::trim).filter(|wish| !wish.is_empty());
        let mut best: Option<(f32, Self)> = None;
        let mut any_wish = false;
        for wish in wishes {
            any_wish = true;
            let mut parts = wish.split(';').map(str::trim);
            let media_type = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "application/graphql-response+json" => Self::GraphqlResponse,
                "application/json" | "application/*" | "*/*" => Self::Json,
                "text/event-stream" => Self::Events,
                _ => continue,
            };
            let weight = parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.parse().ok()).unwrap_or(1.0);
            // Of media types with equal weight, the first wins.
            if weight > 0.0 && best.is_none_or(|(other, _)| weight > other) {
                best = Some((weight, media_type));
            }
        }
        if any_wish { best.map(|(_, media_type)| media_type) } else { Some(Self::Json) }
    }

    const fn header(self) -> HeaderValue {
        match self {
            Self::Json => HeaderValue::from_static("application/json; charset=utf-8"),
            Self::GraphqlResponse | Self::Events => {
                HeaderValue::from_static("application/graphql-response+json; charset=utf-8")
            }
        }
    }

    /// Returns a refusal if this media type cannot answer an operation of this kind.
    pub(super) fn fits(self, kind: OperationType) -> Result<(), Refusal> {
        let accept = match (self == Self::Events, kind == OperationType::Subscription) {
            (true, false) => "application/graphql-response+json, application/json",
            (false, true) => "text/event-stream",
            (true, true) | (false, false) => return Ok(()),
        };
        let sentence = format!("This operation is a {kind}: send `Accept: {accept}`.");
        Err(Refusal::new(StatusCode::NOT_ACCEPTABLE, Code::NotAcceptable, sentence))
    }

    /// Renders an answer of the engine. It has a `data` key only if execution started: an error of execution has a path.
    pub(super) fn render(
        self,
        answer: Answer,
        info: &OperationInfo,
        id: &RequestId,
        extensions: serde_json::Value,
    ) -> Rendered {
        let Answer { data, errors, .. } = answer;
        let found = errors.len();
        let executed = errors.is_empty() || data != Value::Null || errors.iter().any(|error| !error.path.is_empty());
        let mut body = Map::new();
        if executed {
            // The engine answers null for an object without fields, when each field was skipped or has failed. By the
            // specification it is null only if a non-null field has failed.
            let may_be_null = |error: &ServerError| match error.path.first() {
                Some(PathSegment::Field(key)) => info.nullable.contains(key),
                Some(PathSegment::Index(_)) | None => false,
            };
            let object = data == Value::Null && errors.iter().all(may_be_null);
            let mut data = if object { json!({}) } else { json!(data) };
            errors.iter().for_each(|error| put_null(&mut data, &error.path));
            let data = match &info.document {
                Some(document) => in_selection_order(data, document, info.name.as_deref()),
                None => data,
            };
            body.insert("data".to_owned(), data);
        }
        let presentable = |error| error::presentable(error, info.explores);
        let (errors, codes): (Vec<_>, Vec<_>) = errors.into_iter().take(MAX_ERRORS).map(presentable).unzip();
        let status = if executed { StatusCode::OK } else { self.status(&codes) };
        if !errors.is_empty() {
            body.insert("errors".to_owned(), errors.into_iter().map(|error| shown(error, id)).collect());
        }
        body.insert("extensions".to_owned(), extensions);
        Rendered { status, body: serde_json::Value::Object(body), errors: found, codes }
    }

    /// Returns the status of an answer without data.
    fn status(self, codes: &[Code]) -> StatusCode {
        let has = |code: Code| codes.contains(&code);
        if has(Code::Internal) {
            StatusCode::INTERNAL_SERVER_ERROR
        } else if has(Code::Unavailable) || has(Code::QueryTimeout) {
            StatusCode::SERVICE_UNAVAILABLE
        } else if self == Self::Json {
            StatusCode::OK
        } else if has(Code::OperationNotListed) || has(Code::IntrospectionRefused) {
            StatusCode::FORBIDDEN
        } else {
            StatusCode::BAD_REQUEST
        }
    }

    /// Returns the status of a refused request.
    pub(super) fn status_of(self, refusal: &Refusal) -> StatusCode {
        refusal.status.unwrap_or_else(|| self.status(&[refusal.error.code()]))
    }

    pub(super) fn refusal(self, refusal: Refusal, id: &RequestId, extensions: serde_json::Value) -> Response {
        let status = self.status_of(&refusal);
        let body = json!({ "errors": [shown(refusal.error.into(), id)], "extensions": extensions });
        let mut response = self.json(status, &body);
        if let Some(allow) = refusal.allow {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        if let Some(seconds) = refusal.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    pub(super) fn json(self, status: StatusCode, body: &serde_json::Value) -> Response {
        (status, [(header::CONTENT_TYPE, self.header())], body.to_string()).into_response()
    }
}

/// Answers with a refusal outside the GraphQL handler, in the format that every GraphQL client reads.
pub(super) fn refuse(headers: &HeaderMap, refusal: Refusal, id: &RequestId) -> Response {
    let extensions = json!({ "requestId": id.to_string() });
    MediaType::accepted(headers).unwrap_or(MediaType::Json).refusal(refusal, id, extensions)
}

/// Whether the client accepts HTML: a browser that opens a page.
pub(super) fn accepts_html(headers: &HeaderMap) -> bool {
    let wishes = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    wishes.flat_map(|value| value.split(',')).any(|wish| wish.trim().starts_with("text/html"))
}

/// Sets a failed field to null. The engine leaves it out of its object, but a client that requested it must find null there.
fn put_null(data: &mut serde_json::Value, path: &[PathSegment]) {
    let Some((PathSegment::Field(failed), above)) = path.split_last() else { return };
    let parent = above.iter().try_fold(data, |value, segment| match segment {
        PathSegment::Field(name) => value.get_mut(name),
        PathSegment::Index(at) => value.get_mut(at),
    });
    if let Some(serde_json::Value::Object(fields)) = parent {
        fields.entry(failed.as_str()).or_insert_with(|| json!(null));
    }
}

fn shown(mut error: ServerError, id: &RequestId) -> serde_json::Value {
    error.message = error::bounded(error.message);
    error.extensions.get_or_insert_default().set("requestId", id.to_string());
    json!(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferred_media_type_is_chosen() {
        let chosen = |wish: &'static str| {
            MediaType::accepted(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(wish))]))
        };
        let (json, graphql) = (Some(MediaType::Json), Some(MediaType::GraphqlResponse));
        assert_eq!(MediaType::accepted(&HeaderMap::new()), json);
        assert_eq!(chosen("*/*"), json);
        assert_eq!(chosen("application/graphql-response+json, application/json"), graphql);
        assert_eq!(chosen("application/json, application/graphql-response+json"), json);
        assert_eq!(chosen("application/json;q=0.5, application/graphql-response+json;q=0.9"), graphql);
        assert_eq!(chosen("Application/GraphQL-Response+JSON;charset=utf-8"), graphql);
        assert_eq!(chosen("text/html, application/xhtml+xml, */*;q=0.8"), json);
        assert_eq!(chosen("application/json;q=0, application/graphql-response+json;q=0.1"), graphql);
        assert_eq!(chosen("text/html"), None);
        assert_eq!(chosen("application/json;q=0"), None);
    }
}
