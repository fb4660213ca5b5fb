//! The pages on which people sign in and out, and what somebody sees for whom the playground is not. They are plain, load
//! nothing from elsewhere, are never stored and never framed.

use axum::body::{Body, to_bytes};
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

use super::gate::{self, comes_from_elsewhere, foreign, never_stored};
use super::graphql;
use super::provider::START;
use super::request::{BODY_LIMIT, Refusal};
use super::router::RequestId;
use crate::access::gate::{Admitted, Denied};
use crate::access::{Gate, Viewer};
use crate::graphql::error::{ApiError, Code};

/// Everything comes from this origin, forms go there and nowhere else, and nothing may frame the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Where the page of a link is, and where its secret is sent.
const LINK: &str = "/sign-in/link";
/// More than the body with a link's secret has.
const MOST_BYTES: usize = 1024;

/// The pages before the gate. Links that sign in once have an address only where the gate knows them.
pub(super) fn router(gate: Gate) -> Router {
    let mut router = Router::new()
        .route(gate::SIGN_IN, get(page))
        .route("/sign-out", post(sign_out))
        .route("/sign-in/page.css", get(|| file("text/css; charset=utf-8", include_str!("sign_in/page.css"))));
    if gate.links() {
        let script = || file("text/javascript; charset=utf-8", include_str!("sign_in/link.js"));
        router = router.route(LINK, get(link_page).post(sign_in_by_link)).route("/sign-in/link.js", get(script));
    }
    router.with_state(gate)
}

/// Who is signed in, with the way out; else how to sign in.
async fn page(State(gate): State<Gate>, Extension(id): Extension<RequestId>, headers: HeaderMap) -> Response {
    match gate.admit(&headers, &id.to_string()).await {
        Ok(Admitted { viewer, .. }) => shown(StatusCode::OK, "Signed in", &signed_in(&viewer)),
        Err(Denied::Nobody | Denied::Refused | Denied::ProviderAway) => {
            shown(StatusCode::OK, "Sign in", &ways_in(&gate))
        }
        Err(Denied::Failed(cause)) => failed(cause),
    }
}

fn ways_in(gate: &Gate) -> String {
    let people = if gate.provider().is_some() {
        format!(
            "<p><a class=\"button\" href=\"{START}?to=/playground\">Sign in with your work account</a></p>\
             <p>You come back here from your board's own sign-in page.</p>"
        )
    } else if gate.links() {
        "<p>This is a demonstration: open one of the links that <code>psn demo</code> has printed. Each signs in once, within \
         an hour; run it again for new ones.</p>"
            .to_owned()
    } else {
        "<p>People cannot sign in here yet: no identity provider is set up. Ask whoever runs this service.</p>"
            .to_owned()
    };
    format!(
        "{people}<p>A front end or a script sends its API token with each request: \
         <code>Authorization: Bearer psn_…</code>. Whoever runs this service makes one with <code>psn token make</code>.</p>"
    )
}

fn signed_in(viewer: &Viewer) -> String {
    let playground = if viewer.explores() { "<p><a href=\"/playground\">Open the playground</a></p>" } else { "" };
    format!(
        "<p>You are signed in as <code>{}</code>.</p>{playground}\
         <form method=\"post\" action=\"/sign-out\"><button>Sign out</button></form>",
        viewer.actor()
    )
}

/// Instead of the playground, for whom it is not: what they see of the network, as the API answers it.
pub(super) fn instead_of_playground(viewer: &Viewer) -> Response {
    let body = format!(
        "{}<p>The playground is for those who run the network. This is what the API answers to you:</p>\
         <pre id=\"answer\">…</pre><noscript>It needs JavaScript.</noscript>\
         <script src=\"/playground/view.js\" type=\"module\"></script>",
        signed_in(viewer)
    );
    shown(StatusCode::OK, "Your view", &body)
}

/// The script of that page.
pub(super) async fn view_script() -> Response {
    file("text/javascript; charset=utf-8", include_str!("sign_in/view.js")).await
}

/// Opening a link signs nobody in: mail programs and chat windows open links too. The button does.
async fn link_page() -> Response {
    let body = "<p>This link signs you in to the demonstration, once.</p>\
        <p><button id=\"go\" disabled>Sign in</button></p><p id=\"said\" role=\"status\"></p>\
        <noscript>It needs JavaScript: allow it for this address and open the link again.</noscript>\
        <script src=\"/sign-in/link.js\" defer></script>";
    shown(StatusCode::OK, "Sign in", body)
}

#[derive(Deserialize)]
struct LinkSecret {
    secret: String,
}

async fn sign_in_by_link(State(gate): State<Gate>, Extension(id): Extension<RequestId>, request: Request) -> Response {
    if comes_from_elsewhere(&request) {
        return foreign(&request, &id);
    }
    let (parts, body) = request.into_parts();
    let is_json = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let read = if is_json { read(body).await } else { None };
    let Some(LinkSecret { secret }) = read else {
        let refusal =
            Refusal::new(StatusCode::BAD_REQUEST, Code::BadRequest, "Send {\"secret\": …} as application/json");
        return never_stored(graphql::refuse(&parts.headers, refusal, &id));
    };
    match gate.sign_in_by_link(&secret, &parts.headers, &id.to_string()).await {
        Ok(cookie) => with_cookie(Json(serde_json::json!({ "to": "/playground" })).into_response(), &cookie),
        Err(Denied::Refused | Denied::Nobody | Denied::ProviderAway) => {
            let sentence =
                "This link is good no longer: each is good once, within an hour. Run psn demo again for new ones";
            let refusal = Refusal::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, sentence);
            never_stored(graphql::refuse(&parts.headers, refusal, &id))
        }
        Err(Denied::Failed(cause)) => failed(cause),
    }
}

async fn read(body: Body) -> Option<LinkSecret> {
    let bytes = tokio::time::timeout(BODY_LIMIT, to_bytes(body, MOST_BYTES)).await.ok()?.ok()?;
    serde_json::from_slice(&bytes).ok()
}

async fn sign_out(State(gate): State<Gate>, Extension(id): Extension<RequestId>, request: Request) -> Response {
    if comes_from_elsewhere(&request) {
        return foreign(&request, &id);
    }
    match gate.sign_out(request.headers(), &id.to_string()).await {
        Ok(cookie) => with_cookie(Redirect::to(gate::SIGN_IN).into_response(), &cookie),
        Err(cause) => failed(cause),
    }
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    never_stored(response)
}

fn failed(cause: sea_orm::DbErr) -> Response {
    let error = ApiError::from(cause);
    shown(StatusCode::SERVICE_UNAVAILABLE, "Not now", &format!("<p>{}.</p>", error.sentence()))
}

/// A page. `body` is ours: nothing that somebody sent stands in it.
pub(super) fn shown(status: StatusCode, title: &str, body: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title} · Peer Support Network</title>\
         <link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"/sign-in/page.css\"></head>\
         <body><main><h1>Peer Support Network</h1>{body}</main></body></html>"
    );
    let policy = [(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))];
    never_stored((status, policy, Html(page)).into_response())
}

async fn file(media_type: &'static str, text: &'static str) -> Response {
    never_stored(([(header::CONTENT_TYPE, media_type)], text).into_response())
}
