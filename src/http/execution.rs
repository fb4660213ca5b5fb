//! How a GraphQL request is executed: prepared (read, held to the limits and paid for), and then answered by the schema within the
//! limit of time. Requests of clients, events of subscriptions and the operations of pages all take this way.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Executor, Request, Response as Answer, Variables};
use axum::body::Body;
use axum::http::{HeaderMap, Method, Uri};
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
use crate::access::{Look, Viewer};
use crate::graphql;
use crate::graphql::error::{ApiError, Code};
use crate::graphql::limits::{Admitted, Limits, Refused, asks_about_schema};
use crate::graphql::persisted::{self, Persisted};
use crate::request_id::RequestId;

/// How soon a caller with too many running requests may try again: most queries are done by then.
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

/// A request that is paid for and may be executed.
pub(super) struct Prepared {
    pub(super) info: OperationInfo,
    pub(super) variables: Variables,
    pub(super) permit: ConcurrencyPermit<Actor>,
}

/// A request that is not executed.
pub(super) struct Rejected {
    /// What was known of the request when it was refused.
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
    /// Reads an HTTP request, and prepares the GraphQL request in it.
    pub(super) async fn read(
        &self,
        media_type: MediaType,
        viewer: &Viewer,
        (method, headers, uri, body): (&Method, &HeaderMap, &Uri, Body),
    ) -> Result<Prepared, Box<Rejected>> {
        let read = request::read(method, headers, uri, (body, self.body_limit)).await;
        let request = read.map_err(|refusal| Rejected::unread(viewer, refusal))?;
        self.prepare((method, media_type), viewer, request)
    }

    /// Holds a request to the limits, and has it paid for.
    pub(super) fn prepare(
        &self,
        (method, media_type): (&Method, MediaType),
        viewer: &Viewer,
        request: GraphqlRequest,
    ) -> Result<Prepared, Box<Rejected>> {
        let caller = viewer.actor();
        let permit = self.budgets.begin(&caller).ok_or_else(|| {
            let sentence = "As many of your requests run as may run at once";
            Rejected::unread(viewer, Refusal::too_many(Code::TooManyAtOnce, sentence, SOON))
        })?;
        // Every request costs one at least, so that those that are refused are not free.
        self.spend(&caller, 1).map_err(|refusal| Rejected::unread(viewer, refusal))?;
        let (admitted, variables) = self.admit(viewer, request).map_err(|Refused { error, cost }| {
            let info = OperationInfo { cost, ..OperationInfo::unread(viewer) };
            Box::new(Rejected { info, refusal: Refusal::of_operation(error) })
        })?;
        let Admitted { document, kind, name, cost, nullable } = admitted;
        let known = OperationInfo { name, kind: Some(kind), nullable, ..OperationInfo::unread(viewer) };
        if *method == Method::GET && kind != OperationType::Query {
            let refusal = Refusal::method("POST", "Only a query may be asked by GET; send this by POST");
            return Err(Box::new(Rejected { info: known, refusal }));
        }
        let info = OperationInfo { cost: Some(cost), document: Some(document), ..known };
        match media_type.fits(kind).and_then(|()| self.spend(&caller, cost.saturating_sub(1))) {
            Ok(()) => Ok(Prepared { info, variables, permit }),
            Err(refusal) => Err(Box::new(Rejected { info, refusal })),
        }
    }

    /// The request to the engine, in the name of the viewer, once it is prepared.
    pub(super) fn engine_request(
        &self,
        id: &RequestId,
        (viewer, look): (Viewer, Option<Look>),
        info: &OperationInfo,
        variables: Variables,
    ) -> Request {
        let explores = viewer.explores();
        let mut request = graphql::prepare(Request::new("").variables(variables).data(id.clone()), viewer);
        info.data_version.clear();
        request = request.data(info.data_version.clone());
        if let Some(look) = look {
            request = request.data(look);
        }
        if !explores {
            // Refused already; this is the engine's own lock behind it.
            request = request.disable_introspection();
        }
        // Resolvers and the log see the name of the operation that was chosen, also when only one was there to choose.
        request.operation_name.clone_from(&info.name);
        if let Some(document) = &info.document {
            request.set_parsed_query((**document).clone());
        }
        request
    }

    /// Finds the document that is asked for, and refuses what `viewer` may not ask or what would cost too much.
    fn admit(&self, viewer: &Viewer, request: GraphqlRequest) -> Result<(Admitted, Variables), Refused> {
        let GraphqlRequest { source, operation, variables } = request;
        let (document, named) = self.document(viewer, source)?;
        if !viewer.explores() && asks_about_schema(&document) {
            let sentence = "Introspection is for those who may explore, and for API tokens made with --explore. GET /schema.graphql has the schema.";
            return Err(ApiError::new(Code::IntrospectionRefused, sentence).into());
        }
        let operation = operation.or(named);
        Ok((self.limits.admit(document, operation.as_deref(), &variables)?, variables))
    }

    /// The document that is asked for, and the name of the operation where that was its identifier.
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

    /// The `extensions` of an answer: the request's id, the version of the facts that it is based on and, as soon as it is known,
    /// what the query costs, its limit, and what is left of the caller's budget.
    pub(super) fn extensions(&self, info: &OperationInfo, id: &RequestId) -> serde_json::Value {
        let mut extensions = json!({ "requestId": id.to_string() });
        if let Some(version) = info.data_version.get() {
            extensions["dataVersion"] = json!(version);
        }
        if let Some(asked) = info.cost {
            let limits = self.budgets.limits();
            extensions["cost"] = json!({
                "asked": asked,
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
        (info, id): (&OperationInfo, &RequestId),
    ) -> Rendered {
        media_type.render(answer, info, id, self.extensions(info, id))
    }

    /// Executes within the limit of time.
    pub(super) async fn execute(&self, request: Request, permit: ConcurrencyPermit<Actor>) -> Answer {
        let schema = self.schema.clone();
        self.in_time(permit, async move { schema.execute(request).await }).await.unwrap_or_else(|answer| answer)
    }

    /// Executes a subscription as far as its first event, within the limit of time; nothing when there is none.
    pub(super) async fn execute_once(&self, request: Request, permit: ConcurrencyPermit<Actor>) -> Option<Answer> {
        let schema = self.schema.clone();
        let first = async move { schema.execute_stream(request, None).next().await };
        self.in_time(permit, first).await.unwrap_or_else(Some)
    }

    /// Does `work` within the limit of time. In a task of its own, so that the client has its answer in time even while a
    /// resolver computes without pause, and a panic ends this answer only.
    async fn in_time<T: Send + 'static>(
        &self,
        permit: ConcurrencyPermit<Actor>,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Answer> {
        let work = async move {
            let answer = work.await;
            drop(permit); // also when this is aborted, and not before it has come to an end
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
}
