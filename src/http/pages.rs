//! The addresses of the pages: who asks, what the operation of the page answers, and with which status the page goes out.

use std::sync::Arc;

use async_graphql::Executor;
use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

use super::answer::accepts_html;
use super::assets::Files;
use super::execution::Endpoint;
use super::graphql::{Caller, NoData};
use super::refused_lines::RefusedLine;
use super::request::GraphqlRequest;
use crate::access::oidc::ReturnPath;
use crate::access::{Look, Viewer};
use crate::graphql::error::Code;
use crate::pages::message::{self, Problem};
use crate::pages::{Frame, Page, Pages, Shown, home, landing, team, unit};
use crate::request_id::RequestId;

/// No script, no style and no picture but from here, forms go here and nowhere else, and nothing may frame a page.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";
/// The policy of a file: it loads nothing.
const FILE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// What a page needs: how operations are executed, and which there are.
#[derive(Clone, Debug)]
struct Site<S> {
    endpoint: Endpoint<S>,
    pages: Arc<Pages>,
}

/// Who asks for a page, and by which request.
pub(super) struct Visit(Caller, Frame);

/// The pages, behind the gate.
pub(super) fn router<S: Executor>(endpoint: Endpoint<S>, pages: Pages) -> Router {
    Router::new()
        .route("/", get(home_page::<S>))
        .route(ReturnPath::LANDING, get(landing_page::<S>))
        .route("/units/{code}", get(unit_page::<S>))
        .route("/teams/{code}", get(team_page::<S>))
        .with_state(Site { endpoint, pages: Arc::new(pages) })
}

/// The stylesheet, for everyone: the page for signing in has it too.
pub(super) fn assets_router(files: Arc<Files>) -> Router {
    Router::new().route("/assets/{name}", get(file)).with_state(files)
}

async fn file(State(files): State<Arc<Files>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    files.send(&name, &headers, FILE_POLICY).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

type FromQuery<T> = Result<Query<T>, QueryRejection>;

async fn home_page<S: Executor>(
    State(site): State<Site<S>>,
    visit: Visit,
    query: FromQuery<home::Address>,
) -> Response {
    let Ok(Query(address)) = query else { return visit.refused(Problem::BadAddress) };
    site.show::<home::Home>(address, visit).await
}

async fn landing_page<S: Executor>(State(site): State<Site<S>>, visit: Visit) -> Response {
    site.show::<landing::Landing>((), visit).await
}

async fn unit_page<S: Executor>(
    State(site): State<Site<S>>,
    visit: Visit,
    code: Result<Path<String>, PathRejection>,
    query: FromQuery<unit::Lists>,
) -> Response {
    // What is no text is no code.
    let Ok(Path(code)) = code else { return visit.refused(Problem::NotFound) };
    let Ok(Query(lists)) = query else { return visit.refused(Problem::BadAddress) };
    site.show::<unit::Unit>(unit::Address { code, lists }, visit).await
}

async fn team_page<S: Executor>(
    State(site): State<Site<S>>,
    visit: Visit,
    code: Result<Path<String>, PathRejection>,
) -> Response {
    let Ok(Path(code)) = code else { return visit.refused(Problem::NotFound) };
    site.show::<team::Team>(team::Address { code }, visit).await
}

/// An address at which there is nothing: the page that says so for a browser, else the status alone.
pub(super) async fn nowhere(visit: Visit, headers: HeaderMap) -> Response {
    if accepts_html(&headers) { visit.refused(Problem::NotFound) } else { StatusCode::NOT_FOUND.into_response() }
}

impl<S: Executor> Site<S> {
    /// Executes the operation of a page in the name of the viewer, and shows what it answers.
    async fn show<P: Page>(&self, address: P::Address, visit: Visit) -> Response {
        let failed = |cause: String, id: &RequestId| {
            tracing::error!(%id, cause, "a page cannot be made");
            Problem::Internal
        };
        let Visit(caller, frame) = &visit;
        let variables = match P::variables(&address) {
            Ok(variables) => variables,
            Err(cause) => return visit.refused(failed(cause, &caller.id)),
        };
        let Ok(asked) = GraphqlRequest::own(Arc::clone(P::document(&self.pages)), variables) else {
            // Longer than any code or cursor is.
            return visit.refused(Problem::NotFound);
        };
        let data = match self.endpoint.answer_page(caller.clone(), asked).await {
            Ok(data) => data,
            Err(no_data) => return visit.refused(problem(no_data)),
        };
        match P::shown(&address, data, *frame) {
            Ok(Shown::Html(html)) => answer(StatusCode::OK, html),
            Ok(Shown::Elsewhere(path)) => Redirect::to(&path).into_response(),
            Err(cause) => visit.refused(failed(cause, &caller.id)),
        }
    }
}

impl Visit {
    fn refused(&self, problem: Problem) -> Response {
        let Self(caller, frame) = self;
        refused(problem, *frame, &caller.id)
    }
}

/// Taken from what the gate has found out.
impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, state: &S) -> Result<Self, Response> {
        let missing = |_| StatusCode::INTERNAL_SERVER_ERROR.into_response();
        let Extension(id) = Extension::<RequestId>::from_request_parts(parts, state).await.map_err(missing)?;
        let Extension(viewer) = Extension::<Viewer>::from_request_parts(parts, state).await.map_err(missing)?;
        let Extension(line) = Extension::<RefusedLine>::from_request_parts(parts, state).await.map_err(missing)?;
        let look = parts.extensions.get::<Look>().copied();
        let frame = frame(&viewer);
        Ok(Self(Caller { id, viewer, look, line }, frame))
    }
}

/// What stands around a page of somebody who is signed in.
fn frame(viewer: &Viewer) -> Frame {
    Frame { is_signed_in: true, explores: viewer.explores() }
}

/// Why there is no page, by the code of the API's error. A code that no operation of a page should meet is our fault.
fn problem(NoData { code, retry_after }: NoData) -> Problem {
    match code {
        Code::NotFound => Problem::NotFound,
        Code::Forbidden | Code::Unauthenticated => Problem::Forbidden,
        Code::BadInput => Problem::BadAddress,
        Code::BudgetSpent | Code::TooManyAtOnce => Problem::TooMany { retry_after },
        Code::Unavailable | Code::QueryTimeout => Problem::Unavailable,
        Code::QueryTooCostly => Problem::TooCostly,
        Code::BadRequest
        | Code::HostRefused
        | Code::BatchRefused
        | Code::MethodNotAllowed
        | Code::NotAcceptable
        | Code::UnsupportedMediaType
        | Code::PayloadTooLarge
        | Code::RequestTimeout
        | Code::ParseFailed
        | Code::ValidationFailed
        | Code::OperationUnknown
        | Code::QueryTooLong
        | Code::QueryTooDeep
        | Code::QueryTooBroad
        | Code::OperationNotListed
        | Code::PersistedQueryNotSupported
        | Code::IntrospectionRefused
        | Code::Internal => Problem::Internal,
    }
}

/// The page that says why there is none.
pub(super) fn refused(problem: Problem, frame: Frame, id: &RequestId) -> Response {
    let status = match problem {
        Problem::NotFound => StatusCode::NOT_FOUND,
        Problem::Forbidden => StatusCode::FORBIDDEN,
        Problem::BadAddress => StatusCode::BAD_REQUEST,
        Problem::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Problem::Unavailable | Problem::TooCostly => StatusCode::SERVICE_UNAVAILABLE,
        Problem::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut response = answer(status, problem.page(frame, &id.to_string()));
    if let Problem::TooMany { retry_after: Some(seconds) } = problem {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// In place of the playground, for those who may not explore.
pub(super) fn not_for_you(viewer: &Viewer) -> Response {
    let body =
        "<p>The playground is for the people who run the network.</p><p><a href=\"/\">Go to the home page</a></p>";
    answer(StatusCode::FORBIDDEN, message::page(frame(viewer), "The playground is not for you", body))
}

/// A page of ours, as HTML.
pub(super) fn answer(status: StatusCode, html: String) -> Response {
    (status, [(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))], Html(html)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_viewer_can_do_something_about_is_not_our_fault() {
        let of = |code| problem(NoData { code, retry_after: None });
        assert_eq!(of(Code::NotFound), Problem::NotFound);
        assert_eq!(of(Code::Internal), Problem::Internal);
        assert_eq!(of(Code::ValidationFailed), Problem::Internal, "an operation of a page is always valid");
        let spent = problem(NoData { code: Code::BudgetSpent, retry_after: Some(7) });
        assert_eq!(spent, Problem::TooMany { retry_after: Some(7) });
    }

    #[test]
    fn the_plain_stylesheet_asks_no_other_host() {
        let css = std::str::from_utf8(super::super::assets::PLAIN.bytes).unwrap();
        assert!(!css.contains("url(") && !css.contains("@import") && css.contains("nhsuk-table"));
    }
}
