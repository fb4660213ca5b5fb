//! The state of a pending sign-in. The browser that began it keeps everything that is needed to finish it, in a cookie that
//! only this service can read or make. So no number of sign-ins that others begin can push out a pending one, and any process
//! with the same database can finish what another one began.

use chrono::{DateTime, TimeDelta, Utc};
use cookie::{Cookie, CookieJar, Key};
use entity::secret::SealingSecret;
use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};
use serde::{Deserialize, Serialize};

/// The time that a person has at the provider's pages.
pub const LIFE: TimeDelta = TimeDelta::minutes(10);
/// The name under which the state is encrypted; a value that was encrypted for another purpose does not open.
const PURPOSE: &str = "psn-sign-in";

/// A path on this site to which a person is sent after signing in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ReturnPath(String);

impl ReturnPath {
    /// The longest path: encrypted, it still fits into a cookie.
    const MAX_BYTES: usize = 2_000;

    /// The default page: it leads on to the page where the person's role begins.
    pub const LANDING: &'static str = "/welcome";

    /// Returns `wish` if it is a path on this site, otherwise [`LANDING`](Self::LANDING). A browser takes `//evil.example` and
    /// `/\evil.example` for another site, and drops tabs and line ends before it parses a path.
    #[must_use]
    pub fn new(wish: Option<&str>) -> Self {
        let is_own = |path: &str| {
            path.starts_with('/')
                && !path.starts_with("//")
                && path.len() <= Self::MAX_BYTES
                && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'"')
        };
        Self(wish.filter(|path| is_own(path)).unwrap_or(Self::LANDING).to_owned())
    }

    /// The path, with its query if any.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The key that encrypts the state of sign-ins in browsers.
#[derive(Clone)]
pub struct SealingKey(Key);

impl SealingKey {
    /// Derives the key from a database's secret.
    #[must_use]
    pub fn new(secret: &SealingSecret) -> Self {
        Self(Key::derive_from(secret.reveal().as_bytes()))
    }
}

/// The key must not reach a log.
impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

/// The state of one pending sign-in.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct PendingState {
    /// The value that the provider must send back.
    pub(super) state: CsrfToken,
    /// The nonce that the ID token must contain.
    pub(super) nonce: Nonce,
    /// Proves to the provider that the code is exchanged by the process that requested it, or by one with the same secret.
    pub(super) verifier: PkceCodeVerifier,
    /// The page to which the person is sent afterwards.
    pub(super) to: ReturnPath,
    /// The first instant at which it has expired.
    pub(super) until: DateTime<Utc>,
}

impl PendingState {
    /// Encrypts it as the value of the browser's cookie.
    pub(super) fn seal(&self, key: &SealingKey) -> String {
        let text = serde_json::to_string(self).expect("texts and an instant are JSON");
        let mut jar = CookieJar::new();
        jar.private_mut(&key.0).add(Cookie::new(PURPOSE, text));
        jar.get(PURPOSE).map(|sealed| sealed.value().to_owned()).unwrap_or_default()
    }

    /// Decrypts a cookie. `None` unless this service encrypted it, the provider answers with its `state`, and it has not
    /// expired.
    pub(super) fn open(key: &SealingKey, sealed: &str, state: &str, now: DateTime<Utc>) -> Option<Self> {
        let sealed = Cookie::new(PURPOSE, sealed.to_owned());
        let opened = CookieJar::new().private(&key.0).decrypt(sealed)?;
        let waiting: Self = serde_json::from_str(opened.value()).ok()?;
        (waiting.state.secret() == state && now < waiting.until).then_some(waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    fn key(letter: &str) -> SealingKey {
        SealingKey(Key::derive_from(letter.repeat(64).as_bytes()))
    }

    fn waiting(to: &str) -> PendingState {
        PendingState {
            state: CsrfToken::new("state".to_owned()),
            nonce: Nonce::new("nonce".to_owned()),
            verifier: PkceCodeVerifier::new("verifier".to_owned()),
            to: ReturnPath::new(Some(to)),
            until: at(0) + LIFE,
        }
    }

    #[test]
    fn only_a_path_on_this_site_is_returned_to() {
        for path in ["/", "/playground", "/a?b=c&d=//e", "/a//b", "/%2f%2fevil.example"] {
            assert_eq!(ReturnPath::new(Some(path)).as_str(), path);
        }
        for elsewhere in [
            "",
            "playground",
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " /",
            "/a\r\nSet-Cookie: a=b",
            "/\"",
            "javascript:alert(1)",
            "/é",
        ] {
            assert_eq!(ReturnPath::new(Some(elsewhere)).as_str(), ReturnPath::LANDING, "{elsewhere:?}");
        }
        assert_eq!(ReturnPath::new(Some(&format!("/{}", "a".repeat(2_000)))).as_str(), ReturnPath::LANDING);
        assert_eq!(ReturnPath::new(None).as_str(), ReturnPath::LANDING);
    }

    #[test]
    fn a_sealed_sign_in_needs_key_state_and_time() {
        let key = key("a");
        let sealed = waiting("/playground").seal(&key);
        let open = |sealed: &str, state: &str, now| PendingState::open(&key, sealed, state, now);
        let opened = open(&sealed, "state", at(599)).unwrap();
        assert_eq!((opened.nonce.secret().as_str(), opened.verifier.secret().as_str()), ("nonce", "verifier"));
        assert_eq!(opened.to.as_str(), "/playground");
        assert!(open(&sealed, "state", at(0) + LIFE).is_none(), "too late");
        assert!(open(&sealed, "other", at(1)).is_none(), "the state of another sign-in");
        assert!(PendingState::open(&self::key("b"), &sealed, "state", at(1)).is_none(), "another key");
        for (n, _) in sealed.char_indices().step_by(7) {
            let other = if sealed[n..].starts_with('A') { "B" } else { "A" };
            let changed = format!("{}{other}{}", &sealed[..n], &sealed[n + 1..]);
            assert!(open(&changed, "state", at(1)).is_none(), "changed at {n}");
        }
        let plain = serde_json::to_string(&waiting("/")).unwrap();
        for made_up in ["", "A", plain.as_str()] {
            assert!(open(made_up, "state", at(1)).is_none(), "{made_up}");
        }
        // Encrypted by this service, but for another purpose.
        let mut jar = CookieJar::new();
        jar.private_mut(&key.0).add(Cookie::new("other", plain));
        assert!(open(jar.get("other").unwrap().value(), "state", at(1)).is_none());
    }

    #[test]
    fn debug_output_hides_sealed_state_and_key() {
        let shown = format!("{:?} {:?}", waiting("/"), key("a"));
        for secret in ["\"state\"", "\"nonce\"", "\"verifier\"", "aaaa"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
