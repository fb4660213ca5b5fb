//! Errors for clients: a stable code and a sentence, never an internal text.

use std::fmt::Display;
use std::sync::Arc;

use async_graphql::{Error, ErrorExtensionValues, PathSegment, ServerError, Value};
use entity::excerpt::excerpt;
use sea_orm::DbErr;

/// The sentence for every internal error.
pub const INTERNAL_SENTENCE: &str = "Something went wrong on our side. Quote this request ID when you report it.";
/// The longest message, in characters. The engine repeats what a client wrote, and a query may have 32 KB in one line.
const LONGEST_MESSAGE: usize = 600;
/// How many characters are kept from the end of a message that is cut: a parser says there what it expected.
const KEPT_END: usize = 200;
const UNAVAILABLE_SENTENCE: &str = "The database cannot be reached. Try again in a minute.";

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+) => {
        /// The stable codes of `errors[].extensions.code`. A front end may rely on them; the sentences may change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[doc = $doc])+ $variant,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The meaning of the code, as the documentation prints it.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+),)+ }
            }

            /// The code as clients see it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            fn from_code(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == word)
            }
        }
    };
}

codes! {
    /// The request is not a GraphQL request: it has no JSON or no query, or a parameter has the wrong type.
    BadRequest = "BAD_REQUEST",
    /// The service does not answer under the host name in the request.
    HostRefused = "HOST_REFUSED",
    /// The request has several operations in one array.
    BatchRefused = "BATCH_REFUSED",
    /// The method is neither GET nor POST, or a mutation was sent by GET.
    MethodNotAllowed = "METHOD_NOT_ALLOWED",
    /// The client accepts neither of the two media types of a response.
    NotAcceptable = "NOT_ACCEPTABLE",
    /// The body is not plain JSON in UTF-8.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE",
    /// The body is too large.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE",
    /// The body did not arrive in time.
    RequestTimeout = "REQUEST_TIMEOUT",
    /// The query is not valid GraphQL.
    ParseFailed = "GRAPHQL_PARSE_FAILED",
    /// The query is valid GraphQL, but does not match the schema.
    ValidationFailed = "GRAPHQL_VALIDATION_FAILED",
    /// `operationName` names no operation in the query, or is missing although the query has several.
    OperationUnknown = "OPERATION_RESOLUTION_FAILURE",
    /// The query or its variables have too many bytes, tokens or values.
    QueryTooLong = "QUERY_TOO_LONG",
    /// Something is nested too deeply.
    QueryTooDeep = "QUERY_TOO_DEEP",
    /// The query has too many fields, aliases, arguments or definitions.
    QueryTooBroad = "QUERY_TOO_BROAD",
    /// The response would be too large.
    QueryTooCostly = "QUERY_TOO_COSTLY",
    /// The response took too long.
    QueryTimeout = "QUERY_TIMEOUT",
    /// The caller's query budget is exhausted; `Retry-After` says when it is sufficient again.
    BudgetSpent = "BUDGET_SPENT",
    /// The caller has too many concurrent requests.
    TooManyAtOnce = "TOO_MANY_AT_ONCE",
    /// Only persisted operations are allowed and this is not one, or the operation ID is unknown.
    OperationNotListed = "OPERATION_NOT_LISTED",
    /// Requests cannot add persisted operations, or there are none here: send the query alone.
    PersistedQueryNotSupported = "PERSISTED_QUERY_NOT_SUPPORTED",
    /// Only users who may explore may query `__schema` and `__type`.
    IntrospectionRefused = "INTROSPECTION_REFUSED",
    /// An argument or a variable has an invalid value.
    BadInput = "BAD_USER_INPUT",
    /// Not signed in, or the credentials are invalid.
    Unauthenticated = "UNAUTHENTICATED",
    /// The viewer does not have the right to do this, or a page of another site sent the request in their name.
    Forbidden = "FORBIDDEN",
    /// The object does not exist, or the viewer may not see it: the response is the same.
    NotFound = "NOT_FOUND",
    /// The database or the identity provider cannot be reached. Repeat the request later.
    Unavailable = "UNAVAILABLE",
    /// An internal error. The log line has the same request ID.
    Internal = "INTERNAL",
}

/// The codes as a Markdown table, for docs/api-guide.md.
#[must_use]
pub fn codes_markdown() -> String {
    let rows =
        Code::ALL.iter().map(|code| format!("| `{}` |{} |\n", code.as_str(), code.meaning().trim_end_matches('.')));
    "| code | when |\n|---|---|\n".to_owned() + &rows.collect::<String>()
}

/// An error for a client. It has no `Display`, so that it never becomes a message by accident; and because async-graphql is
/// built with `custom-error-conversion`, `?` on a foreign error in a resolver does not compile: choose a constructor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    code: Code,
    sentence: String,
    argument: Option<String>,
}

impl ApiError {
    /// Creates an error with a code; the sentence says what the client can do.
    pub fn new(code: Code, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into(), argument: None }
    }

    /// The object does not exist, or the viewer may not see it. `kind` is a noun: "team", "gap report". `argument` is the name
    /// of the argument, and `given` its value, which the sentence repeats, shortened and without control characters.
    #[must_use]
    pub fn not_found(kind: &str, argument: &str, given: &str) -> Self {
        let sentence = format!("No {kind} '{}' was found.", excerpt(given));
        Self { argument: Some(excerpt(argument)), ..Self::new(Code::NotFound, sentence) }
    }

    /// The argument `field` has an invalid value; the sentence says what is allowed.
    pub fn bad_input(field: &str, sentence: impl Into<String>) -> Self {
        Self { argument: Some(excerpt(field)), ..Self::new(Code::BadInput, sentence) }
    }

    /// An internal error. The cause is logged here, once, in the span of the request, and appears nowhere else.
    pub fn internal(cause: impl Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(Code::Internal, INTERNAL_SENTENCE)
    }

    /// The database cannot be reached.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(Code::Unavailable, UNAVAILABLE_SENTENCE)
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The sentence for the client.
    #[must_use]
    pub fn sentence(&self) -> &str {
        &self.sentence
    }

    fn extensions(&self) -> ErrorExtensionValues {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code.as_str());
        if let Some(argument) = &self.argument {
            extensions.set("argument", argument.as_str());
        }
        extensions
    }
}

/// A database that cannot be reached is [`ApiError::unavailable`]; every other database error is internal.
impl From<DbErr> for ApiError {
    fn from(error: DbErr) -> Self {
        if entity::store::is_unavailable(&error) {
            tracing::warn!(cause = %error, "database unreachable");
            return Self::unavailable();
        }
        if entity::store::is_timeout(&error) {
            return Self::new(
                Code::QueryTimeout,
                "The database took too long for this query. Request less data at once.",
            );
        }
        Self::internal(error)
    }
}

/// The engine passes the code on as the source of its error, so that [`presentable`] need not parse it from text.
impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        let extensions = Some(error.extensions());
        Self { source: Some(Arc::new(error.code)), message: error.sentence, extensions }
    }
}

impl From<ApiError> for ServerError {
    fn from(error: ApiError) -> Self {
        let extensions = Some(error.extensions());
        let code = error.code;
        let mut shown = Self::new(error.sentence, None);
        shown.source = Some(Arc::new(code));
        shown.extensions = extensions;
        shown
    }
}

/// Returns an error of the engine or of a resolver with its code, and hides internal texts: an error with neither a code nor
/// the form of the engine's own input errors is internal, and its text goes to the log only. A caller who may not explore
/// (`explores`) learns nothing about the schema besides what they have written themselves.
#[must_use]
pub fn presentable(mut error: ServerError, explores: bool) -> (ServerError, Code) {
    if let Some(code) = carried_code(&error) {
        return (error, code);
    }
    let code = if error.path.is_empty() {
        Code::ValidationFailed
    } else if error.source.is_none() && is_about_input(&error.message) {
        Code::BadInput
    } else {
        let field = error.path.iter().rev().find_map(|segment| match segment {
            PathSegment::Field(name) => Some(name.as_str()),
            PathSegment::Index(_) => None,
        });
        tracing::error!(cause = error.message, field, "a resolver failed with an error that has no code");
        INTERNAL_SENTENCE.clone_into(&mut error.message);
        Code::Internal
    };
    if !explores && code != Code::Internal {
        error.message = without_hints(&error.message);
    }
    error.extensions.get_or_insert_default().set("code", code.as_str());
    (error, code)
}

/// The code with which an error was made. An error about an input value has no room for a source: its code is in the
/// extensions.
fn carried_code(error: &ServerError) -> Option<Code> {
    let in_extensions = || match error.extensions.as_ref()?.get("code")? {
        Value::String(word) => Code::from_code(word),
        _ => None,
    };
    error.source::<Code>().copied().or_else(in_extensions)
}

/// Cuts the middle out of a message that is about as long as the input that it repeats.
#[must_use]
pub fn bounded(message: String) -> String {
    // Bytes first: hardly any message needs counting.
    let length = if message.len() > LONGEST_MESSAGE { message.chars().count() } else { 0 };
    if length <= LONGEST_MESSAGE {
        return message;
    }
    let start: String = message.chars().take(LONGEST_MESSAGE - KEPT_END).collect();
    let end: String = message.chars().skip(length - KEPT_END).collect();
    format!("{start} … {end}")
}

/// Cuts an error text of the engine before the second thing that it names. The first thing that it names is in the query; what
/// follows (types, missing arguments, "Did you mean") would reveal the schema piece by piece. The text is cut and not masked
/// word by word, because quoted text may contain quotes itself.
fn without_hints(message: &str) -> String {
    // A scalar's own sentence says what is allowed, after the name of its type.
    if let Some((_, sentence)) = message.strip_prefix("Failed to parse \"").and_then(|rest| rest.split_once("\": ")) {
        return cut(sentence, 0);
    }
    let names_ours =
        ["Fragment cannot be spread", "Expected input type"].iter().any(|start| message.starts_with(start));
    cut(message, if names_ours { 0 } else { 2 })
}

/// The message with `quotes` quotation marks, and nothing from the next one on.
fn cut(message: &str, quotes: usize) -> String {
    match message.match_indices('"').nth(quotes) {
        Some((at, _)) => format!("{} …", message[..at].trim_end()),
        None => message.to_owned(),
    }
}

/// The engine checks scalars and validators during execution, and gives these errors no code, only these forms.
fn is_about_input(message: &str) -> bool {
    ["Failed to parse \"", "Expected input type \"", "Invalid value for argument "]
        .iter()
        .any(|start| message.starts_with(start))
        || (message.starts_with("Variable ") && message.ends_with(" is not defined."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_error_shows_nothing_of_its_text() {
        let error = Error::from(ApiError::from(DbErr::Custom("table person, column email".to_owned())));
        assert_eq!(error.message, INTERNAL_SENTENCE);
        assert_eq!(error.extensions.unwrap().get("code"), Some(&Code::Internal.as_str().into()));
        assert!(error.source.is_some_and(|source| source.is::<Code>()), "and the source holds the code alone");
    }

    #[test]
    fn a_closed_pool_is_an_unavailable_database() {
        let away = DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout);
        assert_eq!(ApiError::from(away).code(), Code::Unavailable);
    }

    #[test]
    fn errors_without_a_code_are_masked() {
        let mut error = ServerError::new("no such table: person", None);
        error.path = vec![PathSegment::Field("people".to_owned())];
        let (shown, code) = presentable(error, false);
        assert_eq!(code, Code::Internal);
        assert_eq!(shown.message, INTERNAL_SENTENCE);
        assert_eq!(shown.extensions.unwrap().get("code"), Some(&"INTERNAL".into()));
    }

    #[test]
    fn a_code_is_carried_beside_the_error() {
        for &code in Code::ALL {
            let error = ServerError::from(ApiError::new(code, "a sentence"));
            assert_eq!(presentable(error.clone(), false).1, code);
            // An error about an input value has extensions only.
            assert_eq!(presentable(ServerError { source: None, ..error }, false).1, code);
        }
    }

    #[test]
    fn only_explorers_are_told_about_the_schema() {
        for (message, shown) in [
            (r#"Unknown field "staf" on type "Team". Did you mean "staff"?"#, r#"Unknown field "staf" on type …"#),
            (r#"Unknown argument "x" on field "teams" of type "Query"."#, r#"Unknown argument "x" on field …"#),
            (
                r#"Field "unit" argument "code" of type "String!" is required but not provided"#,
                r#"Field "unit" argument …"#,
            ),
            (
                r#"Invalid value for argument "filter", unknown field "a"b" of type "TeamFilter""#,
                r#"Invalid value for argument "filter", unknown field …"#,
            ),
            (
                r#"Fragment cannot be spread here as objects of type "Team" can never be of type "Unit""#,
                "Fragment cannot be spread here as objects of type …",
            ),
            (r#"Failed to parse "Date": '2026-02-30' is not a day"#, "'2026-02-30' is not a day"),
            (r#"Failed to parse "Int": no (occurred while parsing "TeamFilter")"#, "no (occurred while parsing …"),
            (r#"Unknown fragment: "f""#, r#"Unknown fragment: "f""#),
            ("Schema is not configured for subscriptions.", "Schema is not configured for subscriptions."),
        ] {
            assert_eq!(without_hints(message), shown);
            let error = ServerError::new(message, None);
            assert_eq!(presentable(error.clone(), false).0.message, shown);
            assert_eq!(presentable(error, true).0.message, message);
        }
    }

    #[test]
    fn not_found_repeats_the_name_bounded_and_printable() {
        let sentence = |given: &str| ApiError::not_found("unit", "code", given).sentence().to_owned();
        assert_eq!(sentence("N\u{7}1\n"), "No unit 'N1' was found.");
        assert_eq!(sentence(&"é".repeat(61)), format!("No unit '{}…' was found.", "é".repeat(60)));
        let shown = ServerError::from(ApiError::not_found("unit", "underCode", "N1"));
        assert_eq!(shown.extensions.unwrap().get("argument"), Some(&"underCode".into()));
    }

    #[test]
    fn a_long_message_keeps_its_start_and_its_end() {
        let short = "é".repeat(600);
        assert_eq!(bounded(short.clone()), short);
        let cut = bounded(format!("a{}z", "é".repeat(30_000)));
        assert_eq!(cut.chars().count(), 603);
        assert!(cut.starts_with("aé") && cut.contains("é … é") && cut.ends_with("éz"));
    }

    #[test]
    fn a_bad_argument_names_itself() {
        let shown = ServerError::from(ApiError::bad_input("first", "first is 1 to 100"));
        let extensions = shown.extensions.unwrap();
        assert_eq!(extensions.get("code"), Some(&"BAD_USER_INPUT".into()));
        assert_eq!(extensions.get("argument"), Some(&"first".into()));
    }
}
