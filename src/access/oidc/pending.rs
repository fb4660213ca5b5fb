//! Sign-ins that have begun and wait for the provider's answer: in memory, for minutes, each bound to one browser.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{Nonce, PkceCodeVerifier};

/// How long a person has at the provider's pages.
pub const LIFE: TimeDelta = TimeDelta::minutes(10);
/// How many may wait at once. Above it the oldest is given up: whoever begins many spoils old ones, not new ones or the memory.
const MOST: usize = 10_000;

/// A place on this site where a person goes after they have signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnPath(String);

impl ReturnPath {
    /// The longest that is taken.
    const MAX_BYTES: usize = 2_000;

    /// `wish` when it is a path on this site; else the front page. A browser takes `//evil.example` and `/\evil.example` for
    /// another site, and drops tabs and line ends before it looks.
    #[must_use]
    pub fn new(wish: Option<&str>) -> Self {
        let is_own = |path: &str| {
            path.starts_with('/')
                && !path.starts_with("//")
                && path.len() <= Self::MAX_BYTES
                && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        };
        Self(wish.filter(|path| is_own(path)).unwrap_or("/").to_owned())
    }

    /// The path, with its query if any.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One sign-in that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    /// The secret in the cookie of the browser that began it.
    pub(super) browser: String,
    pub(super) nonce: Nonce,
    pub(super) verifier: PkceCodeVerifier,
    pub(super) to: ReturnPath,
    pub(super) until: DateTime<Utc>,
}

/// The sign-ins that wait, by their state.
#[derive(Debug, Default)]
pub(super) struct Pending(Mutex<HashMap<String, Waiting>>);

impl Pending {
    pub(super) fn put(&self, state: String, waiting: Waiting, now: DateTime<Utc>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, waiting| now < waiting.until);
        }
        if all.len() >= MOST
            && let Some(oldest) = all.iter().min_by_key(|(_, waiting)| waiting.until).map(|(state, _)| state.clone())
        {
            all.remove(&oldest);
        }
        all.insert(state, waiting);
    }

    /// Takes out the sign-in with this state when this browser has begun it and its time is not over. It answers once. Another
    /// browser takes nothing away.
    pub(super) fn take(&self, state: &str, browser: &str, now: DateTime<Utc>) -> Option<Waiting> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.get(state)?.browser != browser {
            return None;
        }
        all.remove(state).filter(|waiting| now < waiting.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    fn waiting(browser: &str, begun: DateTime<Utc>) -> Waiting {
        Waiting {
            browser: browser.to_owned(),
            nonce: Nonce::new("nonce".to_owned()),
            verifier: PkceCodeVerifier::new("verifier".to_owned()),
            to: ReturnPath::new(None),
            until: begun + LIFE,
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
            "javascript:alert(1)",
            "/é",
        ] {
            assert_eq!(ReturnPath::new(Some(elsewhere)).as_str(), "/", "{elsewhere:?}");
        }
        assert_eq!(ReturnPath::new(Some(&format!("/{}", "a".repeat(2_000)))).as_str(), "/");
        assert_eq!(ReturnPath::new(None).as_str(), "/");
    }

    #[test]
    fn a_sign_in_is_answered_once_in_its_own_browser_and_in_time() {
        let pending = Pending::default();
        pending.put("state".to_owned(), waiting("mine", at(0)), at(0));
        assert!(pending.take("other", "mine", at(1)).is_none());
        assert!(pending.take("state", "theirs", at(1)).is_none());
        assert!(pending.take("state", "", at(1)).is_none());
        assert!(pending.take("state", "mine", at(1)).is_some());
        assert!(pending.take("state", "mine", at(1)).is_none());

        pending.put("late".to_owned(), waiting("mine", at(0)), at(0));
        assert!(pending.take("late", "mine", at(0) + LIFE).is_none());
    }

    #[test]
    fn who_begins_without_end_fills_no_memory() {
        let pending = Pending::default();
        for n in 0..MOST + 5 {
            let now = at(i64::try_from(n).unwrap() / 100);
            pending.put(format!("state {n}"), waiting("mine", now), now);
        }
        assert_eq!(pending.0.lock().unwrap().len(), MOST);
        assert!(pending.take(&format!("state {}", MOST + 4), "mine", at(200)).is_some());
        // Those whose time is over go first.
        let late = at(200) + LIFE;
        pending.put("new".to_owned(), waiting("mine", late), late);
        pending.put("newer".to_owned(), waiting("mine", late), late);
        assert!(pending.0.lock().unwrap().len() <= 2);
    }
}
