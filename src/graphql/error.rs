//! Errors for clients: a stable code and a sentence, never an internal text.

mod code;
mod engine;

use std::fmt::Display;
use std::sync::Arc;

use async_graphql::{Error, ErrorExtensionValues, ServerError};
use entity::excerpt::excerpt;
use sea_orm::DbErr;

pub use self::code::{Code, codes_markdown};
pub use self::engine::{bounded, presentable};

/// The sentence for every internal error.
pub const INTERNAL_SENTENCE: &str = "Something went wrong on our side. Quote this request ID when you report it.";
const UNAVAILABLE_SENTENCE: &str = "The database cannot be reached. Try again in a minute.";

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
    fn not_found_repeats_the_name_bounded_and_printable() {
        let sentence = |given: &str| ApiError::not_found("unit", "code", given).sentence().to_owned();
        assert_eq!(sentence("N\u{7}1\n"), "No unit 'N1' was found.");
        assert_eq!(sentence(&"é".repeat(61)), format!("No unit '{}…' was found.", "é".repeat(60)));
        let shown = ServerError::from(ApiError::not_found("unit", "underCode", "N1"));
        assert_eq!(shown.extensions.unwrap().get("argument"), Some(&"underCode".into()));
    }

    #[test]
    fn a_bad_argument_names_itself() {
        let shown = ServerError::from(ApiError::bad_input("first", "first is 1 to 100"));
        let extensions = shown.extensions.unwrap();
        assert_eq!(extensions.get("code"), Some(&"BAD_USER_INPUT".into()));
        assert_eq!(extensions.get("argument"), Some(&"first".into()));
    }
}
