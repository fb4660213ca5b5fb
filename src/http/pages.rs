//! The routes of the pages: each authenticates the caller, executes the page's operation and chooses the status.

use std::sync::Arc;

use async_graphql::Executor;
use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use entity::id::NominationId;
use serde_json::{Map, Value};

use super::answer::accepts_html;
use super::assets::Files;
use super::execution::Endpoint;
use super::graphql::{NoData, PageCaller};
use super::refused_lines::RefusedLine;
use super::request::GraphqlRequest;
use crate::access::oidc::ReturnPath;
use crate::access::{DataState, Viewer};
use crate::graphql::error::Code;
use crate::pages::message::{self, Problem};
use crate::pages::page::{Frame, PageName, PageQuery, PageResult};
use crate::pages::{Pages, docs, form, home, landing, team, unit};
use crate::request_id::RequestId;

/// Styles and pictures only from this service, no scripts, forms only to this service, and no framing.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";
/// The policy of a static file: it loads nothing.
const FILE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The state of the routes: the GraphQL endpoint and the operations of the pages.
#[derive(Clone, Debug)]
pub(super) struct PageState<S> {
    pub(super) endpoint: Endpoint<S>,
    pub(super) pages: Arc<Pages>,
}

/// The caller of a page, and its frame.
pub(super) struct Visit(pub(super) PageCaller, pub(super) Frame);

/// The routes of the pages. They require authentication.
pub(super) fn router<S: Executor>(state: PageState<S>) -> Router {
    Router::new()
        .route("/", get(home_page::<S>))
        .route(ReturnPath::LANDING, get(landing_page::<S>))
        .route("/units/{code}", get(unit_page::<S>))
        .route("/teams/{code}", get(team_page::<S>))
        .route("/nominations/{number}/form", get(form_page::<S>))
        .with_state(state)
        .route(docs::DOCS, get(documents))
        .route(&format!("{}/{{name}}", docs::DOCS), get(document))
}

/// The route of the stylesheet. It is public, because the sign-in page uses it too.
pub(super) fn assets_router(files: Arc<Files>) -> Router {
    Router::new().route("/assets/{name}", get(file)).with_state(files)
}

async fn file(State(files): State<Arc<Files>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    files.send(&name, &headers, FILE_POLICY).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

type FromQuery<T> = Result<Query<T>, QueryRejection>;

async fn home_page<S: Executor>(
    State(state): State<PageState<S>>,
    visit: Visit,
    query: FromQuery<home::HomePageParams>,
) -> Response {
    let Ok(Query(params)) = query else { return visit.refused(Problem::BadAddress) };
    state.show::<home::HomePageQuery>(params, visit).await
}

async fn landing_page<S: Executor>(State(state): State<PageState<S>>, visit: Visit) -> Response {
    state.show::<landing::LandingPageQuery>((), visit).await
}

async fn unit_page<S: Executor>(
    State(state): State<PageState<S>>,
    visit: Visit,
    code: Result<Path<String>, PathRejection>,
    query: FromQuery<unit::Lists>,
) -> Response {
    // A code that is not text does not exist.
    let Ok(Path(code)) = code else { return visit.refused(Problem::NotFound) };
    let Ok(Query(lists)) = query else { return visit.refused(Problem::BadAddress) };
    state.show::<unit::UnitPageQuery>(unit::UnitPageParams { code, lists }, visit).await
}

async fn team_page<S: Executor>(
    State(state): State<PageState<S>>,
    visit: Visit,
    code: Result<Path<String>, PathRejection>,
) -> Response {
    let Ok(Path(code)) = code else { return visit.refused(Problem::NotFound) };
    state.show::<team::TeamPageQuery>(team::TeamPageParams { code }, visit).await
}

/// A nomination as a form. A path that is not a number does not exist.
async fn form_page<S: Executor>(
    State(state): State<PageState<S>>,
    visit: Visit,
    number: Result<Path<i64>, PathRejection>,
) -> Response {
    let Ok(Path(number)) = number else { return visit.refused(Problem::NotFound) };
    state.show::<form::FormPageQuery>(NominationId(number), visit).await
}

/// The list of documents.
async fn documents(visit: Visit) -> Response {
    visit.show(docs::index(visit.1))
}

async fn document(visit: Visit, name: Result<Path<String>, PathRejection>) -> Response {
    let page = name.ok().and_then(|Path(name)| docs::page(&name, visit.1));
    page.map_or_else(|| visit.refused(Problem::NotFound), |page| visit.show(page))
}

/// The answer for an unknown path: a page for a browser, otherwise only the status.
pub(super) async fn not_found(visit: Visit, headers: HeaderMap) -> Response {
    if accepts_html(&headers) { visit.refused(Problem::NotFound) } else { StatusCode::NOT_FOUND.into_response() }
}

impl<S: Executor> PageState<S> {
    pub(super) fn new(endpoint: Endpoint<S>, pages: Pages) -> Self {
        Self { endpoint, pages: Arc::new(pages) }
    }

    /// Executes an operation on behalf of the viewer.
    pub(super) async fn execute(
        &self,
        method: &Method,
        name: PageName,
        variables: Map<String, Value>,
        visit: &Visit,
    ) -> Result<Value, Problem> {
        // Variables that are too long are longer than any code or cursor.
        let request =
            GraphqlRequest::own(Arc::clone(self.pages.document(name)), variables).map_err(|_| Problem::NotFound)?;
        self.endpoint.answer_page(method, visit.0.clone(), request).await.map_err(problem)
    }

    /// Executes the operation of a page on behalf of the viewer and renders its answer.
    pub(super) async fn show<P: PageQuery>(&self, params: P::Params, visit: Visit) -> Response {
        self.attempt::<P>(params, &visit).await.unwrap_or_else(|problem| visit.refused(problem))
    }

    /// The same. An error is why the operation has no data.
    pub(super) async fn attempt<P: PageQuery>(&self, params: P::Params, visit: &Visit) -> Result<Response, Problem> {
        let variables = match P::variables(&params) {
            Ok(variables) => variables,
            Err(cause) => return Ok(visit.failed(&cause)),
        };
        let data = self.execute(&Method::GET, P::NAME, variables, visit).await?;
        Ok(match P::respond(&params, data, visit.1) {
            Ok(PageResult::Html(html)) => answer(StatusCode::OK, html),
            Ok(PageResult::Redirect(path)) => Redirect::to(&path).into_response(),
            Err(cause) => visit.failed(&cause),
        })
    }
}

impl Visit {
    /// A page that asks for no data.
    pub(super) fn show(&self, page: Result<String, String>) -> Response {
        page.map_or_else(|cause| self.failed(&cause), |html| answer(StatusCode::OK, html))
    }

    /// The page for an error of the program.
    pub(super) fn failed(&self, cause: &str) -> Response {
        tracing::error!(id = %self.0.id, cause, "page could not be rendered");
        self.refused(Problem::Internal)
    }

    pub(super) fn refused(&self, problem: Problem) -> Response {
        let Self(caller, frame) = self;
        refused(problem, *frame, &caller.id)
    }
}

/// Read from the extensions that authentication has set.
impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, state: &S) -> Result<Self, Response> {
        let missing = |_| StatusCode::INTERNAL_SERVER_ERROR.into_response();
        let Extension(id) = Extension::<RequestId>::from_request_parts(parts, state).await.map_err(missing)?;
        let Extension(viewer) = Extension::<Viewer>::from_request_parts(parts, state).await.map_err(missing)?;
        let Extension(line) = Extension::<RefusedLine>::from_request_parts(parts, state).await.map_err(missing)?;
        let data_state = parts.extensions.get::<DataState>().copied();
        let frame = frame(&viewer);
        Ok(Self(PageCaller { id, viewer, data_state, line }, frame))
    }
}

/// The header of a page for a signed-in user.
fn frame(viewer: &Viewer) -> Frame {
    Frame { is_signed_in: true, explores: viewer.explores() }
}

/// Returns why a page cannot be shown, by the code of the API error. A code that no page operation should cause is an error of
/// the service.
fn problem(NoData { code, retry_after }: NoData) -> Problem {
    match code {
        Code::NotFound => Problem::NotFound,
        Code::Forbidden | Code::Unauthenticated => Problem::Forbidden,
        Code::BadInput => Problem::BadAddress,
        Code::BudgetSpent | Code::TooManyAtOnce => Problem::TooMany { retry_after },
        Code::Unavailable | Code::QueryTimeout | Code::TryAgain => Problem::Unavailable,
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

/// Returns the page that says why the requested one cannot be shown.
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

/// The page that callers see instead of the playground if they may not explore.
pub(super) fn playground_forbidden(viewer: &Viewer) -> Response {
    let body =
        "<p>The playground is for the people who run the network.</p><p><a href=\"/\">Go to the home page</a></p>";
    answer(StatusCode::FORBIDDEN, message::page(frame(viewer), "You do not have access to the playground", body))
}

/// An HTML page with the policy of pages.
pub(super) fn answer(status: StatusCode, html: String) -> Response {
    (status, [(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))], Html(html)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unexpected_codes_are_internal_errors() {
        let shown_for = |code| problem(NoData { code, retry_after: None });
        assert_eq!(shown_for(Code::NotFound), Problem::NotFound);
        assert_eq!(shown_for(Code::Internal), Problem::Internal);
        assert_eq!(shown_for(Code::ValidationFailed), Problem::Internal, "an operation of a page is always valid");
        let spent = problem(NoData { code: Code::BudgetSpent, retry_after: Some(7) });
        assert_eq!(spent, Problem::TooMany { retry_after: Some(7) });
    }

    #[test]
    fn plain_stylesheet_loads_from_no_other_host() {
        let css = std::str::from_utf8(super::super::assets::PLAIN.bytes).unwrap();
        assert!(!css.contains("url(") && !css.contains("@import") && css.contains("nhsuk-table"));
    }
}
