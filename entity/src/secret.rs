//! What the database keeps of secrets: of those that are given out a hash, by which each is found again and from which it cannot
//! be told; and one of its own, from which a key is made.

use std::fmt;

use sea_orm::DeriveValueType;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of a secret, in hex. The secrets of this service are 32 random bytes, which cannot be guessed, so that the hash
/// needs neither salt nor slowness; it is looked up as it is.
#[derive(Clone, PartialEq, Eq, Hash, DeriveValueType)]
pub struct SecretHash(String);

impl SecretHash {
    /// The hash of a whole secret, its prefix included.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self(hex::encode(Sha256::digest(secret.as_bytes())))
    }
}

/// A hash has no place in a log either.
impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

/// A secret of one database, from which a key is made that seals cookies. It has 64 letters with at least 244 random bits.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct SealingSecret(String);

impl SealingSecret {
    /// The secret itself, to make a key from.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// A secret has no place in a log.
impl fmt::Debug for SealingSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingSecret(…)")
    }
}
