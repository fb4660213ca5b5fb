//! Permanent refusals (5xx): whether the recipient's address or the service is the cause. Pure.

/// A permanent refusal of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Number of the attempt, counted from 1.
    pub(super) attempt: i32,
    /// The server's answer, with the recipient's address masked.
    pub(super) said: String,
}

/// Whether the server refuses the service (its IP address, sender or login) and not these recipients: it accepted no mail and
/// gave several recipients the same answer. Many servers refuse a service only when a recipient is named.
///
/// If there is only one recipient, the recipient's address is assumed to be wrong.
pub(super) fn is_about_relay<'a>(taken: u64, mut refusals: impl Iterator<Item = &'a str>) -> bool {
    // An error that no server sent, such as an invalid address, has no code.
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

/// Returns the words of an answer without those that differ from mail to mail: addresses, and the server's own names for the
/// mail. Codes stay.
fn kind(said: &str) -> Vec<String> {
    said.split_whitespace()
        .filter(|word| !word.contains('@'))
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|word| is_code(word) || !word.contains(|c: char| c.is_ascii_digit()))
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

/// Whether the word is a reply code (550) or an enhanced one (5.7.1).
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
    fn the_same_answer_to_all_concerns_the_relay() {
        assert!(is_about_relay(0, [DENIED, DENIED_TOO].into_iter()));
    }

    #[test]
    fn one_recipient_or_a_different_answer_is_not() {
        assert!(!is_about_relay(0, [].into_iter()));
        assert!(!is_about_relay(0, [DENIED].into_iter()));
        assert!(!is_about_relay(0, [DENIED, UNKNOWN].into_iter()));
        assert!(!is_about_relay(1, [DENIED, DENIED_TOO].into_iter()));
        assert!(!is_about_relay(0, ["not an e-mail address"; 2].into_iter()));
    }

    #[test]
    fn codes_distinguish_answers() {
        assert!(!is_about_relay(0, ["error (550): no", "error (554): no"].into_iter()));
        assert!(!is_about_relay(0, ["550 5.1.1 no", "550 5.7.1 no"].into_iter()));
    }
}
