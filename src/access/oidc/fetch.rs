//! The HTTP client for the identity provider: short time limits, small answers, no redirects, and https unless it is on this
//! machine.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use openidconnect::http::{Response as HttpResponse, StatusCode};
use openidconnect::url::{Host, Url};
use openidconnect::{AsyncHttpClient, HttpRequest};
use reqwest::redirect::Policy;
use reqwest::{Client, Request};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::Unusable;

/// The time limit of one request with its whole answer.
const LIMIT: Duration = Duration::from_secs(10);
/// The time limit for connecting to the provider.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// The largest answer. A provider's document and its keys are a few kilobytes.
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// The HTTP client.
#[derive(Clone, Debug)]
pub(super) struct Fetch(Client);

/// Why a request to the provider failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    /// The provider could not be reached, or did not answer in time.
    #[error("{0}")]
    Transport(reqwest::Error),
    /// The provider answered with an error status.
    #[error("it answered with status {0}")]
    Failing(StatusCode),
    /// The provider's document has an address that is neither https nor on this machine.
    #[error("the provider's document has an address that is not https")]
    NotEncrypted,
    /// The answer is longer than [`MAX_ANSWER_BYTES`].
    #[error("the answer is longer than {MAX_ANSWER_BYTES} bytes")]
    TooLong,
    /// The answer is not valid HTTP.
    #[error("the answer is not valid HTTP")]
    Malformed,
}

impl Fetch {
    /// Creates a client that trusts the public authorities and those in `ca_file`. If `direct`, it ignores HTTPS_PROXY and the
    /// like.
    pub(super) fn new(ca_file: Option<&Path>, direct: bool) -> Result<Self, Unusable> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(file) = ca_file {
            let fault = |cause: &dyn std::fmt::Display| {
                Unusable(format!("OIDC_CA_FILE: {} has no valid PEM certificates ({cause})", file.display()))
            };
            let text = std::fs::read(file).map_err(|cause| fault(&cause))?;
            let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
            let found = found.map_err(|cause| fault(&cause))?;
            if found.is_empty() {
                return Err(fault(&"the file has none"));
            }
            for certificate in found {
                roots.add(certificate).map_err(|cause| fault(&cause))?;
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|cause| Unusable(format!("TLS cannot be set up: {cause}")))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .timeout(LIMIT)
            .connect_timeout(CONNECT_LIMIT)
            .user_agent(concat!("psn/", env!("CARGO_PKG_VERSION")));
        if direct {
            client = client.no_proxy();
        }
        client.build().map(Self).map_err(|cause| Unusable(format!("TLS cannot be set up: {cause}")))
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse<Vec<u8>>, FetchError> {
        // Without the address: it may come from an answer, and could contain anything.
        let failed = |cause: reqwest::Error| FetchError::Transport(cause.without_url());
        let request = Request::try_from(request).map_err(failed)?;
        if !is_safe(request.url()) {
            return Err(FetchError::NotEncrypted);
        }
        let mut response = self.0.execute(request).await.map_err(failed)?;
        if response.status().is_server_error() {
            return Err(FetchError::Failing(response.status()));
        }
        let mut answer = HttpResponse::builder().status(response.status());
        for (name, value) in response.headers() {
            answer = answer.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(FetchError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        answer.body(body).map_err(|_| FetchError::Malformed)
    }
}

impl<'c> AsyncHttpClient<'c> for Fetch {
    type Error = FetchError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse<Vec<u8>>, FetchError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

/// Whether traffic to `url` cannot be read or changed on the way: it is https, or never leaves this machine.
pub(super) fn is_safe(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.has_host() && (url.scheme() == "https" || (url.scheme() == "http" && here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_this_machine_is_asked() {
        let safe = |url: &str| is_safe(&url.parse().unwrap());
        for url in ["https://login.example/board", "http://127.0.0.1:9000/", "http://localhost:9000", "http://[::1]/"] {
            assert!(safe(url), "{url}");
        }
        for url in [
            "http://login.example/",
            "http://10.0.0.1/",
            "http://127.0.0.1.evil.example/",
            "http://localhost.evil.example/",
            "http://127.0.0.1@evil.example/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
        ] {
            assert!(!safe(url), "{url}");
        }
    }
}
