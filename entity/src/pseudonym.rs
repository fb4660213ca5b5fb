//! Pseudonyms replace erased numbers and texts, so that these are recognised when they come again.
//!
//! An import may still list an erased person, and must find the same person; otherwise it would create a new one with a
//! new name. Keeping the employee number would do that, but it is personal data itself: one look into the staff system
//! brings the name back. A keyed hash works too. Its key is random, belongs to one database alone, and is stored in
//! that database; a setting would be safer, but a setting that is lost or mistyped would bring everyone back. So a
//! pseudonym reveals nothing in an export, on a screen or in another database, but anyone who holds the whole database
//! can still try all numbers.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sea_orm::DeriveValueType;
use sha2::Sha256;

use crate::spelling;

/// The prefix of every pseudonym.
pub const PREFIX: &str = "erased-";

/// Number of bytes of the hash that are kept: enough that no two of a nation's numbers collide.
const KEPT: usize = 16;

/// The secret from which one database makes its pseudonyms.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct Key(String);

/// A secret must not appear in a log.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// Wraps a secret.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// Returns the pseudonym of an employee number, ignoring spelling variants: an erased person must not come back
    /// because a file writes `Hb` for `HB`.
    #[must_use]
    pub fn number(&self, employer: &str, number: &str) -> String {
        self.digest(&["number", &spelling::key(employer), &spelling::key(number)])
    }

    /// Returns the pseudonym of an assignment number, ignoring spelling variants.
    #[must_use]
    pub fn assignment(&self, employer: &str, assignment: &str) -> String {
        self.digest(&["assignment", &spelling::key(employer), &spelling::key(assignment)])
    }

    /// Returns the pseudonym of a free text. It depends only on the words, ignoring case and the characters between
    /// them.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        self.digest(&["text", &words(text)])
    }

    fn digest(&self, parts: &[&str]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("HMAC takes a key of any length");
        for part in parts {
            // Each part is prefixed with its length, so that different lists of parts cannot give the same text.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let hash = mac.finalize().into_bytes();
        PREFIX.to_owned() + &hex::encode(&hash[..KEPT])
    }
}

/// Returns the words of a text: in lower case, separated by one space, with everything but letters and digits left out.
#[must_use]
pub fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<_> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_depends_on_number_and_key() {
        let (here, there) = (Key::new("a"), Key::new("b"));
        let pseudonym = here.number("NHS", "0001");
        assert_eq!(pseudonym, here.number("NHS", "0001"));
        assert_eq!(pseudonym.len(), PREFIX.len() + 2 * KEPT);
        for other in [
            there.number("NHS", "0001"),
            here.number("NHS", "001"),
            here.number("NHS0", "001"),
            here.assignment("NHS", "0001"),
        ] {
            assert_ne!(pseudonym, other);
        }
    }

    #[test]
    fn a_text_is_recognised_ignoring_case_and_punctuation() {
        let key = Key::new("a");
        assert_eq!(key.text("Agreed by J. Smith"), key.text("  agreed BY j smith."));
        assert_ne!(key.text("J. Smith"), key.text("J. Smyth"));
        assert_eq!(words("O'Neill,  Mairi (HR)"), "o neill mairi hr");
    }

    #[test]
    fn a_key_is_never_shown() {
        assert_eq!(format!("{:?}", Key::new("secret")), "Key(…)");
    }
}
