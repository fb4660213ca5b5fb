//! The pages of links in mails, by which people without an account take the steps that a mail asks for. A link is checked for
//! each request, and executes the pages' own operations about its steps only.

use async_graphql::Executor;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Form, Path, Query, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use entity::register::action_link::LinkedStep;
use entity::store::access::action_link::{OfferedStep, command_key};
use jobs::links::action_path;
use serde::Deserialize;

use super::authentication::failed;
use super::graphql::PageCaller;
use super::pages::{PageState, Visit, refused};
use super::refused_lines::RefusedLine;
use super::sign_in::message_page;
use crate::access::Authenticator;
use crate::access::action_link::ActionLink;
use crate::access::authenticator::AuthError;
use crate::pages::act::command::{LinkCommand, command, refusals};
use crate::pages::act::steps::{ActStepsParams, ActStepsQuery};
use crate::pages::act::{ActPageParams, ActPageQuery, ActRecordQuery, Fields, FormError, NOT_NEEDED};
use crate::pages::message::Problem;
use crate::pages::page::Frame;
use crate::request_id::RequestId;

/// The maximum length of a form, in bytes: two texts of 500 characters, percent-encoded, and the rest.
const MOST_BYTES: usize = 16 * 1024;

/// The state of the routes.
#[derive(Clone, Debug)]
struct LinkState<S> {
    pages: PageState<S>,
    authenticator: Authenticator,
}

/// The routes. They need no authentication: the secret in the path is what proves that the caller has read the mail.
pub(super) fn router<S: Executor>(pages: PageState<S>, authenticator: Authenticator) -> Router {
    Router::new()
        .route(&action_path("{secret}"), get(show::<S>).post(send::<S>))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(LinkState { pages, authenticator })
}

/// The step that a page is about, from 1. The list if it is missing and there are several.
#[derive(Debug, Deserialize)]
struct StepQuery {
    step: Option<usize>,
}

/// What a page is about.
struct OpenedLink {
    secret: String,
    link: ActionLink,
    /// From 1. `None` for the list.
    number: Option<usize>,
    visit: Visit,
}

impl OpenedLink {
    fn path(&self, number: usize) -> String {
        format!("{}?step={number}", action_path(&self.secret))
    }

    /// The step with its number. `None` for the list, and for a number that the link does not have.
    fn step(&self) -> Option<(usize, OfferedStep)> {
        let number = self.number?;
        Some((number, *self.link.steps.get(number.checked_sub(1)?)?))
    }

    fn params(&self, number: usize, step: OfferedStep, fields: Fields, errors: Vec<FormError>) -> ActPageParams {
        ActPageParams {
            step: step.step,
            is_taken: step.is_taken,
            path: self.path(number),
            list: (self.link.steps.len() > 1).then(|| action_path(&self.secret)),
            until: self.link.until,
            fields,
            errors,
        }
    }
}

impl<S: Executor> LinkState<S> {
    /// Checks the link. The answer is the same for a link that is unknown, has lapsed, or is that of a person who has left.
    async fn open(
        &self,
        secret: Option<String>,
        query: Result<Query<StepQuery>, QueryRejection>,
        id: RequestId,
        line: RefusedLine,
    ) -> Result<OpenedLink, Response> {
        let secret = secret.unwrap_or_default();
        let link = match self.authenticator.action_link(&secret, id.as_str()).await {
            Ok(link) => link,
            Err(AuthError::Database(cause)) => return Err(failed(cause, &id)),
            Err(AuthError::InvalidCredentials | AuthError::MissingCredentials | AuthError::ProviderUnreachable) => {
                if let Some(held_back) = line.admit_unauthenticated() {
                    tracing::info!(%id, status = 404, held_back = held_back.field(), "link in a mail is not valid");
                }
                return Err(not_valid());
            }
        };
        let step = query.ok().and_then(|Query(query)| query.step);
        let number = step.or_else(|| (link.steps.len() == 1).then_some(1));
        let caller = PageCaller { id, viewer: link.viewer.clone(), data_state: None, line };
        Ok(OpenedLink { secret, link, number, visit: Visit(caller, Frame::default()) })
    }

    /// The page of a step, or the list.
    async fn page(&self, opened: OpenedLink, fields: Fields, errors: Vec<FormError>) -> Response {
        let Some((number, step)) = opened.step() else {
            let steps = (1..).zip(&opened.link.steps);
            let steps = steps.map(|(number, offered)| (offered.step, opened.path(number), offered.is_taken));
            let params = ActStepsParams { steps: steps.collect(), until: opened.link.until };
            return self.pages.show::<ActStepsQuery>(params, opened.visit).await;
        };
        let params = opened.params(number, step, fields, errors);
        let (id, shown) = match step.step {
            LinkedStep::Dispute(_) => return self.pages.show::<ActRecordQuery>(params, opened.visit).await,
            LinkedStep::Respond(_) | LinkedStep::Answer(_) | LinkedStep::Decide(_) => {
                (opened.visit.0.id.clone(), self.pages.attempt::<ActPageQuery>(params, &opened.visit).await)
            }
        };
        match shown {
            Ok(response) => response,
            // A manager sees a nomination only while it waits for them.
            Err(Problem::NotFound) => message_page(StatusCode::OK, "Nothing to do", &format!("<p>{NOT_NEEDED}</p>")),
            Err(problem) => refused(problem, opened.visit.1, &id),
        }
    }

    /// Gives the command of a form. Returns what was wrong with the form; `Err` has the page that says why it could not be done.
    async fn give(&self, opened: &OpenedLink, step: OfferedStep, fields: &Fields) -> Result<Vec<FormError>, Response> {
        let internal = |cause: String| opened.visit.failed(&cause);
        let LinkCommand { operation, variables } =
            match command(step.step, fields, command_key(step.id)).map_err(internal)? {
                Ok(command) => command,
                Err(errors) => return Ok(errors),
            };
        let Visit(caller, frame) = &opened.visit;
        let by_link = PageCaller { viewer: caller.viewer.clone().by_link(step.id), ..caller.clone() };
        match self.pages.execute(&Method::POST, operation, variables, &Visit(by_link, *frame)).await {
            Ok(data) => refusals(data).map_err(internal),
            // What was filled in stays on the page.
            Err(Problem::Unavailable | Problem::TooMany { .. }) => {
                let sentence = "The service is busy, and nothing was recorded. Send your answer again in a minute.";
                Ok(vec![FormError::new("", sentence)])
            }
            Err(Problem::NotFound) => Ok(vec![FormError::new("", NOT_NEEDED)]),
            Err(problem) => Err(opened.visit.refused(problem)),
        }
    }
}

async fn show<S: Executor>(
    State(state): State<LinkState<S>>,
    Extension(id): Extension<RequestId>,
    Extension(line): Extension<RefusedLine>,
    secret: Result<Path<String>, axum::extract::rejection::PathRejection>,
    query: Result<Query<StepQuery>, QueryRejection>,
) -> Response {
    match state.open(secret.ok().map(|Path(secret)| secret), query, id, line).await {
        Ok(opened) => state.page(opened, Fields::default(), Vec::new()).await,
        Err(response) => response,
    }
}

/// After the command the browser is sent back to the page by GET, so that reloading it sends nothing again.
async fn send<S: Executor>(
    State(state): State<LinkState<S>>,
    Extension(id): Extension<RequestId>,
    Extension(line): Extension<RefusedLine>,
    secret: Result<Path<String>, axum::extract::rejection::PathRejection>,
    query: Result<Query<StepQuery>, QueryRejection>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let opened = match state.open(secret.ok().map(|Path(secret)| secret), query, id, line).await {
        Ok(opened) => opened,
        Err(response) => return response,
    };
    let Ok(Form(fields)) = form else { return opened.visit.refused(Problem::BadAddress) };
    let Some((number, step)) = opened.step() else { return opened.visit.refused(Problem::BadAddress) };
    let back = Redirect::to(&opened.path(number)).into_response();
    if step.is_taken {
        return back;
    }
    let fields = Fields(fields);
    match state.give(&opened, step, &fields).await {
        Ok(errors) if errors.is_empty() => back,
        Ok(errors) => state.page(opened, fields, errors).await,
        Err(response) => response,
    }
}

fn not_valid() -> Response {
    let body = "<p>A link works for 14 days, and only as long as you work here. Check that the whole address was copied from \
        the mail.</p><p>A coordinator of the network can send you a form to sign and record your answer from it: the \
        mail says how to reach them. If you can sign in, go to the <a href=\"/\">home page</a>.</p>";
    message_page(StatusCode::NOT_FOUND, "This link does not work", body)
}
