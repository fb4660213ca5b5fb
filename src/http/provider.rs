//! Signing in through the board's identity provider: the redirect to it, and the callback from it.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router, middleware};
use sea_orm::DbErr;

use super::authentication::{SIGN_IN, never_stored};
use super::refused_lines::RefusedLine;
use super::sign_in::{ReturnQuery, START, message_page};
use crate::access::Authenticator;
use crate::access::credential::{CookieName, cookies};
use crate::access::oidc::{CALLBACK, Oidc, OidcError, ProviderAnswer, ReturnPath, SIGN_IN_LIFE, Unmatched};
use crate::graphql::error::ApiError;
use crate::request_id::RequestId;

/// The routes to the provider and back. No routes if there is no provider.
pub(super) fn router(authenticator: &Authenticator) -> Router {
    if authenticator.provider().is_none() {
        return Router::new();
    }
    Router::new()
        .route(START, get(start))
        .route(CALLBACK, get(callback))
        .with_state(authenticator.clone())
        .layer(middleware::map_response(|response| std::future::ready(never_stored(response))))
}

async fn start(
    State(authenticator): State<Authenticator>,
    Extension(id): Extension<RequestId>,
    Extension(line): Extension<RefusedLine>,
    query: Result<Query<ReturnQuery>, QueryRejection>,
) -> Response {
    let Some(provider) = authenticator.provider() else { return StatusCode::NOT_FOUND.into_response() };
    let key = match authenticator.sealing_key().await {
        Ok(key) => key,
        Err(cause) => return failed(cause, &id),
    };
    match provider.begin(key, ReturnQuery::path(query)).await {
        Ok(begun) => {
            let cookie = browser_cookie(authenticator.cookie(), &begun.sealed, SIGN_IN_LIFE.num_seconds());
            ([(header::SET_COOKIE, cookie)], Redirect::to(&begun.address)).into_response()
        }
        Err(fault) => refused(fault, &id, &line),
    }
}

async fn callback(
    State(authenticator): State<Authenticator>,
    Extension(id): Extension<RequestId>,
    Extension(line): Extension<RefusedLine>,
    headers: HeaderMap,
    answer: Result<Query<ProviderAnswer>, QueryRejection>,
) -> Response {
    let Some(provider) = authenticator.provider() else { return StatusCode::NOT_FOUND.into_response() };
    let request = CallbackRequest { authenticator: &authenticator, headers: &headers, id: &id, line: &line };
    let Ok(Query(answer)) = answer else { return request.not_signed_in(OidcError::NotBegun) };
    let mut response = match request.end(provider, answer).await {
        Ok((session, to)) => ([(header::SET_COOKIE, session)], Redirect::to(to.as_str())).into_response(),
        Err(response) => response,
    };
    if let Ok(gone) = HeaderValue::from_str(&browser_cookie(authenticator.cookie(), "", 0)) {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    response
}

/// The request with which a browser comes back from the provider.
#[derive(Clone, Copy)]
struct CallbackRequest<'a> {
    authenticator: &'a Authenticator,
    headers: &'a HeaderMap,
    id: &'a RequestId,
    line: &'a RefusedLine,
}

impl CallbackRequest<'_> {
    /// Returns the session cookie and the page to go to.
    async fn end(self, provider: &Oidc, answer: ProviderAnswer) -> Result<(String, ReturnPath), Response> {
        let Self { authenticator, headers, id, line } = self;
        let name = browser_cookie_name(authenticator.cookie());
        let mut sent = cookies(headers, name);
        // Two cookies of this name mean that another site has set one.
        let sealed = sent.next().filter(|_| sent.next().is_none());
        let key = authenticator.sealing_key().await.map_err(|cause| failed(cause, id))?;
        let finished = provider.finish(key, answer, sealed).await;
        let (identity, to) = finished.map_err(|fault| self.not_signed_in(fault))?;
        match authenticator.sign_in_by_provider(&identity, headers, &id.to_string()).await {
            Ok(session) => Ok((session, to)),
            Err(Unmatched::Database(cause)) => Err(failed(cause, id)),
            Err(unmatched) => {
                if let Some(held_back) = line.admit_unauthenticated() {
                    tracing::warn!(%id, %unmatched, held_back = held_back.field(), "sign-in refused");
                }
                let sentence = "Your account does not match exactly one person with a current post. Ask the network's \
                    coordinator to check the work address and employee number on file for you";
                Err(page(StatusCode::FORBIDDEN, sentence, id))
            }
        }
    }

    /// Refuses the sign-in, and records it unless the provider itself has failed.
    fn not_signed_in(self, fault: OidcError) -> Response {
        if !matches!(fault, OidcError::Unreachable(_)) {
            self.authenticator.note_refusal(&self.id.to_string());
        }
        refused(fault, self.id, self.line)
    }
}

/// Returns the page for a database failure, which is not the person's fault.
fn failed(cause: DbErr, id: &RequestId) -> Response {
    let error = tracing::info_span!("request", %id).in_scope(|| ApiError::from(cause));
    page(StatusCode::SERVICE_UNAVAILABLE, error.sentence().trim_end_matches('.'), id)
}

fn refused(fault: OidcError, id: &RequestId, line: &RefusedLine) -> Response {
    let (status, sentence) = match fault {
        OidcError::Unreachable(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "The identity provider does not respond. Try again in a few minutes")
        }
        OidcError::NotBegun => (
            StatusCode::BAD_REQUEST,
            "This sign-in took too long, was already used, or was started in another window or browser. Start again",
        ),
        OidcError::Declined => (
            StatusCode::FORBIDDEN,
            "The identity provider did not sign you in. Start again, or ask your IT service desk whether you may use psn",
        ),
        OidcError::NotAccepted => (
            StatusCode::BAD_GATEWAY,
            "The identity provider does not accept psn, because the settings on one side are wrong. Contact the service administrator",
        ),
        OidcError::Refused(_) => (
            StatusCode::BAD_GATEWAY,
            "The identity provider's answer about you is not valid. Start again. If it happens again, contact the service administrator",
        ),
    };
    if let Some(held_back) = line.admit_unauthenticated() {
        let held_back = held_back.field();
        tracing::warn!(%id, %fault, status = status.as_u16(), held_back, "sign-in refused");
    }
    page(status, sentence, id)
}

/// A page with one of our own sentences.
fn page(status: StatusCode, sentence: &str, id: &RequestId) -> Response {
    let sentence = sentence.trim_end_matches('.');
    let body = format!(
        "<p>{sentence}.</p><p><a class=\"nhsuk-button\" role=\"button\" href=\"{SIGN_IN}\">Sign in</a></p>\
         <p class=\"nhsuk-body-s\">The service administrator can find this in the log as <code>{id}</code>.</p>"
    );
    message_page(status, "Not signed in", &body)
}

/// The name of the cookie that contains the state of a sign-in, encrypted, in the browser that started it.
const fn browser_cookie_name(kind: CookieName) -> &'static str {
    match kind {
        CookieName::Host => "__Host-psn-sign-in",
        CookieName::Plain => "psn-sign-in",
    }
}

/// Returns that cookie. It is `Lax`, because the browser must send it when it comes back from the provider, which is another
/// site.
fn browser_cookie(kind: CookieName, sealed: &str, seconds: i64) -> String {
    let secure = if kind == CookieName::Host { "; Secure" } else { "" };
    let name = browser_cookie_name(kind);
    format!("{name}={sealed}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}
