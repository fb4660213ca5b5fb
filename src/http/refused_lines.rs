//! Limits the log lines about refused requests: per address or caller ten at once and then one per second, and ten per second
//! in total. So requests that cost nothing do not fill the log, and one address does not hide the others. The next line says
//! how many lines were held back. No line contains the address.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use entity::actor::Actor;
use entity::clock::Clock;

use super::budget::{BudgetLimits, Budgets};
use super::connection::network_key;

/// The limits per address or caller.
const EACH: BudgetLimits = BudgetLimits { capacity: 10, refill_per_second: 1, at_once: 1 };
/// The limits for all together.
const ALL: BudgetLimits = BudgetLimits { capacity: 50, refill_per_second: 10, at_once: 1 };

/// The source of a refused request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum RequestSource {
    /// An authenticated caller.
    Caller(Actor),
    /// The address of an unauthenticated request. `None` if it did not come over a connection, as in tests.
    Address(Option<IpAddr>),
}

/// The lines that may still be written. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct RefusedLines {
    each: Arc<Budgets<RequestSource>>,
    all: Arc<Budgets<()>>,
    held_back: Arc<AtomicU64>,
}

impl RefusedLines {
    pub(super) fn new(clock: &Clock) -> Self {
        let (each, all) = (Budgets::new(EACH, clock.clone()), Budgets::new(ALL, clock.clone()));
        Self { each: Arc::new(each), all: Arc::new(all), held_back: Arc::default() }
    }

    fn admit(&self, source: RequestSource) -> Option<HeldBack> {
        // A source that has used up its own budget takes nothing from the others.
        if self.each.spend(&source, 1).is_ok() && self.all.spend(&(), 1).is_ok() {
            return Some(HeldBack(self.held_back.swap(0, Ordering::Relaxed)));
        }
        self.held_back.fetch_add(1, Ordering::Relaxed);
        None
    }
}

/// The number of lines that were held back since the last line that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HeldBack(u64);

impl HeldBack {
    /// The value of the line's field. `None` if no line was held back.
    pub(super) fn field(self) -> Option<u64> {
        (self.0 > 0).then_some(self.0)
    }
}

/// Decides whether a line may be written about one request if it is refused.
#[derive(Clone, Debug)]
pub(super) struct RefusedLine {
    lines: RefusedLines,
    address: Option<IpAddr>,
}

impl RefusedLine {
    /// For an unauthenticated request. `None` if no line may be written now.
    pub(super) fn admit_unauthenticated(&self) -> Option<HeldBack> {
        self.lines.admit(RequestSource::Address(self.address))
    }

    /// For a request of `caller`. `None` if no line may be written now.
    pub(super) fn admit_caller(&self, caller: Actor) -> Option<HeldBack> {
        self.lines.admit(RequestSource::Caller(caller))
    }
}

/// Adds a [`RefusedLine`] to each request.
pub(super) async fn prepare(State(lines): State<RefusedLines>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let address = peer.map(|ConnectInfo(peer)| network_key(peer.ip()));
    request.extensions_mut().insert(RefusedLine { lines, address });
    next.run(request).await
}
