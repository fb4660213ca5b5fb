//! Log lines about requests that are refused: ten at once and then one per second for each address or caller, and ten per second in
//! all. So requests that cost nothing do not fill the log, and one address does not hide the others. The next line says how many
//! lines were held back. No line says which address it was.

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

/// Of one address or caller.
const EACH: BudgetLimits = BudgetLimits { capacity: 10, refill_per_second: 1, at_once: 1 };
/// Of all together.
const ALL: BudgetLimits = BudgetLimits { capacity: 50, refill_per_second: 10, at_once: 1 };

/// Where a refused request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Source {
    /// A caller that the gate let in.
    Caller(Actor),
    /// The address of a request that the gate did not let in. None if it came over no connection, as in tests.
    Address(Option<IpAddr>),
}

/// The lines that may still be written. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct RefusedLines {
    each: Arc<Budgets<Source>>,
    all: Arc<Budgets<()>>,
    held_back: Arc<AtomicU64>,
}

impl RefusedLines {
    pub(super) fn new(clock: &Clock) -> Self {
        let (each, all) = (Budgets::new(EACH, clock.clone()), Budgets::new(ALL, clock.clone()));
        Self { each: Arc::new(each), all: Arc::new(all), held_back: Arc::default() }
    }

    fn admit(&self, source: Source) -> Option<HeldBack> {
        // A source that has no share left takes nothing from the others.
        if self.each.spend(&source, 1).is_ok() && self.all.spend(&(), 1).is_ok() {
            return Some(HeldBack(self.held_back.swap(0, Ordering::Relaxed)));
        }
        self.held_back.fetch_add(1, Ordering::Relaxed);
        None
    }
}

/// How many lines were held back since the last one that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HeldBack(u64);

impl HeldBack {
    /// For a field of the line, which has none if no line was held back.
    pub(super) fn field(self) -> Option<u64> {
        (self.0 > 0).then_some(self.0)
    }
}

/// Whether a line may be written about one request, if it is refused.
#[derive(Clone, Debug)]
pub(super) struct RefusedLine {
    lines: RefusedLines,
    address: Option<IpAddr>,
}

impl RefusedLine {
    /// For a request that the gate did not let in. None if no line may be written now.
    pub(super) fn of_stranger(&self) -> Option<HeldBack> {
        self.lines.admit(Source::Address(self.address))
    }

    /// For a request of `caller`. None if no line may be written now.
    pub(super) fn of_caller(&self, caller: Actor) -> Option<HeldBack> {
        self.lines.admit(Source::Caller(caller))
    }
}

/// Gives each request its [`RefusedLine`].
pub(super) async fn prepare(State(lines): State<RefusedLines>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let address = peer.map(|ConnectInfo(peer)| network_key(peer.ip()));
    request.extensions_mut().insert(RefusedLine { lines, address });
    next.run(request).await
}
