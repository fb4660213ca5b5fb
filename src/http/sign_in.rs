//! The pages for signing in and out. They load nothing from other hosts, are never cached and never framed.

use axum::body::{Body, to_bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jobs::links;
use serde::Deserialize;

use super::answer::refuse;
use super::authentication::{self, comes_from_elsewhere, foreign, never_stored};
use super::refusal::Refusal;
use super::request::BODY_LIMIT;
use crate::access::Authenticator;
use crate::access::authenticator::{AuthError, Authenticated};
use crate::access::oidc::ReturnPath;
use crate::graphql::error::Code;
use crate::pages::message;
use crate::pages::page::Frame;
use crate::request_id::RequestId;

/// Everything comes from this origin, forms go only there, and the page may not be framed.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The path that starts a sign-in through the identity provider; `?to=` is the path to return to.
pub(super) const START: &str = "/sign-in/start";
/// The path of the page of a sign-in link, to which its secret is also sent.
const LINK: &str = "/sign-in/link";
/// The maximum length of a body with a link's secret, in bytes. It is more than such a body needs.
const MOST_BYTES: usize = 1024;

/// The routes that need no authentication. Sign-in links have a route only if they are enabled.
pub(super) fn router(authenticator: Authenticator) -> Router {
    let mut router = Router::new().route(authentication::SIGN_IN, get(page)).route("/sign-out", post(sign_out));
    if authenticator.links() {
        let script = || file("text/javascript; charset=utf-8", include_str!("sign_in/link.js"));
        router = router.route(LINK, get(link_page).post(sign_in_by_link)).route("/sign-in/link.js", get(script));
    }
    router.with_state(authenticator)
}

/// The query string with the page to return to after signing in.
#[derive(Default, Deserialize)]
pub(super) struct ReturnQuery {
    pub(super) to: Option<String>,
}

impl ReturnQuery {
    /// Returns the path if it is one of this service, otherwise the default. A query that cannot be read gives the default.
    pub(super) fn path(query: Result<Query<Self>, QueryRejection>) -> ReturnPath {
        ReturnPath::new(query.ok().and_then(|Query(query)| query.to).as_deref())
    }
}

/// Says that the user is signed in, or shows how to sign in.
async fn page(
    State(authenticator): State<Authenticator>,
    Extension(id): Extension<RequestId>,
    query: Result<Query<ReturnQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    match authenticator.authenticate(&headers, &id.to_string()).await {
        Ok(Authenticated { viewer, .. }) => {
            let frame = Frame { is_signed_in: true, explores: viewer.explores() };
            let body = "<p>You are signed in. To sign in as another person, sign out first.</p>\
                <p><a href=\"/\">Go to the home page</a></p>";
            message_page_in(frame, StatusCode::OK, "Signed in", body)
        }
        Err(AuthError::MissingCredentials | AuthError::InvalidCredentials | AuthError::ProviderUnreachable) => {
            message_page(StatusCode::OK, "Sign in", &sign_in_options(&authenticator, &ReturnQuery::path(query)))
        }
        Err(AuthError::Database(cause)) => never_stored(authentication::failed(cause, &id)),
    }
}

fn sign_in_options(authenticator: &Authenticator, to: &ReturnPath) -> String {
    let people = if authenticator.provider().is_some() {
        let to = links::encoded(to.as_str());
        format!(
            "<p><a class=\"nhsuk-button\" role=\"button\" href=\"{START}?to={to}\">Sign in with your work account</a></p>\
             <p>You will come back here from your board's own sign-in page.</p>"
        )
    } else if authenticator.links() {
        "<p>This is a demonstration. Open one of the links that <code>psn demo</code> has printed. Each link works once, within \
         an hour. Run the command again for new links.</p>"
            .to_owned()
    } else {
        "<p>You cannot sign in yet, because no identity provider is set up. Contact the service administrator.</p>"
            .to_owned()
    };
    format!(
        "{people}<p>A front end or a script sends its API token with each request: \
         <code>Authorization: Bearer psn_…</code>. The service administrator can make a token with \
         <code>psn token make</code>.</p>"
    )
}

/// Opening a link does not sign in, because mail programs and chat windows open links too. The button does.
async fn link_page() -> Response {
    let body = "<p>This link signs you in to the demonstration, once.</p>\
        <p><button class=\"nhsuk-button\" id=\"go\" disabled>Sign in</button></p><p id=\"said\" role=\"status\"></p>\
        <noscript>This page needs JavaScript. Allow it for this address and open the link again.</noscript>\
        <script src=\"/sign-in/link.js\" defer></script>";
    message_page(StatusCode::OK, "Sign in", body)
}

#[derive(Deserialize)]
struct LinkSecret {
    secret: String,
}

async fn sign_in_by_link(
    State(authenticator): State<Authenticator>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    if comes_from_elsewhere(&request) {
        return foreign(&request, &id);
    }
    let (parts, body) = request.into_parts();
    let is_json = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let read = if is_json { read(body).await } else { None };
    let Some(LinkSecret { secret }) = read else {
        let refusal =
            Refusal::new(StatusCode::BAD_REQUEST, Code::BadRequest, "Send {\"secret\": …} as application/json.");
        return never_stored(refuse(&parts.headers, refusal, &id));
    };
    match authenticator.sign_in_by_link(&secret, &parts.headers, &id.to_string()).await {
        Ok(cookie) => with_cookie(Json(serde_json::json!({ "to": ReturnPath::LANDING })).into_response(), &cookie),
        Err(AuthError::InvalidCredentials | AuthError::MissingCredentials | AuthError::ProviderUnreachable) => {
            let sentence = "This link has expired or was already used. A link works once, within an hour. Run `psn demo` again for new links.";
            let refusal = Refusal::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, sentence);
            never_stored(refuse(&parts.headers, refusal, &id))
        }
        Err(AuthError::Database(cause)) => never_stored(authentication::failed(cause, &id)),
    }
}

async fn read(body: Body) -> Option<LinkSecret> {
    let bytes = tokio::time::timeout(BODY_LIMIT, to_bytes(body, MOST_BYTES)).await.ok()?.ok()?;
    serde_json::from_slice(&bytes).ok()
}

async fn sign_out(
    State(authenticator): State<Authenticator>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    if comes_from_elsewhere(&request) {
        return foreign(&request, &id);
    }
    match authenticator.sign_out(request.headers(), &id.to_string()).await {
        Ok(cookie) => with_cookie(Redirect::to(authentication::SIGN_IN).into_response(), &cookie),
        Err(cause) => never_stored(authentication::failed(cause, &id)),
    }
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    never_stored(response)
}

/// A page for a user who is not signed in. `body` is our own HTML and must not contain anything from a request.
pub(super) fn message_page(status: StatusCode, title: &str, body: &str) -> Response {
    message_page_in(Frame::default(), status, title, body)
}

fn message_page_in(frame: Frame, status: StatusCode, title: &str, body: &str) -> Response {
    let policy = [(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))];
    never_stored((status, policy, Html(message::page(frame, title, body))).into_response())
}

async fn file(media_type: &'static str, text: &'static str) -> Response {
    never_stored(([(header::CONTENT_TYPE, media_type)], text).into_response())
}
