//! The host names to which the service answers. A page of another site must not read the service, or sign in to it, through the
//! browser of a person on this machine. Such a page can make its own name resolve to 127.0.0.1 (DNS rebinding), and the browser
//! then treats the service as part of that page; but the request still contains the foreign name.

use std::net::IpAddr;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::uri::{Authority, Uri};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::answer::refuse;
use super::refusal::Refusal;
use crate::graphql::error::Code;
use crate::request_id::RequestId;

const SENTENCE: &str = "psn does not answer to this host name. On its own machine, open it as localhost or 127.0.0.1. \
    If people use another name, set BASE_URL to that address";

/// The host names that requests may use, with any port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// Any name: other machines use the service with tokens only, and the name that they use is unknown.
    Any,
    /// `localhost`, loopback addresses, and this one name, if any, which a proxy in front of psn may pass on.
    Loopback(Option<String>),
}

impl Hosts {
    /// This machine's own names, and the host of the public URL.
    #[must_use]
    pub fn loopback_and(base_url: Option<&str>) -> Self {
        let host = base_url.and_then(|url| url.parse::<Uri>().ok()?.host().map(str::to_owned));
        Self::Loopback(host)
    }

    /// Whether `authority`, a host with or without a port, is one of these names.
    fn contain(&self, authority: &str) -> bool {
        let Self::Loopback(base) = self else { return true };
        // A user name before the host does not belong in a request and could only mislead.
        let Some(authority) = authority.parse::<Authority>().ok().filter(|_| !authority.contains('@')) else {
            return false;
        };
        let host = authority.host();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host.eq_ignore_ascii_case("localhost")
            || address.is_ok_and(|address| address.is_loopback())
            || base.as_ref().is_some_and(|base| host.eq_ignore_ascii_case(base))
    }
}

/// Answers only requests for one of `hosts`. A request without a host is refused, and one with several unless all are allowed.
pub(super) async fn allow_known_hosts(
    State(hosts): State<Hosts>,
    Extension(id): Extension<RequestId>,
    request: Request,
    next: Next,
) -> Response {
    let in_headers = request.headers().get_all(header::HOST).iter().map(|value| value.to_str().unwrap_or_default());
    let requested: Vec<_> = request.uri().authority().map(Authority::as_str).into_iter().chain(in_headers).collect();
    let known = hosts == Hosts::Any || (!requested.is_empty() && requested.iter().all(|host| hosts.contain(host)));
    if known {
        return next.run(request).await;
    }
    if request.uri().path() == "/graphql" {
        let refusal = Refusal::new(StatusCode::MISDIRECTED_REQUEST, Code::HostRefused, SENTENCE);
        return refuse(request.headers(), refusal, &id);
    }
    (StatusCode::MISDIRECTED_REQUEST, format!("{SENTENCE}.\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_and_configured_name_are_accepted() {
        let own = Hosts::loopback_and(Some("https://PSN.board.example:8443/network"));
        for name in [
            "localhost",
            "LocalHost:8080",
            "127.0.0.1",
            "127.0.0.1:1",
            "127.0.0.2",
            "[::1]",
            "[::1]:80",
            "psn.board.example",
        ] {
            assert!(own.contain(name), "{name}");
        }
        for name in [
            "",
            ":8080",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "psn.board.example.evil.example",
            "evil.example@localhost",
            "localhost@evil.example",
            "localhost/",
            "10.0.0.1",
            "0.0.0.0",
            "[::]",
        ] {
            assert!(!own.contain(name), "{name}");
        }
        assert!(!Hosts::loopback_and(None).contain("psn.board.example"));
        assert!(Hosts::Any.contain("evil.example"));
    }
}
