//! How many live answers may be open at once, and what they need besides what every request does.

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

/// How often a live answer looks whether there is something new and whether its caller may still be told.
pub const POLL_INTERVAL: Duration = Duration::from_secs(2);
/// The most live answers that one caller has open at once, however many connections there may be.
pub const MOST_LIVE: u32 = 16;
/// How soon a caller may ask again if too many live answers are open.
const LATER: Duration = Duration::from_secs(10);

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
    pub(super) authenticator: Authenticator,
    pub(super) db: DatabaseConnection,
    pub(super) poll_interval: Duration,
    open: Arc<Budgets<Actor>>,
    places: Arc<Semaphore>,
}

impl Live {
    /// Live answers for callers that `authenticator` knows, which look for snapshots in `db` every `poll_interval`.
    pub(super) fn new(
        authenticator: Authenticator,
        db: DatabaseConnection,
        poll_interval: Duration,
        limits: LiveLimits,
    ) -> Self {
        let LiveLimits { all, each } = limits;
        let limits = BudgetLimits { capacity: 1, refill_per_second: 1, at_once: each };
        let open = Arc::new(Budgets::new(limits, authenticator.clock().clone()));
        Self { authenticator, db, poll_interval, open, places: Arc::new(Semaphore::new(all as usize)) }
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
