//! Authentication of requests. Everything except health checks and the sign-in pages requires it.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::uri::{PathAndQuery, Uri};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use jobs::links;
use sea_orm::DbErr;
use tracing::Instrument as _;

use super::answer::{accepts_html, refuse};
use super::pages;
use super::refusal::Refusal;
use super::refused_lines::RefusedLine;
use crate::access::Authenticator;
use crate::access::authenticator::{AuthError, Authenticated};
use crate::access::oidc::ReturnPath;
use crate::graphql::error::{ApiError, Code};
use crate::pages::message::Problem;
use crate::pages::page::Frame;
use crate::request_id::RequestId;

/// The page on which people sign in.
pub(super) const SIGN_IN: &str = "/sign-in";

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Authenticates the request and adds its [`crate::access::Viewer`] for the handlers. Otherwise refuses it.
pub(super) async fn guard(
    State(authenticator): State<Authenticator>,
    Extension(id): Extension<RequestId>,
    Extension(line): Extension<RefusedLine>,
    mut request: Request,
    next: Next,
) -> Response {
    let span = tracing::info_span!("request", %id, why = tracing::field::Empty);
    let denied = match authenticator.authenticate(request.headers(), &id.to_string()).instrument(span.clone()).await {
        Ok(Authenticated { by_cookie: true, .. }) if comes_from_elsewhere(&request) => return foreign(&request, &id),
        Ok(Authenticated { viewer, by_cookie: _, data_state }) => {
            request.extensions_mut().insert(viewer);
            if let Some(data_state) = data_state {
                request.extensions_mut().insert(data_state);
            }
            return next.run(request).await;
        }
        Err(denied) => denied,
    };
    let asks_for_page = request.method() == Method::GET && accepts_html(request.headers());
    match denied {
        AuthError::MissingCredentials | AuthError::InvalidCredentials if asks_for_page => {
            never_stored(Redirect::to(&sign_in_and_return(request.uri())).into_response())
        }
        AuthError::MissingCredentials | AuthError::InvalidCredentials => {
            let sentence = "Sign in, or send a valid API token in the `Authorization: Bearer …` header.";
            let refusal = Refusal::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, sentence);
            let mut response = refuse(request.headers(), refusal, &id);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            if let Some(held_back) = line.admit_unauthenticated() {
                let status = response.status().as_u16();
                span.in_scope(|| tracing::info!(status, held_back = held_back.field(), "not signed in"));
            }
            never_stored(response)
        }
        AuthError::ProviderUnreachable => {
            let sentence =
                "The identity provider does not respond, so your token cannot be checked. Try again in a minute.";
            let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, sentence);
            never_stored(refuse(request.headers(), refusal, &id))
        }
        AuthError::Database(cause) if asks_for_page => never_stored(failed(cause, &id)),
        AuthError::Database(cause) => {
            let error = tracing::info_span!("request", %id).in_scope(|| ApiError::from(cause));
            let status = match error.code() {
                Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            };
            let refusal = Refusal { status: Some(status), ..Refusal::from(error) };
            never_stored(refuse(request.headers(), refusal, &id))
        }
    }
}

/// Returns the URL of the sign-in page, with the page to return to.
fn sign_in_and_return(requested: &Uri) -> String {
    match requested.path_and_query().map(PathAndQuery::as_str) {
        None | Some("/") => SIGN_IN.to_owned(),
        Some(path) => format!("{SIGN_IN}?to={}", links::encoded(ReturnPath::new(Some(path)).as_str())),
    }
}

/// Returns the error page for a browser if the database failed before any page was built.
pub(super) fn failed(cause: DbErr, id: &RequestId) -> Response {
    let error = tracing::info_span!("request", %id).in_scope(|| ApiError::from(cause));
    let problem = match error.code() {
        Code::Unavailable | Code::QueryTimeout | Code::TryAgain => Problem::Unavailable,
        _ => Problem::Internal,
    };
    pages::refused(problem, Frame::default(), id)
}

/// Whether a page of another site made the browser send this request, so that its cookie does not prove the person's intent.
/// Other sites may link to pages. They may not send API requests, not even by GET: the other site does not see the answer, but
/// some reads are recorded as reads by that person.
pub(super) fn comes_from_elsewhere(request: &Request) -> bool {
    if request.method().is_safe() && request.uri().path() != "/graphql" {
        return false;
    }
    let headers = request.headers();
    // Current browsers send this with every request; `none` means that the person opened the address directly.
    if let Some(site) = headers.get(FETCH_SITE) {
        return site != "same-origin" && site != "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    match (origin.as_ref().and_then(Uri::authority), host) {
        (Some(origin), Some(host)) => !origin.as_str().eq_ignore_ascii_case(host),
        _ => true,
    }
}

/// Returns the answer to a request that a page of another site made.
pub(super) fn foreign(request: &Request, id: &RequestId) -> Response {
    let sentence = "A page of another site sent this request. Send it from a page of this service.";
    let refusal = Refusal::new(StatusCode::FORBIDDEN, Code::Forbidden, sentence);
    if let Some(held_back) = request.extensions().get().and_then(RefusedLine::admit_unauthenticated) {
        let held_back = held_back.field();
        tracing::warn!(%id, status = 403, held_back, "cross-site request with a session cookie refused");
    }
    never_stored(refuse(request.headers(), refusal, id))
}

pub(super) fn never_stored(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn elsewhere(method: Method, headers: &[(&'static str, &str)]) -> bool {
        let request = Request::builder().method(method).uri("/graphql").header("host", "psn.example:8443");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        comes_from_elsewhere(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn sign_in_returns_to_requested_page() {
        let to = |asked: &'static str| sign_in_and_return(&Uri::from_static(asked));
        assert_eq!(to("/"), "/sign-in");
        assert_eq!(to("/units/A%2FB%201?after=x"), "/sign-in?to=%2Funits%2FA%252FB%25201%3Fafter%3Dx");
        assert_eq!(to("//evil.example/"), "/sign-in?to=%2Fwelcome", "the page after any sign-in");
    }

    #[test]
    fn cross_site_requests_are_recognised() {
        for (site, expected) in [("same-origin", false), ("none", false), ("same-site", true), ("cross-site", true)] {
            assert_eq!(elsewhere(Method::POST, &[("sec-fetch-site", site)]), expected, "{site}");
            assert_eq!(elsewhere(Method::GET, &[("sec-fetch-site", site)]), expected, "{site}");
            let page = Request::get("/playground").header("host", "psn.example").header("sec-fetch-site", site);
            assert!(!comes_from_elsewhere(&page.body(Body::empty()).unwrap()), "a page may be linked to");
        }
        for (origin, expected) in [
            ("https://psn.example:8443", false),
            ("https://PSN.example:8443", false),
            ("https://psn.example", true),
            ("https://evil.example", true),
            ("https://psn.example:8443.evil.example", true),
            ("null", true),
            ("", true),
        ] {
            assert_eq!(elsewhere(Method::POST, &[("origin", origin)]), expected, "{origin}");
        }
        assert!(!elsewhere(Method::POST, &[]), "not sent by a current browser");
        assert!(elsewhere(Method::POST, &[("sec-fetch-site", "cross-site"), ("origin", "https://psn.example:8443")]));
    }
}
