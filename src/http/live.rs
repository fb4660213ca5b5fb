//! Limits of subscriptions, and what they need in addition to other requests.

use std::sync::Arc;
use std::time::Duration;

use entity::actor::Actor;
use sea_orm::DatabaseConnection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::budget::{BudgetLimits, Budgets, ConcurrencyPermit};
use super::refusal::Refusal;
use crate::access::Authenticator;
use crate::graphql::error::Code;

/// How often a subscription checks for new data and for the caller's permission.
pub const POLL_INTERVAL: Duration = Duration::from_secs(2);
/// The maximum number of open subscriptions per caller, whatever the number of connections.
pub const MOST_LIVE: u32 = 16;
/// After how long a caller may try again if too many subscriptions are open.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// The maximum number of open subscriptions. Each holds a connection while it is open, so all together must leave most
/// connections to ordinary requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveLimits {
    /// For all callers together: a quarter of all connections, which is half of the maximum per address. Behind a proxy all
    /// callers have one address.
    pub all: u32,
    /// Per caller: an eighth of that, at most [`MOST_LIVE`].
    pub each: u32,
}

impl LiveLimits {
    /// Returns the limits for a service with this number of connections.
    #[must_use]
    pub const fn for_connections(connections: u32) -> Self {
        let all = if connections < 4 { 1 } else { connections / 4 };
        let each = match all / 8 {
            0 => 1,
            eighth if eighth > MOST_LIVE => MOST_LIVE,
            eighth => eighth,
        };
        Self { all, each }
    }
}

/// What subscriptions need in addition to other requests.
#[derive(Clone, Debug)]
pub(super) struct Live {
    pub(super) authenticator: Authenticator,
    pub(super) db: DatabaseConnection,
    pub(super) poll_interval: Duration,
    open: Arc<Budgets<Actor>>,
    permits: Arc<Semaphore>,
}

impl Live {
    /// Subscriptions of callers that `authenticator` accepts. They look for snapshots in `db` every `poll_interval`.
    pub(super) fn new(
        authenticator: Authenticator,
        db: DatabaseConnection,
        poll_interval: Duration,
        limits: LiveLimits,
    ) -> Self {
        let LiveLimits { all, each } = limits;
        let limits = BudgetLimits { capacity: 1, refill_per_second: 1, at_once: each };
        let open = Arc::new(Budgets::new(limits, authenticator.clock().clone()));
        Self { authenticator, db, poll_interval, open, permits: Arc::new(Semaphore::new(all as usize)) }
    }

    /// Returns a permit for one more subscription of `caller`.
    ///
    /// # Errors
    ///
    /// [`Code::TooManyAtOnce`].
    pub(super) fn begin(&self, caller: &Actor) -> Result<LivePermit, Refusal> {
        let too_many = |sentence| Refusal::too_many(Code::TooManyAtOnce, sentence, RETRY_AFTER);
        let own = self.open.begin(caller);
        let own = own.ok_or_else(|| too_many("You have too many open subscriptions"))?;
        let sentence = "Too many subscriptions of all callers are open";
        let of_all = Arc::clone(&self.permits).try_acquire_owned().map_err(|_| too_many(sentence))?;
        Ok(LivePermit { _own: own, _of_all: of_all })
    }
}

/// Permission for one open subscription, of the caller's and of all, until it is dropped.
#[derive(Debug)]
pub(super) struct LivePermit {
    _own: ConcurrencyPermit<Actor>,
    _of_all: OwnedSemaphorePermit,
}

/// Is cancelled when the service stops. In the extensions of every request, for subscriptions, which run until then.
#[derive(Clone, Debug)]
pub(super) struct Stopping(pub(super) CancellationToken);
