//! What the audit log is told by the API: what was changed, and which mails were read.
//!
//! A change is recorded in its own transaction, by the resolver. What was read is noted while a request is executed, and
//! recorded as one event before its answer is given: what cannot be recorded is not shown.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::futures_util::stream::{BoxStream, StreamExt as _};
use async_graphql::{Context, Data, Executor, Request, Response, Schema};
use entity::clock::Clock;
use entity::id::{DeliveryId, ReportId};
use entity::store::audit::{self, Event};
use entity::value::Action;
use sea_orm::DatabaseConnection;
use serde_json::json;

use super::error::ApiError;
use super::mutation::Mutation;
use super::query::Query;
use super::subscription::Subscription;
use crate::access::Viewer;
use crate::http::RequestId;

/// An event of now, by the request's viewer, in the request.
///
/// # Errors
///
/// [`ApiError::internal`] for a request without a viewer, and a schema without a clock.
pub(crate) fn event(ctx: &Context<'_>, action: Action) -> Result<Event, ApiError> {
    let viewer = ctx.data_opt::<Viewer>().ok_or_else(|| ApiError::internal("the request has no viewer"))?;
    let clock = ctx.data_opt::<Clock>().ok_or_else(|| ApiError::internal("the schema has no clock"))?;
    let request_id = ctx.data_opt::<RequestId>().map(RequestId::to_string);
    Ok(Event { request_id, ..Event::new(clock.now(), viewer.actor(), action) })
}

/// The mails and reports of which a request has shown something so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reads(Arc<Mutex<Option<Noted>>>);

#[derive(Debug)]
struct Noted {
    event: Event,
    /// Who got them and what became of them.
    listed: BTreeSet<DeliveryId>,
    /// What they say.
    texts: BTreeSet<DeliveryId>,
    /// The reports of which it was shown which gaps are new, worse, better or closed.
    reports: BTreeSet<ReportId>,
}

impl Reads {
    /// Notes that mails are listed: who got them and what became of them.
    ///
    /// # Errors
    ///
    /// As [`event`]; the mails must not be shown then.
    pub(crate) fn note_listed(ctx: &Context<'_>, mails: impl IntoIterator<Item = DeliveryId>) -> Result<(), ApiError> {
        let mut mails = mails.into_iter().peekable();
        if mails.peek().is_some() {
            Self::note(ctx, |noted| noted.listed.extend(mails))?;
        }
        Ok(())
    }

    /// Notes that the text of a mail is shown.
    ///
    /// # Errors
    ///
    /// As [`event`]; the text must not be shown then.
    pub(crate) fn note_text(ctx: &Context<'_>, mail: DeliveryId) -> Result<(), ApiError> {
        Self::note(ctx, |noted| _ = noted.texts.insert(mail))
    }

    /// Notes that it is shown what a report says of gaps.
    ///
    /// # Errors
    ///
    /// As [`event`]; it must not be shown then.
    pub(crate) fn note_report(ctx: &Context<'_>, report: ReportId) -> Result<(), ApiError> {
        Self::note(ctx, |noted| _ = noted.reports.insert(report))
    }

    fn note(ctx: &Context<'_>, what: impl FnOnce(&mut Noted)) -> Result<(), ApiError> {
        let reads = ctx.data_opt::<Self>().ok_or_else(|| ApiError::internal("nobody notes what the request reads"))?;
        let event = event(ctx, Action::ReportRead)?;
        let (listed, texts, reports) = Default::default();
        what(reads.noted().get_or_insert_with(|| Noted { event, listed, texts, reports }));
        Ok(())
    }

    fn noted(&self) -> MutexGuard<'_, Option<Noted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was read since this was last asked.
    fn take(&self) -> Option<Event> {
        let Noted { event, listed, texts, reports } = self.noted().take()?;
        let ids = |mails: &BTreeSet<DeliveryId>| mails.iter().map(|id| id.0).collect::<Vec<_>>();
        // One mail is found by its object, many by their ids.
        let all: BTreeSet<_> = listed.union(&texts).collect();
        let object = match (all.first(), reports.first(), all.len() + reports.len()) {
            (Some(mail), _, 1) => Some(format!("delivery:{mail}")),
            (_, Some(report), 1) => Some(format!("report:{report}")),
            _ => None,
        };
        let reports: Vec<_> = reports.iter().map(|id| id.0).collect();
        let after = json!({ "listed": ids(&listed), "texts": ids(&texts), "reports": reports });
        Some(Event { object, after: Some(after), ..event })
    }
}

/// The one schema that psn serves. There is no way to execute a request past the audit log.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "the schema has none")]
pub struct PsnSchema {
    schema: Schema<Query, Mutation, Subscription>,
    db: DatabaseConnection,
}

impl PsnSchema {
    pub(super) const fn new(schema: Schema<Query, Mutation, Subscription>, db: DatabaseConnection) -> Self {
        Self { schema, db }
    }

    /// Executes a request, and records what it read before it gives the answer.
    pub async fn execute(&self, request: impl Into<Request> + Send) -> Response {
        let reads = Reads::default();
        let answer = self.schema.execute(request.into().data(reads.clone())).await;
        recorded(&self.db, &reads, answer).await
    }
}

impl Executor for PsnSchema {
    async fn execute(&self, request: Request) -> Response {
        Self::execute(self, request).await
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let (db, reads) = (self.db.clone(), Reads::default());
        let answers = Executor::execute_stream(&self.schema, request.data(reads.clone()), session);
        let recorded = answers.then(move |answer| {
            let (db, reads) = (db.clone(), reads.clone());
            async move { recorded(&db, &reads, answer).await }
        });
        recorded.boxed()
    }
}

/// The answer, once what it shows is recorded; an error where that fails.
async fn recorded(db: &DatabaseConnection, reads: &Reads, answer: Response) -> Response {
    let Some(event) = reads.take() else { return answer };
    match audit::record_alone(db, &event).await {
        Ok(_) => answer,
        Err(error) => Response::from_errors(vec![ApiError::from(error).into()]),
    }
}
