//! Live answers: a subscription as server-sent events, in the "distinct connections mode" of GraphQL over SSE. It is an
//! ordinary request behind the same gate, held to the same limits, whose answer goes on.
//!
//! Before each event the caller shows who they are anew, pays for it, and the operation is executed as a request of its own:
//! what was revoked, withdrawn or ended is not told, and ends the answer at the next look.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Executor, Variables};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use entity::actor::Actor;
use entity::store::snapshot;
use futures_util::stream;
use sea_orm::DatabaseConnection;
use tokio::sync::mpsc::{self, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::budget::{BudgetLimits, Budgets, ConcurrencyPermit};
use super::graphql::{Endpoint, Facts};
use super::request::Refusal;
use crate::access::Authenticator;
use crate::access::authenticator::AuthError;
use crate::graphql::error::{ApiError, Code};
use crate::request_id::RequestId;

/// How often a live answer looks whether there is something new and whether its caller may still be told.
pub const POLL_INTERVAL: Duration = Duration::from_secs(2);
/// The most live answers that one caller has open at once, however many connections there may be.
pub const MOST_LIVE: u32 = 16;
/// After so many looks at which there was nothing to tell, a comment shows proxies that the answer goes on.
const QUIET_LOOKS: u32 = 7;
/// How soon a caller may ask again if too many live answers are open.
const LATER: Duration = Duration::from_secs(10);
/// A proxy that keeps answers back until they are whole would tell nothing.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// How many live answers may be open at once. Each holds a connection for as long as it goes on, so all of them together leave
/// most connections to ordinary requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveLimits {
    /// Of all callers together: a quarter of all connections, which is half of what one address may have. Behind a proxy all
    /// callers have one address.
    pub all: u32,
    /// Of one caller: an eighth of that, at most [`MOST_LIVE`].
    pub each: u32,
}

impl LiveLimits {
    /// For a service that has so many connections.
    #[must_use]
    pub const fn of(connections: u32) -> Self {
        let all = if connections < 4 { 1 } else { connections / 4 };
        let each = match all / 8 {
            0 => 1,
            eighth if eighth > MOST_LIVE => MOST_LIVE,
            eighth => eighth,
        };
        Self { all, each }
    }
}

/// What live answers need besides what every request does.
#[derive(Clone, Debug)]
pub(super) struct Live {
    gate: Authenticator,
    db: DatabaseConnection,
    look: Duration,
    open: Arc<Budgets<Actor>>,
    places: Arc<Semaphore>,
}

impl Live {
    /// Live answers for whom `gate` lets in, which look for snapshots in `db` every `look`.
    pub(super) fn new(gate: Authenticator, db: DatabaseConnection, look: Duration, limits: LiveLimits) -> Self {
        let LiveLimits { all, each } = limits;
        let limits = BudgetLimits { capacity: 1, refill_per_second: 1, at_once: each };
        let open = Arc::new(Budgets::new(limits, gate.clock().clone()));
        Self { gate, db, look, open, places: Arc::new(Semaphore::new(all as usize)) }
    }

    /// A place for one more live answer of `caller`.
    ///
    /// # Errors
    ///
    /// [`Code::TooManyAtOnce`].
    pub(super) fn begin(&self, caller: &Actor) -> Result<Place, Refusal> {
        let too_many = |sentence| Refusal::too_many(Code::TooManyAtOnce, sentence, LATER);
        let own = self.open.begin(caller);
        let own = own.ok_or_else(|| too_many("As many live answers of yours are open as may be at once"))?;
        let sentence = "As many live answers of all callers are open as may be at once";
        let of_all = Arc::clone(&self.places).try_acquire_owned().map_err(|_| too_many(sentence))?;
        Ok(Place { _own: own, _of_all: of_all })
    }
}

/// A place among a caller's live answers and among all, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _own: ConcurrencyPermit<Actor>,
    _of_all: OwnedSemaphorePermit,
}

/// The end of the service's running, in a request that goes on until then.
#[derive(Clone, Debug)]
pub(super) struct Stopping(pub(super) CancellationToken);

/// One live answer.
pub(super) struct Telling<S> {
    pub(super) endpoint: Endpoint<S>,
    pub(super) id: RequestId,
    /// With which the caller showed who they are.
    pub(super) headers: HeaderMap,
    pub(super) facts: Facts,
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

impl<S: Executor> Telling<S> {
    /// Begins to tell, in a task of its own that ends with the client's connection.
    pub(super) fn begin(self) -> Response {
        let (sender, receiver) = mpsc::channel(1);
        let telling = async move {
            let (end, events) = self.tell(&sender).await;
            tracing::info!(actor = %self.facts.caller, events, end = ?end, "a live answer is over");
            drop(self.place);
        };
        tokio::spawn(telling.in_current_span());
        let events = stream::unfold(receiver, async |mut receiver: mpsc::Receiver<String>| {
            receiver.recv().await.map(|event| (Ok::<_, Infallible>(event), receiver))
        });
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")),
            (NO_BUFFERING, HeaderValue::from_static("no")),
        ];
        (StatusCode::OK, headers, Body::from_stream(events)).into_response()
    }

    /// Tells the caller that they are nobody here any more.
    async fn refuse(&self, sender: &Sender<String>) -> End {
        let sentence = "You are not signed in any more, or your API token is not good any more";
        let error = ApiError::new(Code::Unauthenticated, sentence);
        let refused = async_graphql::Response::from_errors(vec![error.into()]);
        let _ = sender.send(next(&self.endpoint.shown(refused, &self.facts, &self.id))).await;
        let _ = sender.send(complete()).await;
        End::Refused
    }

    /// Tells until the end, and says why it came and how many events there were.
    async fn tell(&self, sender: &Sender<String>) -> (End, u64) {
        let Live { gate, db, look, .. } = &self.endpoint.live;
        let caller = &self.facts.caller;
        let mut looks = tokio::time::interval(*look);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The request has paid for the first event.
        let (mut last, mut events, mut quiet, mut price) = (None, 0, 0, 0);
        loop {
            tokio::select! {
                () = sender.closed() => return (End::Left, events),
                () = self.stop.cancelled() => {
                    let _ = sender.send(complete()).await;
                    return (End::Stopped, events);
                }
                _ = looks.tick() => {}
            }
            let (viewer, look) = match gate.authenticate_again(&self.headers).await {
                Ok(admitted) => (admitted.viewer, admitted.look),
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
                quiet += 1;
                if quiet >= QUIET_LOOKS {
                    quiet = 0;
                    let _ = sender.send(":\n\n".to_owned()).await;
                }
                continue;
            }
            let budgets = &self.endpoint.budgets;
            // What cannot be paid now is told as soon as it can be.
            let Some(running) = budgets.begin(caller) else { continue };
            if budgets.spend(caller, price).is_err() {
                continue;
            }
            let request = self.endpoint.request(&self.id, (viewer.clone(), look), &self.facts, self.variables.clone());
            let answer = self.endpoint.execute_once(request, running).await;
            // What has been read since they were looked up may be newer than their right to it: they are looked up once more.
            match gate.authenticate_again(&self.headers).await {
                Ok(still) if still.viewer == viewer => {}
                Err(AuthError::MissingCredentials | AuthError::InvalidCredentials) => {
                    return (self.refuse(sender).await, events);
                }
                // With other roles it is worked out anew.
                Ok(_) | Err(AuthError::ProviderUnreachable | AuthError::Database(_)) => continue,
            }
            (last, quiet, price) = (Some(newest), 0, self.facts.cost.unwrap_or(1).max(1));
            if let Some(answer) = answer {
                events += 1;
                let _ = sender.send(next(&self.endpoint.shown(answer, &self.facts, &self.id))).await;
            }
        }
    }
}

/// An event with an answer. JSON has no line break of its own.
fn next(answer: &serde_json::Value) -> String {
    format!("event: next\ndata: {answer}\n\n")
}

/// The last event.
fn complete() -> String {
    "event: complete\ndata:\n\n".to_owned()
}
