//! Splits a cell into numbers, words and signs.

/// A piece of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// ASCII digits.
    Number(&'t str),
    /// Letters.
    Word(&'t str),
    /// One or more spaces.
    Space,
    /// Any other character. Every kind of dash becomes `-`.
    Sign(char),
}

/// Returns the pieces of `text` in order.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = |of: fn(char) -> bool| rest.find(|c| !of(c)).unwrap_or(rest.len());
        let (token, length) = if first.is_ascii_digit() {
            let length = length(|c| c.is_ascii_digit());
            (Token::Number(&rest[..length]), length)
        } else if first.is_alphabetic() {
            let length = length(char::is_alphabetic);
            (Token::Word(&rest[..length]), length)
        } else if first.is_whitespace() {
            (Token::Space, length(char::is_whitespace))
        } else {
            let sign = if ('\u{2010}'..='\u{2015}').contains(&first) || first == '\u{2212}' { '-' } else { first };
            (Token::Sign(sign), first.len_utf8())
        };
        tokens.push(token);
        rest = &rest[length..];
    }
    tokens
}
