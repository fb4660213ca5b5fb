//! Reads a GraphQL request from an HTTP request, strictly by the "GraphQL over HTTP" specification.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Name, Value, Variables};
use axum::body::{Body, to_bytes};
use axum::extract::Query;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use serde::Deserialize;

use super::refusal::{MAX_BODY_BYTES, Refusal};
use crate::graphql::error::{ApiError, Code};
use crate::graphql::limits::{Limits, MAX_VALUES, MAX_VARIABLES_BYTES};
use crate::graphql::persisted::SHA256;

/// The default time limit for receiving a body. A body that takes longer is probably meant to hold a connection open.
pub const BODY_LIMIT: Duration = Duration::from_secs(10);

/// A GraphQL request as received; the query is not parsed yet.
#[derive(Debug)]
pub(super) struct GraphqlRequest {
    pub(super) source: DocumentSource,
    pub(super) operation: Option<String>,
    pub(super) variables: Variables,
}

/// Where the document to execute comes from.
#[derive(Debug)]
pub(super) enum DocumentSource {
    /// The text of a query.
    Text(String),
    /// The identifier of a persisted document, and its text if that was sent too.
    Persisted(String, Option<String>),
    /// A built-in document of a page. Clients cannot send one.
    Own(Arc<ExecutableDocument>),
}

impl GraphqlRequest {
    /// A request for a built-in document.
    ///
    /// # Errors
    ///
    /// A refusal if the variables are too long.
    pub(super) fn own(
        document: Arc<ExecutableDocument>,
        variables: serde_json::Map<String, serde_json::Value>,
    ) -> Result<Self, Refusal> {
        Ok(Self { source: DocumentSource::Own(document), operation: None, variables: checked_variables(variables)? })
    }
}

fn bad(sentence: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, Code::BadRequest, sentence)
}

/// The parameters of the specification, as JSON values. Others are ignored, as it says.
#[derive(Default, Deserialize)]
struct Parameters {
    query: Option<serde_json::Value>,
    #[serde(rename = "documentId")]
    document: Option<serde_json::Value>,
    #[serde(rename = "operationName")]
    operation: Option<serde_json::Value>,
    variables: Option<serde_json::Value>,
    extensions: Option<serde_json::Value>,
}

/// Reads a request by GET or POST.
///
/// `limit` is the time limit for receiving the body.
pub(super) async fn read(head: &Parts, body: Body, limit: Duration) -> Result<GraphqlRequest, Refusal> {
    match head.method {
        Method::GET => from_query_string(&head.uri),
        Method::POST => {
            only_plain_json(&head.headers)?;
            from_body(body, limit).await
        }
        _ => Err(Refusal::method("GET, POST", "Send GraphQL requests by POST, or queries by GET.")),
    }
}

/// Refuses other bodies than uncompressed JSON: a page of another site can send forms and plain text without a preflight
/// request, and compressed bodies hide their size.
fn only_plain_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let unsupported =
        |sentence| Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::UnsupportedMediaType, sentence));
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let encoding = text(header::CONTENT_ENCODING);
    if headers.contains_key(header::CONTENT_ENCODING) && !encoding.eq_ignore_ascii_case("identity") {
        return unsupported("Send the body uncompressed.");
    }
    let content_type = text(header::CONTENT_TYPE);
    let mut parts = content_type.split(';').map(str::trim);
    if !parts.next().unwrap_or_default().eq_ignore_ascii_case("application/json") {
        return unsupported("Send the body with the content type application/json.");
    }
    let charset = parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("charset"));
    match charset {
        Some((_, set)) if !set.trim_matches('"').eq_ignore_ascii_case("utf-8") => {
            unsupported("Send the body in UTF-8.")
        }
        _ => Ok(()),
    }
}

async fn from_body(body: Body, limit: Duration) -> Result<GraphqlRequest, Refusal> {
    let bytes = match tokio::time::timeout(limit, to_bytes(body, MAX_BODY_BYTES)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(error)) if is_too_long(&error) => return Err(Refusal::too_large()),
        Ok(Err(_)) => return Err(bad("The body is incomplete.")),
        Err(_) => {
            let status = StatusCode::REQUEST_TIMEOUT;
            return Err(Refusal::new(status, Code::RequestTimeout, "The body did not arrive in time."));
        }
    };
    Limits::admit_json(&bytes)?;
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        let sentence = "Batches are not supported. Send one request at a time, not an array.";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, Code::BatchRefused, sentence));
    }
    assemble(serde_json::from_slice(&bytes).map_err(unreadable)?)
}

/// Reports broken JSON by line and column. JSON of another structure is reported in our own words, because serde_json's
/// messages name our types.
fn unreadable(error: serde_json::Error) -> Refusal {
    if error.is_data() {
        return bad(
            "The body must be one JSON object with `query` or `documentId`, and optionally `operationName`, `variables` and `extensions`, each once.",
        );
    }
    bad(format!("The body is not valid JSON: {error}."))
}

fn is_too_long(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        // Whichever limit is reached first, the layer's or `to_bytes`'s, it is this error of http-body-util.
        if error.to_string() == "length limit exceeded" {
            return true;
        }
        cause = error.source();
    }
    false
}

fn from_query_string(uri: &Uri) -> Result<GraphqlRequest, Refusal> {
    let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
        return Err(bad("The query string cannot be decoded."));
    };
    let mut parameters = Parameters::default();
    for (name, text) in pairs {
        let (place, value) = match name.as_str() {
            "query" => (&mut parameters.query, text.into()),
            "documentId" => (&mut parameters.document, text.into()),
            // An HTML form sends an empty field for "none".
            "operationName" if text.is_empty() => continue,
            "operationName" => (&mut parameters.operation, text.into()),
            "variables" | "extensions" => {
                Limits::admit_json(text.as_bytes())?;
                let value = serde_json::from_str(&text)
                    .map_err(|error| bad(format!("`{name}` is not valid JSON: {error}.")))?;
                let place = if name == "variables" { &mut parameters.variables } else { &mut parameters.extensions };
                (place, value)
            }
            _ => continue,
        };
        if place.replace(value).is_some() {
            return Err(bad(format!("`{name}` may only be given once.")));
        }
    }
    assemble(parameters)
}

fn assemble(parameters: Parameters) -> Result<GraphqlRequest, Refusal> {
    use serde_json::Value as Json;
    let Parameters { query, document, operation, variables, extensions } = parameters;
    let query = match query {
        None | Some(Json::Null) => None,
        Some(Json::String(query)) => Some(query),
        Some(_) => return Err(bad("`query` must be a string.")),
    };
    let document = match document {
        None | Some(Json::Null) => None,
        Some(Json::String(id)) => Some(id),
        Some(_) => return Err(bad("`documentId` must be a string.")),
    };
    let operation = match operation {
        None | Some(Json::Null) => None,
        Some(Json::String(name)) => Some(name),
        Some(_) => return Err(bad("`operationName` must be a string.")),
    };
    let hashed = match extensions {
        None | Some(Json::Null) => None,
        Some(Json::Object(extensions)) => by_hash(&extensions)?,
        Some(_) => return Err(bad("`extensions` must be an object.")),
    };
    let source = match (document, hashed) {
        (Some(id), Some(other)) if id != other => {
            return Err(bad("`documentId` and `persistedQuery` name different documents. Send one of them."));
        }
        (Some(id), _) | (None, Some(id)) => DocumentSource::Persisted(id, query),
        (None, None) => DocumentSource::Text(query.ok_or_else(|| bad("`query` is missing."))?),
    };
    let variables = match variables {
        None | Some(Json::Null) => Variables::default(),
        Some(Json::Object(map)) => checked_variables(map)?,
        Some(_) => return Err(bad("`variables` must be an object.")),
    };
    Ok(GraphqlRequest { source, operation, variables })
}

/// Returns the values of variables, or a refusal if they exceed the limits.
fn checked_variables(map: serde_json::Map<String, serde_json::Value>) -> Result<Variables, Refusal> {
    let bytes = map.iter().map(|(name, value)| name.len() + value.to_string().len()).sum::<usize>();
    if bytes > MAX_VARIABLES_BYTES {
        let sentence = format!("The variables have {bytes} bytes; the limit is {MAX_VARIABLES_BYTES}.");
        return Err(ApiError::new(Code::QueryTooLong, sentence).into());
    }
    let values = map.values().map(values_in).sum::<usize>();
    if values > MAX_VALUES {
        let sentence = format!("The variables have {values} values; the limit is {MAX_VALUES}.");
        return Err(ApiError::new(Code::QueryTooLong, sentence).into());
    }
    let values = map.into_iter().map(|(name, value)| Ok((Name::new(name), Value::from_json(value)?)));
    let values = values.collect::<Result<_, serde_json::Error>>();
    Ok(Variables::from_value(Value::Object(values.map_err(|_| bad("`variables` cannot be read."))?)))
}

/// Returns the identifier of a document that an older client names by `persistedQuery: {version: 1, sha256Hash: "…"}`.
fn by_hash(extensions: &serde_json::Map<String, serde_json::Value>) -> Result<Option<String>, Refusal> {
    let Some(named) = extensions.get("persistedQuery").filter(|named| !named.is_null()) else { return Ok(None) };
    let version = named.get("version").and_then(serde_json::Value::as_u64);
    match (version, named.get("sha256Hash").and_then(serde_json::Value::as_str)) {
        (None | Some(1), Some(hash)) => Ok(Some(format!("{SHA256}{hash}"))),
        _ => Err(bad("`extensions.persistedQuery` must be {version: 1, sha256Hash: \"…\"}.")),
    }
}

/// Returns the number of values in `value`, including itself. Its depth was checked before it was parsed.
fn values_in(value: &serde_json::Value) -> usize {
    1 + match value {
        serde_json::Value::Array(items) => items.iter().map(values_in).sum(),
        serde_json::Value::Object(fields) => fields.values().map(values_in).sum(),
        _ => 0,
    }
}
