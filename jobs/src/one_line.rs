//! Text from files made fit for one line: a name with a line break in it must harm no header, no row and no table.

/// The text on one line: control characters and line or paragraph separators become spaces, runs of spaces become one, edge
/// spaces go, and so do the invisible marks that turn the direction of reading round.
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

/// The first `most` characters of one line, with an ellipsis where something was cut off.
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
    fn breaks_and_controls_become_one_space_and_edges_go() {
        assert_eq!(one_line("  Ward\r\nBcc: x@y.example\t 1\u{0}\u{2028}z \u{85}"), "Ward Bcc: x@y.example 1 z");
        assert_eq!(one_line("a\u{202E}b\u{FEFF}"), "ab");
        assert_eq!(one_line("\n"), "");
    }

    #[test]
    fn a_clipped_line_says_that_it_was_clipped() {
        assert_eq!(clip("Ward 4A", 7), "Ward 4A");
        assert_eq!(clip("Ward 4AB", 6), "Ward…");
        assert_eq!(clip("ééééé", 3), "éé…");
    }

    proptest! {
        #[test]
        fn a_line_holds_no_control_character_and_stays_as_it_is_the_second_time(text in any::<String>()) {
            let line = one_line(&text);
            prop_assert!(!line.chars().any(char::is_control));
            prop_assert_eq!(one_line(&line), line.as_str());
            prop_assert_eq!(line.trim(), line.as_str());
        }
    }
}
