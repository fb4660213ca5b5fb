//! The credentials of a request: a bearer token or a session cookie. Headers in which a proxy might name a user
//! (`X-Forwarded-User` and the like) are never read, because any client can send them.

use std::fmt;

use axum::http::{HeaderMap, header};

use entity::secret::{Secret, SecretKind};

/// The name of the session cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieName {
    /// For a service at an https address: browsers accept a cookie with this prefix only over https and for the whole host, and
    /// send it to no other host.
    Host,
    /// For a service on this machine without https.
    Plain,
}

impl CookieName {
    /// The name for a service with or without https.
    #[must_use]
    pub const fn for_https(https: bool) -> Self {
        if https { Self::Host } else { Self::Plain }
    }

    /// The name as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Host => "__Host-psn-session",
            Self::Plain => "psn-session",
        }
    }

    /// The `Set-Cookie` value that stores `secret` for this many seconds, hidden from scripts and from requests of other sites.
    #[must_use]
    pub fn set(self, secret: &Secret, seconds: i64) -> String {
        self.line(secret.reveal(), seconds)
    }

    /// The `Set-Cookie` value that deletes the cookie.
    #[must_use]
    pub fn clear(self) -> String {
        self.line("", 0)
    }

    fn line(self, value: &str, seconds: i64) -> String {
        let secure = if self == Self::Host { "; Secure" } else { "" };
        format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", self.as_str())
    }
}

/// A JSON Web Token that has not been verified. `Debug` does not show it.
#[derive(Clone)]
pub struct Jwt(String);

impl Jwt {
    /// The token itself, to be verified.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jwt(…)")
    }
}

/// A credential.
#[derive(Clone, Debug)]
pub enum Credential {
    /// An API token.
    Token(Secret),
    /// Any other bearer token: it may be signed by the board's identity provider.
    Jwt(Jwt),
    /// The secret of a session cookie.
    Session(Secret),
}

/// A malformed credential, or more than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl Credential {
    /// Reads the credential of a request. `None` if it has none.
    ///
    /// # Errors
    ///
    /// [`Malformed`].
    pub fn from_headers(headers: &HeaderMap, cookie: CookieName) -> Result<Option<Self>, Malformed> {
        let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
        let (authorization, second) = (authorizations.next(), authorizations.next());
        let mut cookies = cookies(headers, cookie.as_str());
        let (session, another) = (cookies.next(), cookies.next());
        match (authorization, session, second.is_some() || another.is_some()) {
            (None, None, false) => Ok(None),
            (Some(bearer), None, false) => {
                let bearer = bearer.to_str().map_err(|_| Malformed)?;
                Self::bearer(bearer).map(Some).ok_or(Malformed)
            }
            (None, Some(session), false) => {
                Secret::read(SecretKind::Session, session).map(|secret| Some(Self::Session(secret))).ok_or(Malformed)
            }
            (Some(_), Some(_), _) | (_, _, true) => Err(Malformed),
        }
    }

    fn bearer(value: &str) -> Option<Self> {
        let (scheme, token) = value.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        if token.starts_with(SecretKind::Token.prefix()) {
            return Secret::read(SecretKind::Token, token).map(Self::Token);
        }
        // Three parts of base64url, whatever they contain.
        let part =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        let sound = token.split('.').count() == 3 && token.split('.').all(part);
        sound.then(|| Self::Jwt(Jwt(token.to_owned())))
    }
}

/// Returns the values of all cookies with a name. A header that is not text has none. The `cookie` crate's jar keeps only one
/// of two cookies with the same name, but a request that has two must be refused.
pub(crate) fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    // A browser may send a deleted cookie once more, with an empty value.
    pairs.filter(move |(known, value)| *known == name && !value.is_empty()).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn read(pairs: &[(HeaderName, &str)]) -> Result<Option<Credential>, Malformed> {
        let pairs = pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()));
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value);
        }
        Credential::from_headers(&headers, CookieName::Plain)
    }

    fn secret(kind: SecretKind) -> String {
        Secret::new(kind).unwrap().reveal().to_owned()
    }

    #[test]
    fn a_bearer_token_or_session_cookie_is_read() {
        let (token, session) = (secret(SecretKind::Token), secret(SecretKind::Session));
        let bearer = |value: String| read(&[(header::AUTHORIZATION, &value)]);
        assert!(matches!(bearer(format!("Bearer {token}")), Ok(Some(Credential::Token(_)))));
        assert!(matches!(bearer(format!("bearer {token}")), Ok(Some(Credential::Token(_)))));
        assert!(matches!(bearer("Bearer eyJh.eyJz.c2ln".to_owned()), Ok(Some(Credential::Jwt(_)))));
        let cookie = read(&[(header::COOKIE, &format!("theme=dark; psn-session={session}; a=b"))]);
        assert!(matches!(cookie, Ok(Some(Credential::Session(_)))));
        assert!(matches!(read(&[(header::COOKIE, "theme=dark; __Host-psn-session=x")]), Ok(None)));
        assert!(matches!(read(&[(header::COOKIE, "psn-session=")]), Ok(None)));
        assert!(matches!(read(&[]), Ok(None)));
    }

    #[test]
    fn two_credentials_or_an_invalid_one_are_malformed() {
        let (token, session) = (format!("Bearer {}", secret(SecretKind::Token)), secret(SecretKind::Session));
        let cookie = format!("psn-session={session}");
        let (bearer, cookies) = (header::AUTHORIZATION, header::COOKIE);
        for wrong in [
            vec![(bearer.clone(), token.as_str()), (cookies.clone(), cookie.as_str())],
            vec![(bearer.clone(), token.as_str()), (bearer.clone(), token.as_str())],
            vec![(cookies.clone(), cookie.as_str()), (cookies.clone(), cookie.as_str())],
            vec![(bearer.clone(), "Basic cHNuOnBzbg==")],
            vec![(bearer.clone(), "Bearer")],
            vec![(bearer.clone(), "Bearer psn_short")],
            vec![(bearer.clone(), "Bearer a b.c.d")],
            vec![(bearer.clone(), "Bearer a.b")],
            vec![(bearer.clone(), "Bearer a..c")],
            vec![(bearer, session.as_str())],
            vec![(cookies, "psn-session=other")],
        ] {
            assert!(matches!(read(&wrong), Err(Malformed)), "{wrong:?}");
        }
    }

    #[test]
    fn the_cookie_is_hidden_and_bound_to_an_https_host() {
        let secret = Secret::new(SecretKind::Session).unwrap();
        let line = CookieName::for_https(true).set(&secret, 60);
        let rest = "; Path=/; Max-Age=60; HttpOnly; SameSite=Lax";
        assert_eq!(line, format!("__Host-psn-session={}{rest}; Secure", secret.reveal()));
        let line = CookieName::for_https(false).set(&secret, 60);
        assert_eq!(line, format!("psn-session={}{rest}", secret.reveal()));
        assert_eq!(CookieName::Plain.clear(), "psn-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }
}
