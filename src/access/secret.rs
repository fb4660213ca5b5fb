//! Secrets that this service gives out: 32 bytes of the operating system's randomness behind a prefix that says what they
//! open, shown once and kept nowhere. The database holds their hash.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::secret::SecretHash;

/// Bytes of randomness in a secret.
const BYTES: usize = 32;

/// What a secret opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An API token, in the header `Authorization: Bearer …`.
    Token,
    /// A browser's session, in a cookie.
    Session,
    /// A link of the demonstration that signs in once.
    Link,
}

impl Kind {
    /// With what it begins, so that programs which look for secrets in repositories and logs know one when they see it.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Token => "psn_",
            Self::Session => "psns_",
            Self::Link => "psnl_",
        }
    }
}

/// A secret. It is shown by [`Secret::reveal`] and by nothing else.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A new one, never seen before.
    ///
    /// # Errors
    ///
    /// An operating system that gives no randomness.
    pub fn new(kind: Kind) -> Result<Self, getrandom::Error> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(kind.prefix().to_owned() + &URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// A text that has the form of such a secret; whether there is one is for the database to say.
    #[must_use]
    pub fn read(kind: Kind, text: &str) -> Option<Self> {
        let mut bytes = [0; BYTES];
        let random = text.strip_prefix(kind.prefix())?;
        let length = URL_SAFE_NO_PAD.decode_slice(random, &mut bytes).ok()?;
        (length == BYTES).then(|| Self(text.to_owned()))
    }

    /// What the database knows it by.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash::from_secret(&self.0)
    }

    /// The secret itself, for the one to whom it is given.
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
    fn a_secret_is_new_each_time_recognised_by_its_prefix_and_never_shown() {
        for kind in [Kind::Token, Kind::Session, Kind::Link] {
            let (one, other) = (Secret::new(kind).unwrap(), Secret::new(kind).unwrap());
            assert_ne!(one.reveal(), other.reveal());
            assert_ne!(one.hash(), other.hash());
            assert_eq!(one.reveal().len(), kind.prefix().len() + 43);
            assert_eq!(Secret::read(kind, one.reveal()).map(|read| read.hash()), Some(one.hash()));
            assert_eq!(format!("{one:?} {:?}", one.hash()), "Secret(…) SecretHash(…)");
        }
    }

    #[test]
    fn a_text_of_another_form_is_no_secret() {
        let good = Secret::new(Kind::Token).unwrap().reveal().to_owned();
        let (short, long) = (&good[..good.len() - 1], format!("{good}A"));
        let session = Secret::new(Kind::Session).unwrap().reveal().to_owned();
        for wrong in ["", "psn_", "PSN_", short, &long, &good[4..], &session, &good.replace("psn_", "psn_=")] {
            assert!(Secret::read(Kind::Token, wrong).is_none(), "{wrong}");
        }
        assert!(Secret::read(Kind::Session, &good).is_none());
    }
}
