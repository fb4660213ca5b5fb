//! Secrets that this service gives out, and what the database has of them: a hash, by which each is found but from which it
//! cannot be recovered. One secret of its own is stored as it is, to make a key from.
//!
//! A secret that is given out is 32 random bytes from the operating system behind a prefix for its kind.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::DeriveValueType;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of a secret, in hex. The secrets of this service are 32 random bytes, which cannot be guessed, so the
/// hash needs neither salt nor slowness; it is looked up as it is.
#[derive(Clone, PartialEq, Eq, Hash, DeriveValueType)]
pub struct SecretHash(String);

impl SecretHash {
    /// Hashes a whole secret, including its prefix.
    #[must_use]
    pub fn from_secret(secret: &str) -> Self {
        Self(hex::encode(Sha256::digest(secret.as_bytes())))
    }
}

/// A hash must not appear in a log either.
impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

/// A secret of one database, from which the key that seals cookies is made. It has 64 letters with at least 244 random
/// bits.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct SealingSecret(String);

impl SealingSecret {
    /// Returns the secret itself, to make a key from.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// A secret must not appear in a log.
impl fmt::Debug for SealingSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingSecret(…)")
    }
}

/// Random bytes in a secret.
const BYTES: usize = 32;

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// An API token, in the header `Authorization: Bearer …`.
    Token,
    /// A browser's session, in a cookie.
    Session,
    /// A single-use sign-in link of the demonstration.
    SignInLink,
    /// A link in a mail by which its reader takes a step without an account.
    ActionLink,
}

impl SecretKind {
    /// The prefix, by which programs that search repositories and logs for secrets recognise one.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Token => "psn_",
            Self::Session => "psns_",
            Self::SignInLink => "psnl_",
            Self::ActionLink => "psna_",
        }
    }
}

/// A secret. Only [`Secret::reveal`] shows it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Creates a new random secret.
    ///
    /// # Errors
    ///
    /// An error if the operating system returns no random bytes.
    pub fn new(kind: SecretKind) -> Result<Self, getrandom::Error> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(kind.prefix().to_owned() + &URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Parses a text of the form of such a secret. Whether it exists is for the database to say.
    #[must_use]
    pub fn read(kind: SecretKind, text: &str) -> Option<Self> {
        let mut bytes = [0; BYTES];
        let random = text.strip_prefix(kind.prefix())?;
        let length = URL_SAFE_NO_PAD.decode_slice(random, &mut bytes).ok()?;
        (length == BYTES).then(|| Self(text.to_owned()))
    }

    /// The hash that the database stores.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash::from_secret(&self.0)
    }

    /// The secret itself, to be shown to its holder.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_unique_prefixed_and_hidden_from_debug() {
        for kind in [SecretKind::Token, SecretKind::Session, SecretKind::SignInLink, SecretKind::ActionLink] {
            let (one, other) = (Secret::new(kind).unwrap(), Secret::new(kind).unwrap());
            assert_ne!(one.reveal(), other.reveal());
            assert_ne!(one.hash(), other.hash());
            assert_eq!(one.reveal().len(), kind.prefix().len() + 43);
            assert_eq!(Secret::read(kind, one.reveal()).map(|read| read.hash()), Some(one.hash()));
            assert_eq!(format!("{one:?} {:?}", one.hash()), "Secret(…) SecretHash(…)");
        }
    }

    #[test]
    fn malformed_secrets_are_rejected() {
        let good = Secret::new(SecretKind::Token).unwrap().reveal().to_owned();
        let (short, long) = (&good[..good.len() - 1], format!("{good}A"));
        let session = Secret::new(SecretKind::Session).unwrap().reveal().to_owned();
        for wrong in ["", "psn_", "PSN_", short, &long, &good[4..], &session, &good.replace("psn_", "psn_=")] {
            assert!(Secret::read(SecretKind::Token, wrong).is_none(), "{wrong}");
        }
        assert!(Secret::read(SecretKind::Session, &good).is_none());
    }
}
