//! Excerpts of foreign text for error messages.

/// Maximum number of characters of an excerpt.
const LONGEST: usize = 60;

/// Returns the start of `text` for use in a sentence or a log line: at most 60 characters, without control characters,
/// and with an ellipsis if something was cut off. A longer quotation would make an error as long as the input that it
/// is about.
#[must_use]
pub fn excerpt(text: &str) -> String {
    let mut shown = text.chars().filter(|letter| !letter.is_control());
    let mut start: String = shown.by_ref().take(LONGEST).collect();
    if shown.next().is_some() {
        start.push('…');
    }
    start
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn an_excerpt_is_short_and_printable() {
        assert_eq!(excerpt("N\u{7}1\n"), "N1");
        assert_eq!(excerpt(&"é".repeat(60)), "é".repeat(60));
        assert_eq!(excerpt(&"é".repeat(61)), format!("{}…", "é".repeat(60)));
    }
}
