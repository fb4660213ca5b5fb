//! Refusals for good (5xx): whose fault they are. Pure.

/// A mail that the server refused for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Which attempt it was.
    pub(super) attempt: i32,
    /// What the server said, its recipient masked.
    pub(super) said: String,
}

/// Whether the server refuses the service as a whole (by its address, its sender or its login) and not these recipients:
/// it took nothing, and gave several recipients the same answer. Many servers give it only when a recipient is named.
///
/// One recipient alone is taken to be wrong.
pub(super) fn is_about_relay<'a>(taken: u64, mut refusals: impl Iterator<Item = &'a str>) -> bool {
    // What no server said, an address that cannot be written to for one, has no code.
    let from_server = |kind: &Vec<String>| kind.iter().any(|word| is_code(word));
    let Some(first) = refusals.next().map(kind).filter(from_server) else { return false };
    let mut others = 0;
    taken == 0
        && refusals.all(|said| {
            others += 1;
            kind(said) == first
        })
        && others > 0
}

/// An answer without what differs from mail to mail: addresses, and the server's own names for the mail. Codes stay.
fn kind(said: &str) -> Vec<String> {
    said.split_whitespace()
        .filter(|word| !word.contains('@'))
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|word| is_code(word) || !word.contains(|c: char| c.is_ascii_digit()))
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

/// A reply code (550) or an enhanced one (5.7.1).
fn is_code(word: &str) -> bool {
    word.len() <= 8
        && word.starts_with('5')
        && word.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        && (word.len() == 3 || word.split('.').count() == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENIED: &str = "permanent error (554): 5.7.1 <a…@board.example>: Relay access denied; id 4Fx2";
    const DENIED_TOO: &str = "permanent error (554): 5.7.1 <b…@other.example>: Relay access denied; id 9Qq7";
    const UNKNOWN: &str = "permanent error (550): 5.1.1 <c…@board.example>: no such user";

    #[test]
    fn the_same_answer_to_all_is_about_the_relay() {
        assert!(is_about_relay(0, [DENIED, DENIED_TOO].into_iter()));
    }

    #[test]
    fn one_recipient_another_answer_or_a_mail_taken_is_not() {
        assert!(!is_about_relay(0, [].into_iter()));
        assert!(!is_about_relay(0, [DENIED].into_iter()));
        assert!(!is_about_relay(0, [DENIED, UNKNOWN].into_iter()));
        assert!(!is_about_relay(1, [DENIED, DENIED_TOO].into_iter()));
        assert!(!is_about_relay(0, ["not an e-mail address"; 2].into_iter()));
    }

    #[test]
    fn codes_tell_answers_apart() {
        assert!(!is_about_relay(0, ["error (550): no", "error (554): no"].into_iter()));
        assert!(!is_about_relay(0, ["550 5.1.1 no", "550 5.7.1 no"].into_iter()));
    }
}
