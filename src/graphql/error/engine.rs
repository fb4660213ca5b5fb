//! Errors of the engine: each gets a code, internal texts are hidden, and messages are shortened.

use async_graphql::{PathSegment, ServerError, Value};

use super::INTERNAL_SENTENCE;
use super::code::Code;

/// The longest message, in characters. The engine repeats what a client wrote, and a query may have 32 KB in one line.
const LONGEST_MESSAGE: usize = 600;
/// How many characters are kept from the end of a message that is cut: a parser says there what it expected.
const KEPT_END: usize = 200;

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
    use crate::graphql::error::ApiError;

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
    fn a_long_message_keeps_its_start_and_its_end() {
        let short = "é".repeat(600);
        assert_eq!(bounded(short.clone()), short);
        let cut = bounded(format!("a{}z", "é".repeat(30_000)));
        assert_eq!(cut.chars().count(), 603);
        assert!(cut.starts_with("aé") && cut.contains("é … é") && cut.ends_with("éz"));
    }
}
