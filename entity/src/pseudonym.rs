//! Pseudonyms: what stands for a number or a text that was erased, so that it is known when it comes again.
//!
//! An import goes on listing a person who was erased, and must find the same person, or it would make a new one with a new
//! name. Keeping the employee number would do that, but it is personal data itself: one look into the staff system and the
//! name is back. A keyed hash does it too. Its key is random, of one database alone, and lies in that database; a setting
//! would be safer, but a setting that is lost or mistyped would bring everybody back. So a pseudonym says nothing in an
//! export, on a screen or in another database, and anyone who holds the whole database can still try all numbers.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sea_orm::DeriveValueType;
use sha2::Sha256;

use crate::spelling;

/// How every pseudonym begins.
pub const PREFIX: &str = "erased-";

/// Bytes of the hash that are kept: enough that two of a nation's numbers never meet.
const KEPT: usize = 16;

/// The secret with which one database makes its pseudonyms.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct Key(String);

/// A secret has no place in a log.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// From a secret.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// What stands for an employee number, however it is spelled: a person who was erased must not come back because a file
    /// writes `Hb` for `HB`.
    #[must_use]
    pub fn number(&self, employer: &str, number: &str) -> String {
        self.of(&["number", &spelling::key(employer), &spelling::key(number)])
    }

    /// What stands for an assignment number, however it is spelled.
    #[must_use]
    pub fn assignment(&self, employer: &str, assignment: &str) -> String {
        self.of(&["assignment", &spelling::key(employer), &spelling::key(assignment)])
    }

    /// What stands for a free text: the same for the same words, whatever their case and what stands between them.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        self.of(&["text", &words(text)])
    }

    fn of(&self, parts: &[&str]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("HMAC takes a key of any length");
        for part in parts {
            // With its length, so that no two lists of parts are one text.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let hash = mac.finalize().into_bytes();
        PREFIX.to_owned() + &hex::encode(&hash[..KEPT])
    }
}

/// A text as its words: lower case, one space between, everything but letters and digits left out.
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
    fn a_pseudonym_is_the_same_for_the_same_number_under_the_same_key_only() {
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
    fn a_text_is_known_whatever_its_case_and_punctuation() {
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
