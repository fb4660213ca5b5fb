//! Subscriptions as server-sent events, in the "distinct connections mode" of GraphQL over SSE. A subscription is an ordinary
//! request with the same authentication and limits, whose answer continues.
//!
//! Whenever the data has changed, the caller is authenticated again and charged, and the operation is executed as a separate
//! request; if it has something new, that is the next event. After a revoked token, a withdrawn role or an ended session no event is sent, and the subscription ends at the next poll.

use std::convert::Infallible;

use async_graphql::{Executor, Response as Answer, Variables};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use entity::id::SnapshotId;
use entity::store::{Newest, roster, snapshot};
use futures_util::stream;
use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::mpsc::{self, Sender};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::answer::{MediaType, OperationInfo};
use super::execution::Endpoint;
use super::live::{Live, LivePermit};
use crate::access::DataState;
use crate::access::authenticator::AuthError;
use crate::graphql::LiveCursor;
use crate::graphql::error::{ApiError, Code};
use crate::request_id::RequestId;

/// After this many poll intervals without an event, a comment shows proxies that the connection is alive.
const QUIET_POLLS: u32 = 7;
/// Tells proxies not to buffer: one that waits for the whole answer would never send an event.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// One running subscription.
pub(super) struct SubscriptionStream<S> {
    pub(super) endpoint: Endpoint<S>,
    pub(super) id: RequestId,
    /// The headers of the request, which contain the caller's credentials.
    pub(super) headers: HeaderMap,
    pub(super) info: OperationInfo,
    pub(super) variables: Variables,
    pub(super) stop: CancellationToken,
    /// Released when the subscription ends.
    pub(super) permit: LivePermit,
}

/// Why a subscription ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StreamEnd {
    /// The client disconnected.
    Left,
    /// The caller is no longer authenticated.
    Refused,
    /// The service is stopping.
    Stopped,
}

/// What an operation may depend on. While it stays the same, there is nothing new to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct DataMoment {
    facts: i64,
    snapshot: Option<SnapshotId>,
    /// Hours since 1970. Days begin with an hour, and with a day figures change.
    hour: i64,
}

/// What an event told.
#[derive(PartialEq)]
struct Told {
    data: async_graphql::Value,
    errors: usize,
}

impl DataMoment {
    async fn now(live: &Live, data_state: Option<&DataState>) -> Result<Self, DbErr> {
        let Newest { facts, snapshot } = match data_state {
            Some(data_state) => data_state.newest,
            None => newest(&live.db).await?,
        };
        let hour = live.authenticator.clock().now().timestamp().div_euclid(3600);
        Ok(Self { facts, snapshot: snapshot.map(|(id, _)| id), hour })
    }
}

async fn newest(db: &DatabaseConnection) -> Result<Newest, DbErr> {
    let facts = roster::version(db).await?;
    Ok(Newest { facts, snapshot: snapshot::newest(db).await?.map(|newest| (newest.id, newest.day)) })
}

impl<S: Executor> SubscriptionStream<S> {
    /// Starts sending events, in a separate task that ends with the client's connection.
    pub(super) fn begin(self) -> Response {
        let (sender, receiver) = mpsc::channel(1);
        let quiet = self.endpoint.live.poll_interval * QUIET_POLLS;
        let sending = async move {
            let (end, events) = self.send_events(&sender).await;
            tracing::info!(actor = %self.info.caller, events, end = ?end, "subscription ended");
            drop(self.permit);
        };
        tokio::spawn(sending.in_current_span());
        let events = stream::unfold(receiver, async |mut receiver: mpsc::Receiver<Event>| {
            receiver.recv().await.map(|event| (Ok::<_, Infallible>(event), receiver))
        });
        let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(quiet)).into_response();
        let headers = response.headers_mut();
        // An event contains data of this caller, which a cache must not store; "no-cache" would allow that.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
        headers.insert(NO_BUFFERING, HeaderValue::from_static("no"));
        response
    }

    /// Returns an answer as the JSON of an event.
    fn rendered(&self, answer: Answer) -> serde_json::Value {
        self.endpoint.render(MediaType::Events, answer, &self.info, &self.id).body
    }

    /// Tells the client that the caller is no longer authenticated.
    async fn refuse(&self, sender: &Sender<Event>) -> StreamEnd {
        let sentence = "You are no longer signed in, or your API token is no longer valid.";
        let error = ApiError::new(Code::Unauthenticated, sentence);
        let refused = Answer::from_errors(vec![error.into()]);
        let _ = sender.send(next(&self.rendered(refused))).await;
        let _ = sender.send(complete()).await;
        StreamEnd::Refused
    }

    /// Sends events until the subscription ends. Returns why it ended, and the number of events.
    async fn send_events(&self, sender: &Sender<Event>) -> (StreamEnd, u64) {
        let live = &self.endpoint.live;
        let Live { authenticator, poll_interval, .. } = live;
        let caller = &self.info.caller;
        let mut polls = tokio::time::interval(*poll_interval);
        polls.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first execution was charged with the request.
        let (mut last, mut events, mut cost) = (None, 0, 0);
        let (cursor, mut sent) = (LiveCursor::default(), None);
        loop {
            tokio::select! {
                () = sender.closed() => return (StreamEnd::Left, events),
                () = self.stop.cancelled() => {
                    let _ = sender.send(complete()).await;
                    return (StreamEnd::Stopped, events);
                }
                _ = polls.tick() => {}
            }
            let (viewer, data_state) = match authenticator.authenticate_again(&self.headers).await {
                Ok(known) => (known.viewer, known.data_state),
                Err(AuthError::MissingCredentials | AuthError::InvalidCredentials) => {
                    return (self.refuse(sender).await, events);
                }
                // No event is sent while the caller cannot be authenticated.
                Err(AuthError::ProviderUnreachable | AuthError::Database(_)) => continue,
            };
            let Ok(moment) = DataMoment::now(live, data_state.as_ref()).await else { continue };
            // At first the operation is executed in any case, so that its errors are sent at once.
            if last == Some(moment) {
                continue;
            }
            let budgets = &self.endpoint.budgets;
            // If the budget is used up, the operation is executed as soon as there is enough again.
            let Some(permit) = budgets.begin(caller) else { continue };
            if budgets.spend(caller, cost).is_err() {
                continue;
            }
            let request =
                self.endpoint.engine_request(&self.id, viewer.clone(), data_state, &self.info, self.variables.clone());
            cursor.begin();
            let request = request.data(cursor.clone());
            let answer = self.endpoint.execute_once(request, permit).await;
            // The data was read after the authentication and may be newer than the caller's right to it, so authenticate once
            // more.
            match authenticator.authenticate_again(&self.headers).await {
                Ok(still) if still.viewer == viewer => {}
                Err(AuthError::MissingCredentials | AuthError::InvalidCredentials) => {
                    return (self.refuse(sender).await, events);
                }
                // If the roles have changed, the event is computed again.
                Ok(_) | Err(AuthError::ProviderUnreachable | AuthError::Database(_)) => continue,
            }
            cost = self.info.cost.unwrap_or(1).max(1);
            // While newer facts are being read, an execution may still see those before: then it is repeated.
            let is_current = self.info.data_version.get().is_none_or(|version| version >= moment.facts);
            last = Some(moment).filter(|_| is_current);
            cursor.advance();
            let Some(answer) = answer else { continue };
            let told = Told { data: answer.data.clone(), errors: answer.errors.len() };
            if cursor.sends_only_differences() && sent.as_ref() == Some(&told) {
                continue;
            }
            sent = Some(told);
            events += 1;
            let _ = sender.send(next(&self.rendered(answer))).await;
        }
    }
}

/// Returns an event with an answer.
fn next(answer: &serde_json::Value) -> Event {
    Event::default().event("next").data(answer.to_string())
}

/// Returns the last event. Its data is `null`: browsers ignore an event without data, clients parse the data as JSON, and axum
/// writes no empty field.
fn complete() -> Event {
    Event::default().event("complete").data("null")
}
