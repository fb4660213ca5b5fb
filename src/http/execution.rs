//! Execution of GraphQL requests: a request is prepared (read, checked against the limits and charged to the budget), and then
//! executed by the schema within the time limit. Client requests, subscription events and the operations of pages all do this.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Executor, Request, Response as Answer, Variables};
use axum::body::Body;
use axum::http::Method;
use axum::http::request::Parts;
use entity::actor::Actor;
use futures_util::StreamExt as _;
use serde_json::json;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use super::answer::{MediaType, OperationInfo, Rendered};
use super::budget::{Budgets, ConcurrencyPermit};
use super::live::Live;
use super::refusal::Refusal;
use super::request::{self, DocumentSource, GraphqlRequest};
use crate::access::{DataState, Viewer};
use crate::graphql;
use crate::graphql::error::{ApiError, Code};
use crate::graphql::limits::{Admitted, Limits, Refused, asks_about_schema};
use crate::graphql::persisted::{self, Persisted};
use crate::request_id::RequestId;

/// After how long a caller with too many running requests may try again: most queries are done by then.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A schema and the limits of its queries.
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

/// A request that is charged to the budget and may be executed.
pub(super) struct Prepared {
    pub(super) info: OperationInfo,
    pub(super) variables: Variables,
    pub(super) permit: ConcurrencyPermit<Actor>,
}

/// A request that is refused and not executed.
pub(super) struct Rejected {
    /// What was known about the request when it was refused.
    pub(super) info: OperationInfo,
    pub(super) refusal: Refusal,
}

impl Rejected {
    /// Refuses a request of `viewer` before its query is read.
    pub(super) fn unread(viewer: &Viewer, refusal: Refusal) -> Box<Self> {
        Box::new(Self { info: OperationInfo::unread(viewer), refusal })
    }
}

impl<S: Executor> Endpoint<S> {
    /// Reads an HTTP request and prepares the GraphQL request in it.
    pub(super) async fn read(
        &self,
        media_type: MediaType,
        viewer: &Viewer,
        head: &Parts,
        body: Body,
    ) -> Result<Prepared, Box<Rejected>> {
        let read = request::read(head, body, self.body_limit).await;
        let request = read.map_err(|refusal| Rejected::unread(viewer, refusal))?;
        self.prepare(&head.method, media_type, viewer, request)
    }

    /// Checks a request against the limits and charges it to the caller's budget.
    pub(super) fn prepare(
        &self,
        method: &Method,
        media_type: MediaType,
        viewer: &Viewer,
        request: GraphqlRequest,
    ) -> Result<Prepared, Box<Rejected>> {
        let caller = viewer.actor();
        let permit = self.budgets.begin(&caller).ok_or_else(|| {
            let sentence = "Too many of your requests are running at the same time";
            Rejected::unread(viewer, Refusal::too_many(Code::TooManyAtOnce, sentence, RETRY_AFTER))
        })?;
        // Every request costs at least one unit, so that refused requests are not free.
        self.spend(&caller, 1).map_err(|refusal| Rejected::unread(viewer, refusal))?;
        let (admitted, variables) = self.admit(viewer, request).map_err(|Refused { error, cost }| {
            let info = OperationInfo { cost, ..OperationInfo::unread(viewer) };
            Box::new(Rejected { info, refusal: Refusal::for_operation(error) })
        })?;
        let Admitted { document, kind, name, cost, nullable } = admitted;
        let known = OperationInfo { name, kind: Some(kind), nullable, ..OperationInfo::unread(viewer) };
        if *method == Method::GET && kind != OperationType::Query {
            let refusal = Refusal::method("POST", "GET is only allowed for queries. Send this operation by POST.");
            return Err(Box::new(Rejected { info: known, refusal }));
        }
        let info = OperationInfo { cost: Some(cost), document: Some(document), ..known };
        match media_type.fits(kind).and_then(|()| self.spend(&caller, cost.saturating_sub(1))) {
            Ok(()) => Ok(Prepared { info, variables, permit }),
            Err(refusal) => Err(Box::new(Rejected { info, refusal })),
        }
    }

    /// Returns the request to the engine for a prepared request, on behalf of the viewer.
    pub(super) fn engine_request(
        &self,
        id: &RequestId,
        viewer: Viewer,
        data_state: Option<DataState>,
        info: &OperationInfo,
        variables: Variables,
    ) -> Request {
        let explores = viewer.explores();
        let mut request = graphql::prepare(Request::new("").variables(variables).data(id.clone()), viewer);
        info.data_version.clear();
        request = request.data(info.data_version.clone());
        if let Some(data_state) = data_state {
            request = request.data(data_state);
        }
        if !explores {
            // Introspection is refused already; this is a second line of defence in the engine.
            request = request.disable_introspection();
        }
        // Resolvers and the log get the name of the chosen operation, even if the document has only one.
        request.operation_name.clone_from(&info.name);
        if let Some(document) = &info.document {
            request.set_parsed_query((**document).clone());
        }
        request
    }

    /// Finds the requested document. Refuses it if `viewer` may not send it or if it would cost too much.
    fn admit(&self, viewer: &Viewer, request: GraphqlRequest) -> Result<(Admitted, Variables), Refused> {
        let GraphqlRequest { source, operation, variables } = request;
        let (document, named) = self.document(viewer, source)?;
        if !viewer.explores() && asks_about_schema(&document) {
            let sentence = "Introspection is only allowed for users who may explore and for API tokens made with --explore. The schema is at /schema.graphql.";
            return Err(ApiError::new(Code::IntrospectionRefused, sentence).into());
        }
        let operation = operation.or(named);
        Ok((self.limits.admit(document, operation.as_deref(), &variables)?, variables))
    }

    /// Returns the requested document, and the name of its operation if the request identified it by that name.
    fn document(
        &self,
        viewer: &Viewer,
        source: DocumentSource,
    ) -> Result<(Arc<ExecutableDocument>, Option<String>), ApiError> {
        match source {
            DocumentSource::Text(query) => match self.persisted.of_text(&query) {
                Some(known) => Ok((Arc::clone(&known.document), None)),
                None if self.persisted.bind(viewer) => Err(persisted::not_listed()),
                None => Ok((Arc::new(Limits::read(&query)?), None)),
            },
            DocumentSource::Own(document) => Ok((document, None)),
            DocumentSource::Persisted(..) if self.persisted.is_empty() => Err(persisted::not_supported()),
            DocumentSource::Persisted(id, text) => match (self.persisted.find(&id), text) {
                // A text that was sent as well is either that document or one that the client wants to add.
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
        let spent = |wait| Refusal::too_many(Code::BudgetSpent, "Your query budget is used up", wait);
        self.budgets.spend(caller, units).map(drop).map_err(spent)
    }

    /// Returns the `extensions` of an answer: the request ID, the version of the data that it is based on and, once they are
    /// known, the cost of the query, its limit and the caller's remaining budget.
    pub(super) fn extensions(&self, info: &OperationInfo, id: &RequestId) -> serde_json::Value {
        let mut extensions = json!({ "requestId": id.to_string() });
        if let Some(version) = info.data_version.get() {
            extensions["dataVersion"] = json!(version);
        }
        if let Some(cost) = info.cost {
            let limits = self.budgets.limits();
            extensions["cost"] = json!({
                "asked": cost,
                "limit": self.limits.max_cost(),
                "budget": {
                    "left": self.budgets.left(&info.caller),
                    "capacity": limits.capacity,
                    "refillPerSecond": limits.refill_per_second,
                },
            });
        }
        extensions
    }

    /// Renders an answer of the engine, with the `extensions` of the request.
    pub(super) fn render(
        &self,
        media_type: MediaType,
        answer: Answer,
        info: &OperationInfo,
        id: &RequestId,
    ) -> Rendered {
        media_type.render(answer, info, id, self.extensions(info, id))
    }

    /// Executes a request within the time limit.
    pub(super) async fn execute(&self, request: Request, permit: ConcurrencyPermit<Actor>) -> Answer {
        let schema = self.schema.clone();
        self.in_time(permit, async move { schema.execute(request).await }).await.unwrap_or_else(|answer| answer)
    }

    /// Executes a subscription until its first event, within the time limit. `None` if it has no event.
    pub(super) async fn execute_once(&self, request: Request, permit: ConcurrencyPermit<Actor>) -> Option<Answer> {
        let schema = self.schema.clone();
        let first = async move { schema.execute_stream(request, None).next().await };
        self.in_time(permit, first).await.unwrap_or_else(Some)
    }

    /// Does `work` within the time limit. It runs in its own task, so that the client gets an answer in time even while a
    /// resolver computes without pause, and a panic ends this answer only.
    async fn in_time<T: Send + 'static>(
        &self,
        permit: ConcurrencyPermit<Actor>,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Answer> {
        let work = async move {
            let answer = work.await;
            drop(permit); // also if this is aborted, and not before the work has ended
            answer
        }
        .in_current_span();
        let task = AbortOnDropHandle::new(tokio::spawn(work));
        match tokio::time::timeout(self.query_limit, task).await {
            Ok(Ok(answer)) => Ok(answer),
            // The panic message went to standard error; the request ID links the two.
            Ok(Err(stopped)) => Err(Answer::from_errors(vec![ApiError::internal(stopped).into()])),
            Err(_) => {
                let sentence = format!(
                    "The query took longer than the limit of {} seconds. Request less data per query.",
                    self.query_limit.as_secs()
                );
                Err(Answer::from_errors(vec![ApiError::new(Code::QueryTimeout, sentence).into()]))
            }
        }
    }
}
