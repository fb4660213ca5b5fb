//! The stable codes of errors.

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

            /// Returns the code that clients see as `word`.
            pub(super) fn from_code(word: &str) -> Option<Self> {
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
    /// Another change took too long to finish. Nothing was stored; send the command again.
    TryAgain = "TRY_AGAIN",
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
