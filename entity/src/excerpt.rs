//! What a sentence repeats of a text that someone else wrote.

/// The most characters that are repeated.
const LONGEST: usize = 60;

/// Returns the start of `text`, fit for a sentence and a log line: at most 60 characters, without control characters, and with an
/// ellipsis where something was cut off. A sentence never repeats more, or an error would be as long as the input that it is about.
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
    fn a_text_is_repeated_in_a_bounded_and_printable_way() {
        assert_eq!(excerpt("N\u{7}1\n"), "N1");
        assert_eq!(excerpt(&"é".repeat(60)), "é".repeat(60));
        assert_eq!(excerpt(&"é".repeat(61)), format!("{}…", "é".repeat(60)));
    }
}
