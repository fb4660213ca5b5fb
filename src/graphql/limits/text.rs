//! Bytes, tokens and brackets: checked before any parser runs.

use super::super::error::{ApiError, Code};

/// The longest query, in bytes. GraphiQL and dashboards send at most a tenth of it.
pub const MAX_QUERY_BYTES: usize = 32 * 1024;

/// The longest variables, in bytes of JSON.
pub const MAX_VARIABLES_BYTES: usize = 32 * 1024;

/// The most values in the variables, including lists, objects and everything in them.
pub const MAX_VALUES: usize = 1_000;

/// The most tokens of a query: names, numbers, strings and signs. The standard introspection query has about 330.
pub const MAX_TOKENS: usize = 4_000;

/// The longest name or number of a query, in bytes. An answer and its errors repeat the names of fields.
pub const MAX_NAME_BYTES: usize = 256;

/// The deepest nesting of brackets of any kind. The parser takes a stack frame for each, and 500 of them end the process in a
/// debug build; the standard introspection query has 16.
pub const MAX_NESTING: usize = 40;

/// The language of a text, which decides what counts as quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// Comments, and block strings beside strings.
    GraphQl,
    /// Strings only.
    Json,
}

/// Refuses a query with too many bytes.
pub(super) fn refuse_long(query: &str) -> Result<(), ApiError> {
    if query.len() <= MAX_QUERY_BYTES {
        return Ok(());
    }
    Err(ApiError::new(
        Code::QueryTooLong,
        format!("The query has {} bytes and the limit is {MAX_QUERY_BYTES}; split it.", query.len()),
    ))
}

/// Refuses brackets that are nested deeper than [`MAX_NESTING`], and in a query more than [`MAX_TOKENS`] tokens or one longer
/// than [`MAX_NAME_BYTES`]. One pass over the bytes, no recursion. Quoted text and comments do not count. If the text is
/// malformed, the counts may be too high, but never too low for what a parser would open: a parser stops at the first error,
/// and up to there both read the same.
pub(super) fn refuse_deep(text: &[u8], language: Language) -> Result<(), ApiError> {
    let mut depth = 0_usize;
    let mut tokens = 0_usize;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if begins_token(text, at) {
            tokens += 1;
            if language == Language::GraphQl && tokens > MAX_TOKENS {
                let sentence = format!("The query has more than {MAX_TOKENS} names, values and signs. Split it.");
                return Err(ApiError::new(Code::QueryTooLong, sentence));
            }
            let name = text[at..].iter().take_while(|byte| in_word(byte)).count();
            if language == Language::GraphQl && name > MAX_NAME_BYTES {
                let sentence =
                    format!("A name or number of the query is longer than the limit of {MAX_NAME_BYTES} bytes");
                return Err(ApiError::new(Code::QueryTooLong, sentence));
            }
        }
        at += 1;
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                if depth > MAX_NESTING {
                    return Err(ApiError::new(
                        Code::QueryTooDeep,
                        format!(
                            "Brackets are nested deeper than the limit of {MAX_NESTING}. Send several smaller queries."
                        ),
                    ));
                }
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => at = after_string(text, at, language)?,
            b'#' if language == Language::GraphQl => {
                at +=
                    text.get(at..).unwrap_or_default().iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count();
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a byte belongs to a name or a number.
fn in_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+') || !byte.is_ascii()
}

/// Whether a token begins at `at`: a string, a sign (an ellipsis is one), or the first character of a name or number. A number
/// with a fraction counts as three.
fn begins_token(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    match text.get(at) {
        None | Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b'#') => false,
        Some(b'.') => before != Some(&b'.'),
        Some(byte) if in_word(byte) => !before.is_some_and(in_word),
        Some(_) => true,
    }
}

/// The position after the string whose opening quote is before `at`. A block string that never ends is refused here: the parser
/// would take its first two quotes for an empty string and go on to brackets that this scan has not counted.
fn after_string(text: &[u8], mut at: usize, language: Language) -> Result<usize, ApiError> {
    let block = language == Language::GraphQl && text.get(at..at + 2) == Some(b"\"\"");
    if block {
        at += 2;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            if rest.starts_with(br#"\""""#) {
                at += 4;
            } else if rest.starts_with(br#"""""#) {
                return Ok(at + 3);
            } else {
                at += 1;
            }
        }
        return Err(ApiError::new(Code::ParseFailed, "A block string is not closed."));
    }
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b'\\' => at += 1,
            // A string ends at the end of its line. If it did not here, an unclosed quote could hide brackets that the parser
            // then sees.
            b'"' | b'\n' | b'\r' => return Ok(at),
            _ => {}
        }
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deep(text: &str) -> bool {
        refuse_deep(text.as_bytes(), Language::GraphQl).is_err()
    }

    #[test]
    fn quoted_and_commented_brackets_do_not_count() {
        let brackets = "[".repeat(MAX_NESTING + 1);
        assert!(deep(&brackets));
        assert!(!deep(&"[".repeat(MAX_NESTING)));
        assert!(!deep(&"[]".repeat(1000)));
        assert!(!deep(&format!("{{f(x:\"{brackets}\")}}")));
        assert!(!deep(&format!("{{f(x:\"\\\"{brackets}\")}}")));
        assert!(!deep(&format!("{{f(x:\"\"\"\" {brackets} \\\"\"\" {brackets}\"\"\")}}")));
        assert!(!deep(&format!("{{f # {brackets}\n}}")));
    }

    #[test]
    fn nothing_hides_brackets_from_the_count() {
        let brackets = "[".repeat(MAX_NESTING + 1);
        assert!(deep(&format!("{{f # \"\n(x:{brackets}")));
        assert!(deep(&format!("{{f # \"\r(x:{brackets}")));
        assert!(deep(&format!("{{f(x:\"\", y:{brackets}")));
        assert!(deep(&format!("{{f(x:\"\\\\\", y:{brackets}")));
        assert!(deep(&format!("{{f(x:\"\"\"a\"\"\", y:{brackets}")));
        assert!(deep(&format!("{{f(x:\"\"\"\"\"\", y:{brackets}")));
        assert!(deep(&format!("\"\n{brackets}")));
        assert!(deep(&format!("{{f(x:[\"\"\" \" {brackets}")));
    }

    #[test]
    fn only_names_values_and_signs_count() {
        let count = |text: &str| (0..text.len()).filter(|at| begins_token(text.as_bytes(), *at)).count();
        assert_eq!(count("query q($n: Int = -12) { a: b(c: $n) @d { ...e } }"), 27);
        let many = |one: &str, times: usize| refuse_deep(one.repeat(times).as_bytes(), Language::GraphQl).is_err();
        for one in ["a ", "1,", "\"a b c\" ", "\"\"\"a b c\"\"\"", "!", "... ", "()", "a{}", "é "] {
            let tokens = if one == "()" {
                2
            } else if one == "a{}" {
                3
            } else {
                1
            };
            assert!(!many(one, MAX_TOKENS / tokens), "{one}");
            assert!(many(one, MAX_TOKENS / tokens + 1), "{one}");
        }
        assert!(!many("# a b c d e\n ,\t", MAX_TOKENS));
        assert!(refuse_deep("[1]".repeat(MAX_TOKENS).as_bytes(), Language::Json).is_ok());
    }

    #[test]
    fn json_has_no_comments_and_no_block_strings() {
        let brackets = "[".repeat(MAX_NESTING + 1);
        assert!(refuse_deep(format!("# {brackets}").as_bytes(), Language::Json).is_err());
        assert!(refuse_deep(format!("[\"\", \"\"{brackets}").as_bytes(), Language::Json).is_err());
        assert!(refuse_deep(format!("[\"{brackets}\"]").as_bytes(), Language::Json).is_ok());
    }
}
