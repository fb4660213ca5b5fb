//! `POST /graphql`, and GET for queries: our own handler, because the framework's accepts mutations by GET and by forms,
//! reads past the body limit, ignores `operationName` on GET and runs batches of any length. The pages' own operations are
//! executed here too, in the same way and within the same limits.

mod page;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Executor, Request, Response as Answer, Variables};
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use entity::actor::Actor;
use futures_util::StreamExt as _;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

pub(super) use self::page::{Caller, NoData};
use super::answer::MediaType;
use super::budget::{Budgets, ConcurrencyPermit};
use super::live::{Live, Stopping, Telling};
use super::refused_lines::{HeldBack, RefusedLine};
use super::request::{self, Asked, GraphqlRequest, Refusal};
use crate::access::{Look, Viewer};
use crate::graphql::DataVersion;
use crate::graphql::error::{ApiError, Code};
use crate::graphql::limits::{Admitted, Limits, Refused, asks_about_schema};
use crate::graphql::persisted::{self, Persisted};
use crate::request_id::RequestId;

/// The longest operation name that a log line shows.
const MAX_LOGGED_NAME: usize = 64;

/// How soon a caller of whom too many requests run may ask again: most queries are done by then.
const SOON: Duration = Duration::from_secs(1);

/// A schema and what its queries are held to.
#[derive(Clone, Debug)]
pub(super) struct Endpoint<S> {
    pub(super) schema: S,
    pub(super) limits: Arc<Limits>,
    pub(super) query_limit: Duration,
    pub(super) budgets: Arc<Budgets<Actor>>,
    pub(super) persisted: Arc<Persisted>,
    pub(super) body_limit: Duration,
    pub(super) live: Live,
}

/// What the log line and the answer of a request tell about it: never its variables.
pub(super) struct Facts {
    pub(super) caller: Actor,
    /// Whether whoever asks may be told about the schema.
    pub(super) explores: bool,
    pub(super) name: Option<String>,
    pub(super) kind: Option<OperationType>,
    /// How many fields the answer has at most; nothing for a request that was refused before that was known.
    pub(super) cost: Option<u64>,
    /// The response keys of the root fields that may be null.
    pub(super) nullable: Vec<String>,
    /// The version of the facts that the answer is of.
    pub(super) data_version: DataVersion,
    /// The query, once it was admitted.
    pub(super) document: Option<Arc<ExecutableDocument>>,
}

/// A request that has paid and may be executed, or what it is answered without that.
enum Ready {
    Admitted(Variables, ConcurrencyPermit<Actor>),
    Answered(Answer),
}

/// How a request ended, for its log line.
struct Ended {
    errors: usize,
    code: Option<String>,
    is_refused: bool,
}

impl Ended {
    fn answered(body: &serde_json::Value, errors: usize) -> Self {
        let code = body["errors"][0]["extensions"]["code"].as_str().map(str::to_owned);
        // What failed by no fault of the caller's has its line each time.
        let ours = [Code::Internal, Code::Unavailable, Code::QueryTimeout].map(Code::word);
        let is_refused =
            errors > 0 && body["data"].is_null() && !code.as_deref().is_some_and(|code| ours.contains(&code));
        Self { errors, code, is_refused }
    }

    fn refused(refusal: &Refusal) -> Self {
        Self { errors: 1, code: Some(refusal.error.code().word().to_owned()), is_refused: true }
    }

    /// Writes the line, unless the request was refused and [`RefusedLine`] allows no more lines now.
    fn log(self, facts: &Facts, (line, begun): (&RefusedLine, Instant), status: StatusCode) {
        let Self { errors, code, is_refused } = self;
        let held_back = if is_refused { line.of_caller(facts.caller).map(HeldBack::field) } else { Some(None) };
        let Some(held_back) = held_back else { return };
        tracing::info!(
            actor = %facts.caller,
            operation = facts.name.as_deref().map(|name| name.get(..MAX_LOGGED_NAME).unwrap_or(name)),
            kind = facts.kind.map(tracing::field::display),
            cost = facts.cost,
            errors,
            code,
            status = status.as_u16(),
            ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            held_back,
            "graphql"
        );
    }
}

impl Facts {
    /// What is known of a request of `viewer` before it is looked at.
    fn of(viewer: &Viewer) -> Self {
        Self {
            caller: viewer.actor(),
            explores: viewer.explores(),
            name: None,
            kind: None,
            cost: None,
            nullable: Vec::new(),
            data_version: DataVersion::default(),
            document: None,
        }
    }
}

/// Answers one request, and logs it in one line; of refused ones as many as [`RefusedLine`] allows.
pub(super) async fn answer<S: Executor>(
    State(endpoint): State<Endpoint<S>>,
    Extension(id): Extension<RequestId>,
    Extension(viewer): Extension<Viewer>,
    Extension(line): Extension<RefusedLine>,
    look: Option<Extension<Look>>,
    stopping: Option<Extension<Stopping>>,
    request: axum::extract::Request,
) -> Response {
    let begun = Instant::now();
    let mut facts = Facts::of(&viewer);
    let (head, body) = request.into_parts();
    let span = tracing::info_span!("request", id = %id);
    let media_type = MediaType::accepted(&head.headers);
    let outcome = match media_type {
        Some(media_type) => {
            let asked = (&head.method, &head.headers, &head.uri, body);
            endpoint.ready(media_type, &viewer, asked, &mut facts).instrument(span.clone()).await
        }
        None => Err(Refusal::new(
            StatusCode::NOT_ACCEPTABLE,
            Code::NotAcceptable,
            "Accept application/graphql-response+json or application/json, and for a subscription text/event-stream",
        )),
    };
    let media_type = media_type.unwrap_or(MediaType::Json);
    let mut live = None;
    let answered = |answer: Answer, facts: &Facts| {
        let errors = answer.errors.len();
        let (status, body) = media_type.body(answer, facts, &id, endpoint.extensions(facts, &id));
        (media_type.json(status, &body), Ended::answered(&body, errors))
    };
    let refused = |refusal: Refusal, facts: &Facts| {
        let ended = Ended::refused(&refusal);
        (media_type.refusal(refusal, &id, endpoint.extensions(facts, &id)), ended)
    };
    let (response, ended) = match outcome {
        Ok(Ready::Admitted(variables, running)) if media_type == MediaType::Events => {
            drop(running);
            match endpoint.live.begin(&facts.caller) {
                Ok(place) => {
                    live = Some((variables, place));
                    (StatusCode::OK.into_response(), Ended { errors: 0, code: None, is_refused: false })
                }
                Err(refusal) => refused(refusal, &facts),
            }
        }
        Ok(Ready::Admitted(variables, running)) => {
            let request = endpoint.request(&id, (viewer, look.map(|Extension(look)| look)), &facts, variables);
            answered(endpoint.execute(request, running).instrument(span.clone()).await, &facts)
        }
        Ok(Ready::Answered(answer)) => answered(answer, &facts),
        Err(refusal) => refused(refusal, &facts),
    };
    let _entered = span.enter();
    ended.log(&facts, (&line, begun), response.status());
    let Some((variables, place)) = live else { return response };
    let stop = stopping.map_or_else(CancellationToken::new, |Extension(Stopping(stop))| stop);
    Telling { endpoint, id, headers: head.headers, facts, variables, stop, place }.begin()
}

impl<S: Executor> Endpoint<S> {
    /// Reads what is asked, holds it to the limits, and has it paid for.
    async fn ready(
        &self,
        media_type: MediaType,
        viewer: &Viewer,
        (method, headers, uri, body): (&Method, &HeaderMap, &Uri, Body),
        facts: &mut Facts,
    ) -> Result<Ready, Refusal> {
        let asked = request::read(method, headers, uri, (body, self.body_limit)).await?;
        self.begin((method, media_type), viewer, asked, facts)
    }

    /// Holds what is asked to the limits, and has it paid for.
    fn begin(
        &self,
        (method, media_type): (&Method, MediaType),
        viewer: &Viewer,
        asked: GraphqlRequest,
        facts: &mut Facts,
    ) -> Result<Ready, Refusal> {
        let caller = viewer.actor();
        let running = self.budgets.begin(&caller).ok_or_else(|| {
            let sentence = "As many of your requests run as may run at once";
            Refusal::too_many(Code::TooManyAtOnce, sentence, SOON)
        })?;
        // Every request costs one at least, so that those that are refused are not free.
        self.spend(&caller, 1)?;
        let (admitted, variables) = match self.admit(viewer, asked) {
            Ok(admitted) => admitted,
            Err(refused) => {
                facts.cost = refused.cost;
                return Ok(Ready::Answered(Answer::from_errors(vec![refused.error.into()])));
            }
        };
        let Admitted { document, kind, name, cost, nullable } = admitted;
        (facts.name, facts.kind, facts.nullable) = (name, Some(kind), nullable);
        if *method == Method::GET && kind != OperationType::Query {
            return Err(Refusal::method("POST", "Only a query may be asked by GET; send this by POST"));
        }
        facts.cost = Some(cost);
        media_type.fits(kind)?;
        self.spend(&caller, cost.saturating_sub(1))?;
        facts.document = Some(document);
        Ok(Ready::Admitted(variables, running))
    }

    /// What the engine is asked, in the name of the viewer, once it was found to be in order.
    pub(super) fn request(
        &self,
        id: &RequestId,
        (viewer, look): (Viewer, Option<Look>),
        facts: &Facts,
        variables: Variables,
    ) -> Request {
        let explores = viewer.explores();
        let mut request = crate::graphql::prepare(Request::new("").variables(variables).data(id.clone()), viewer);
        facts.data_version.clear();
        request = request.data(facts.data_version.clone());
        if let Some(look) = look {
            request = request.data(look);
        }
        if !explores {
            // Refused already; this is the engine's own lock behind it.
            request = request.disable_introspection();
        }
        // Resolvers and the log see the name of the operation that was chosen, also when only one was there to choose.
        request.operation_name.clone_from(&facts.name);
        if let Some(document) = &facts.document {
            request.set_parsed_query((**document).clone());
        }
        request
    }

    /// Finds the document that is asked for, and refuses what `viewer` may not ask or what would cost too much.
    fn admit(&self, viewer: &Viewer, asked: GraphqlRequest) -> Result<(Admitted, Variables), Refused> {
        let GraphqlRequest { asked, operation, variables } = asked;
        let (document, named) = self.document(viewer, asked)?;
        if !viewer.explores() && asks_about_schema(&document) {
            let sentence = "Introspection is for those who may explore, and for API tokens made with --explore. GET /schema.graphql has the schema.";
            return Err(ApiError::new(Code::IntrospectionRefused, sentence).into());
        }
        let operation = operation.or(named);
        Ok((self.limits.admit(document, operation.as_deref(), &variables)?, variables))
    }

    /// The document that is asked for, and the name of the operation where that was its identifier.
    fn document(&self, viewer: &Viewer, asked: Asked) -> Result<(Arc<ExecutableDocument>, Option<String>), ApiError> {
        match asked {
            Asked::Text(query) => match self.persisted.of_text(&query) {
                Some(known) => Ok((Arc::clone(&known.document), None)),
                None if self.persisted.bind(viewer) => Err(persisted::not_listed()),
                None => Ok((Arc::new(Limits::read(&query)?), None)),
            },
            Asked::Own(document) => Ok((document, None)),
            Asked::Persisted(..) if self.persisted.is_empty() => Err(persisted::not_supported()),
            Asked::Persisted(id, text) => match (self.persisted.find(&id), text) {
                // Sent along, a text is that document or one that the client would add.
                (Some((known, _)), Some(text)) if known.id != persisted::identifier(&text) => {
                    Err(persisted::not_supported())
                }
                (Some((known, named)), _) => Ok((Arc::clone(&known.document), named.map(str::to_owned))),
                (None, Some(_)) => Err(persisted::not_supported()),
                (None, None) => Err(persisted::not_listed()),
            },
        }
    }

    fn spend(&self, caller: &Actor, units: u64) -> Result<(), Refusal> {
        let spent =
            |wait| Refusal::too_many(Code::BudgetSpent, "You have spent what your queries may cost for now", wait);
        self.budgets.spend(caller, units).map(drop).map_err(spent)
    }

    /// The `extensions` of an answer: the request's id, the version of the facts that it is of and, as soon as it is known, what the query costs, its limit, and what is
    /// left of the caller's budget.
    fn extensions(&self, facts: &Facts, id: &RequestId) -> serde_json::Value {
        let mut extensions = json!({ "requestId": id.to_string() });
        if let Some(version) = facts.data_version.get() {
            extensions["dataVersion"] = json!(version);
        }
        if let Some(asked) = facts.cost {
            let limits = self.budgets.limits();
            extensions["cost"] = json!({
                "asked": asked,
                "limit": self.limits.max_cost(),
                "budget": {
                    "left": self.budgets.left(&facts.caller),
                    "capacity": limits.capacity,
                    "refillPerSecond": limits.refill_per_second,
                },
            });
        }
        extensions
    }

    /// Executes within the limit of time.
    async fn execute(&self, request: Request, running: ConcurrencyPermit<Actor>) -> Answer {
        let schema = self.schema.clone();
        self.in_time(running, async move { schema.execute(request).await }).await.unwrap_or_else(|answer| answer)
    }

    /// Executes a subscription as far as its first event, within the limit of time; nothing when there is none.
    pub(super) async fn execute_once(&self, request: Request, running: ConcurrencyPermit<Actor>) -> Option<Answer> {
        let schema = self.schema.clone();
        let first = async move { schema.execute_stream(request, None).next().await };
        self.in_time(running, first).await.unwrap_or_else(Some)
    }

    /// Does `work` within the limit of time. In a task of its own, so that the client has its answer in time even while a
    /// resolver computes without pause, and a panic ends this answer only.
    async fn in_time<T: Send + 'static>(
        &self,
        running: ConcurrencyPermit<Actor>,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Answer> {
        let work = async move {
            let answer = work.await;
            drop(running); // also when this is aborted, and not before it has come to an end
            answer
        }
        .in_current_span();
        let task = AbortOnDropHandle::new(tokio::spawn(work));
        match tokio::time::timeout(self.query_limit, task).await {
            Ok(Ok(answer)) => Ok(answer),
            // The panic's own message has gone to standard error; the request id joins the two.
            Ok(Err(stopped)) => Err(Answer::from_errors(vec![ApiError::internal(stopped).into()])),
            Err(_) => {
                let sentence = format!(
                    "The answer took longer than the limit of {} seconds; ask for less at once",
                    self.query_limit.as_secs()
                );
                Err(Answer::from_errors(vec![ApiError::new(Code::QueryTimeout, sentence).into()]))
            }
        }
    }

    /// An answer as JSON, as an event of a live answer has it.
    pub(super) fn shown(&self, answer: Answer, facts: &Facts, id: &RequestId) -> serde_json::Value {
        MediaType::Events.body(answer, facts, id, self.extensions(facts, id)).1
    }
}

/// A refusal outside of the handler, in the form that every client of GraphQL reads.
pub(super) fn refuse(headers: &HeaderMap, refusal: Refusal, id: &RequestId) -> Response {
    let extensions = json!({ "requestId": id.to_string() });
    MediaType::accepted(headers).unwrap_or(MediaType::Json).refusal(refusal, id, extensions)
}
