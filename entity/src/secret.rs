//! Secrets in the database. Secrets that are given out are stored as a hash, by which each is found but from which it
//! cannot be recovered. One secret of its own is stored as it is, to make a key from.

use std::fmt;

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
