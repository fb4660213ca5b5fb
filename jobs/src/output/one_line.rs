//! Puts text from files on one line, so that a name with a line break cannot break a mail header, a row or a table.

/// Returns the text on one line. Control characters and line or paragraph separators become spaces, repeated spaces
/// become one, and surrounding spaces and invisible marks that change the reading direction are removed.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => {}
            c if c.is_control() || c.is_whitespace() => {
                if !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            c => line.push(c),
        }
    }
    line.truncate(line.trim_end().len());
    if line.starts_with(' ') {
        line.remove(0);
    }
    line
}

/// Returns at most `most` characters of a line, with an ellipsis if it was shortened.
#[must_use]
pub fn clip(line: &str, most: usize) -> String {
    if line.chars().count() <= most {
        return line.to_owned();
    }
    let kept: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{clip, one_line};

    #[test]
    fn line_breaks_become_single_spaces() {
        assert_eq!(one_line("  Ward\r\nBcc: x@y.example\t 1\u{0}\u{2028}z \u{85}"), "Ward Bcc: x@y.example 1 z");
        assert_eq!(one_line("a\u{202E}b\u{FEFF}"), "ab");
        assert_eq!(one_line("\n"), "");
    }

    #[test]
    fn a_shortened_line_ends_with_an_ellipsis() {
        assert_eq!(clip("Ward 4A", 7), "Ward 4A");
        assert_eq!(clip("Ward 4AB", 6), "Ward…");
        assert_eq!(clip("ééééé", 3), "éé…");
    }

    proptest! {
        #[test]
        fn one_line_removes_controls_and_is_idempotent(text in any::<String>()) {
            let line = one_line(&text);
            prop_assert!(!line.chars().any(char::is_control));
            prop_assert_eq!(one_line(&line), line.as_str());
            prop_assert_eq!(line.trim(), line.as_str());
        }
    }
}
