//! Live answers: a subscription as server-sent events, in the "distinct connections mode" of GraphQL over SSE. It is an
//! ordinary request behind the same authentication, held to the same limits, whose answer goes on.
//!
//! Before each event the caller shows who they are anew, pays for it, and the operation is executed as a request of its own:
//! what was revoked, withdrawn or ended is not told, and ends the answer at the next look.

use std::convert::Infallible;

use async_graphql::{Executor, Response as Answer, Variables};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use entity::store::snapshot;
use futures_util::stream;
use tokio::sync::mpsc::{self, Sender};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::answer::{MediaType, OperationInfo};
use super::execution::Endpoint;
use super::live::{Live, Place};
use crate::access::authenticator::AuthError;
use crate::graphql::error::{ApiError, Code};
use crate::request_id::RequestId;

/// After this many poll intervals without an event, a comment shows proxies that the answer goes on.
const QUIET_LOOKS: u32 = 7;
/// A proxy that keeps answers back until they are whole would tell nothing.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// One live answer.
pub(super) struct SubscriptionStream<S> {
    pub(super) endpoint: Endpoint<S>,
    pub(super) id: RequestId,
    /// With which the caller showed who they are.
    pub(super) headers: HeaderMap,
    pub(super) info: OperationInfo,
    pub(super) variables: Variables,
    pub(super) stop: CancellationToken,
    /// Among the live answers.
    pub(super) place: Place,
}

/// Why a live answer is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The client has gone.
    Left,
    /// The caller may not be told any more.
    Refused,
    /// The service stops.
    Stopped,
}

impl<S: Executor> SubscriptionStream<S> {
    /// Begins to tell, in a task of its own that ends with the client's connection.
    pub(super) fn begin(self) -> Response {
        let (sender, receiver) = mpsc::channel(1);
        let quiet = self.endpoint.live.poll_interval * QUIET_LOOKS;
        let telling = async move {
            let (end, events) = self.tell(&sender).await;
            tracing::info!(actor = %self.info.caller, events, end = ?end, "a live answer is over");
            drop(self.place);
        };
        tokio::spawn(telling.in_current_span());
        let events = stream::unfold(receiver, async |mut receiver: mpsc::Receiver<Event>| {
            receiver.recv().await.map(|event| (Ok::<_, Infallible>(event), receiver))
        });
        let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(quiet)).into_response();
        let headers = response.headers_mut();
        // An event has what the caller may see and a cache must not keep, which "no-cache" would allow.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
        headers.insert(NO_BUFFERING, HeaderValue::from_static("no"));
        response
    }

    /// An answer as JSON, as an event has it.
    fn rendered(&self, answer: Answer) -> serde_json::Value {
        self.endpoint.render(MediaType::Events, answer, (&self.info, &self.id)).body
    }

    /// Tells the caller that they are nobody here any more.
    async fn refuse(&self, sender: &Sender<Event>) -> End {
        let sentence = "You are not signed in any more, or your API token is not good any more";
        let error = ApiError::new(Code::Unauthenticated, sentence);
        let refused = Answer::from_errors(vec![error.into()]);
        let _ = sender.send(next(&self.rendered(refused))).await;
        let _ = sender.send(complete()).await;
        End::Refused
    }

    /// Tells until the end, and says why it came and how many events there were.
    async fn tell(&self, sender: &Sender<Event>) -> (End, u64) {
        let Live { authenticator, db, poll_interval, .. } = &self.endpoint.live;
        let caller = &self.info.caller;
        let mut looks = tokio::time::interval(*poll_interval);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The request has paid for the first event.
        let (mut last, mut events, mut price) = (None, 0, 0);
        loop {
            tokio::select! {
                () = sender.closed() => return (End::Left, events),
                () = self.stop.cancelled() => {
                    let _ = sender.send(complete()).await;
                    return (End::Stopped, events);
                }
                _ = looks.tick() => {}
            }
            let (viewer, look) = match authenticator.authenticate_again(&self.headers).await {
                Ok(known) => (known.viewer, known.look),
                Err(AuthError::MissingCredentials | AuthError::InvalidCredentials) => {
                    return (self.refuse(sender).await, events);
                }
                // Nothing is told while nobody can say to whom.
                Err(AuthError::ProviderUnreachable | AuthError::Database(_)) => continue,
            };
            let Ok(newest) = snapshot::newest(db).await else { continue };
            let newest = newest.map(|newest| newest.id);
            // At first the operation is executed whatever there is: what is wrong with it is told at once.
            if last == Some(newest) {
                continue;
            }
            let budgets = &self.endpoint.budgets;
            // What cannot be paid now is told as soon as it can be.
            let Some(permit) = budgets.begin(caller) else { continue };
            if budgets.spend(caller, price).is_err() {
                continue;
            }
            let request =
                self.endpoint.engine_request(&self.id, (viewer.clone(), look), &self.info, self.variables.clone());
            let answer = self.endpoint.execute_once(request, permit).await;
            // What has been read since they were looked up may be newer than their right to it: they are looked up once more.
            match authenticator.authenticate_again(&self.headers).await {
                Ok(still) if still.viewer == viewer => {}
                Err(AuthError::MissingCredentials | AuthError::InvalidCredentials) => {
                    return (self.refuse(sender).await, events);
                }
                // With other roles it is worked out anew.
                Ok(_) | Err(AuthError::ProviderUnreachable | AuthError::Database(_)) => continue,
            }
            (last, price) = (Some(newest), self.info.cost.unwrap_or(1).max(1));
            if let Some(answer) = answer {
                events += 1;
                let _ = sender.send(next(&self.rendered(answer))).await;
            }
        }
    }
}

/// An event with an answer.
fn next(answer: &serde_json::Value) -> Event {
    Event::default().event("next").data(answer.to_string())
}

/// The last event. Browsers pass on no event without data and clients read data as JSON, so that it is `null`: axum writes no
/// empty field.
fn complete() -> Event {
    Event::default().event("complete").data("null")
}
