//! The origin of a web page, as a setting names it.

use std::str::FromStr;

use axum::http::HeaderValue;
use axum::http::uri::{PathAndQuery, Uri};

/// An origin as a browser writes it: a scheme, a host, and a port unless it is the scheme's default port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(HeaderValue);

impl Origin {
    /// The origin as the value of an `Origin` header.
    #[must_use]
    pub const fn header(&self) -> &HeaderValue {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        if matches!(text.as_str(), "*" | "null") {
            return Err(format!(
                "'{text}' would allow pages of unknown origin: list each origin, such as https://dashboard.example"
            ));
        }
        let uri = text.parse::<Uri>().ok().filter(|uri| {
            let standard_port = match uri.scheme_str() {
                Some("https") => 443,
                Some("http") => 80,
                _ => return false,
            };
            let bare = uri.path_and_query().is_none_or(|path| *path == PathAndQuery::from_static("/"));
            let port = uri.port_u16();
            let named = uri.authority().is_some_and(|named| !named.as_str().contains('@'));
            bare && named && !text.ends_with(['/', '?', '#', ':']) && port != Some(standard_port)
        });
        uri.and_then(|_| HeaderValue::from_str(&text).ok()).map(Self).ok_or_else(|| {
            "an origin must be a scheme, a host and, if it is not the default, a port, and nothing else, such as https://dashboard.example"
                .to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_exactly_as_a_browser_writes_it() {
        for (text, sent) in [
            ("https://dashboard.example", "https://dashboard.example"),
            (" HTTPS://Dashboard.Example:8443", "https://dashboard.example:8443"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().0, sent);
        }
        for text in [
            "*",
            "null",
            "Null",
            "",
            "dashboard.example",
            "https://",
            "https://*.example/x",
            "https://dashboard.example/",
            "https://dashboard.example/page",
            "https://dashboard.example?x",
            "https://dashboard.example:443",
            "http://dashboard.example:80",
            "https://dashboard.example:",
            "https://me@dashboard.example",
            "ftp://dashboard.example",
            "https://a.example https://b.example",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
