//! The pages on which people sign in and out. They load nothing from elsewhere, are never stored and never framed.

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
use crate::pages::{Frame, message};
use crate::request_id::RequestId;

/// Everything comes from this origin, forms go there and nowhere else, and nothing may frame the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Where a sign-in through the identity provider begins; `?to=` is the path to go to afterwards.
pub(super) const START: &str = "/sign-in/start";
/// Where the page of a link is, and where its secret is sent.
const LINK: &str = "/sign-in/link";
/// More than the body with a link's secret has.
const MOST_BYTES: usize = 1024;

/// The pages before the gate. Links that sign in once have an address only where the gate knows them.
pub(super) fn router(gate: Authenticator) -> Router {
    let mut router = Router::new().route(authentication::SIGN_IN, get(page)).route("/sign-out", post(sign_out));
    if gate.links() {
        let script = || file("text/javascript; charset=utf-8", include_str!("sign_in/link.js"));
        router = router.route(LINK, get(link_page).post(sign_in_by_link)).route("/sign-in/link.js", get(script));
    }
    router.with_state(gate)
}

/// Where to go once signed in.
#[derive(Default, Deserialize)]
pub(super) struct Wish {
    pub(super) to: Option<String>,
}

impl Wish {
    /// The path, if it is one of this service; else where people begin. A query that cannot be read names no place.
    pub(super) fn path(wish: Result<Query<Self>, QueryRejection>) -> ReturnPath {
        ReturnPath::new(wish.ok().and_then(|Query(wish)| wish.to).as_deref())
    }
}

/// Who is signed in, with the way out; else how to sign in.
async fn page(
    State(gate): State<Authenticator>,
    Extension(id): Extension<RequestId>,
    wish: Result<Query<Wish>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    match gate.authenticate(&headers, &id.to_string()).await {
        Ok(Authenticated { viewer, .. }) => {
            let frame = Frame { is_signed_in: true, explores: viewer.explores() };
            let body = "<p>You are signed in. To sign in as another person, sign out first.</p>\
                <p><a href=\"/\">Go to the home page</a></p>";
            shown_in(frame, StatusCode::OK, "Signed in", body)
        }
        Err(AuthError::MissingCredentials | AuthError::InvalidCredentials | AuthError::ProviderUnreachable) => {
            shown(StatusCode::OK, "Sign in", &ways_in(&gate, &Wish::path(wish)))
        }
        Err(AuthError::Database(cause)) => never_stored(authentication::failed(cause, &id)),
    }
}

fn ways_in(gate: &Authenticator, to: &ReturnPath) -> String {
    let people = if gate.provider().is_some() {
        let to = links::encoded(to.as_str());
        format!(
            "<p><a class=\"nhsuk-button\" role=\"button\" href=\"{START}?to={to}\">Sign in with your work account</a></p>\
             <p>You come back here from your board's own sign-in page.</p>"
        )
    } else if gate.links() {
        "<p>This is a demonstration: open one of the links that <code>psn demo</code> has printed. Each signs in once, within \
         an hour. Run it again for new ones.</p>"
            .to_owned()
    } else {
        "<p>People cannot sign in here yet: no identity provider is set up. Ask the people who run this service.</p>"
            .to_owned()
    };
    format!(
        "{people}<p>A front end or a script sends its API token with each request: \
         <code>Authorization: Bearer psn_…</code>. The people who run this service make one with \
         <code>psn token make</code>.</p>"
    )
}

/// Opening a link signs nobody in: mail programs and chat windows open links too. The button does.
async fn link_page() -> Response {
    let body = "<p>This link signs you in to the demonstration, once.</p>\
        <p><button class=\"nhsuk-button\" id=\"go\" disabled>Sign in</button></p><p id=\"said\" role=\"status\"></p>\
        <noscript>It needs JavaScript: allow it for this address and open the link again.</noscript>\
        <script src=\"/sign-in/link.js\" defer></script>";
    shown(StatusCode::OK, "Sign in", body)
}

#[derive(Deserialize)]
struct LinkSecret {
    secret: String,
}

async fn sign_in_by_link(
    State(gate): State<Authenticator>,
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
            Refusal::new(StatusCode::BAD_REQUEST, Code::BadRequest, "Send {\"secret\": …} as application/json");
        return never_stored(refuse(&parts.headers, refusal, &id));
    };
    match gate.sign_in_by_link(&secret, &parts.headers, &id.to_string()).await {
        Ok(cookie) => with_cookie(Json(serde_json::json!({ "to": ReturnPath::LANDING })).into_response(), &cookie),
        Err(AuthError::InvalidCredentials | AuthError::MissingCredentials | AuthError::ProviderUnreachable) => {
            let sentence =
                "This link is good no longer: each is good once, within an hour. Run psn demo again for new ones";
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
    State(gate): State<Authenticator>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    if comes_from_elsewhere(&request) {
        return foreign(&request, &id);
    }
    match gate.sign_out(request.headers(), &id.to_string()).await {
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

/// A page for somebody who is not signed in. `body` is ours: nothing that somebody sent stands in it.
pub(super) fn shown(status: StatusCode, title: &str, body: &str) -> Response {
    shown_in(Frame::default(), status, title, body)
}

fn shown_in(frame: Frame, status: StatusCode, title: &str, body: &str) -> Response {
    let policy = [(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))];
    never_stored((status, policy, Html(message::page(frame, title, body))).into_response())
}

async fn file(media_type: &'static str, text: &'static str) -> Response {
    never_stored(([(header::CONTENT_TYPE, media_type)], text).into_response())
}
