//! The newest data that a request saw while its caller was authenticated.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use entity::clock::Clock;
use entity::store::Newest;

/// A state counts as the present for this long; a request whose body takes longer to arrive reads it again.
const FRESH: TimeDelta = TimeDelta::seconds(1);

/// The instant before a statement was sent. The statement sees everything that was committed by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StatementTime {
    /// Orders statements in this process. Changes of the system clock do not affect it.
    pub(crate) order: Instant,
    /// Tells how long ago it was.
    pub(crate) time: DateTime<Utc>,
}

impl StatementTime {
    /// The present instant, for a statement that is sent next.
    pub(crate) fn now(clock: &Clock) -> Self {
        Self { order: Instant::now(), time: clock.now() }
    }

    /// Whether it was less than `limit` ago. False if the clock was set back.
    pub(crate) fn is_within(&self, limit: TimeDelta, clock: &Clock) -> bool {
        let age = clock.now() - self.time;
        TimeDelta::zero() <= age && age < limit
    }
}

/// The newest data, and when it was queried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataState {
    pub(crate) newest: Newest,
    pub(crate) sent: StatementTime,
}

impl DataState {
    /// Whether it still counts as the present.
    pub(crate) fn is_fresh(&self, clock: &Clock) -> bool {
        self.sent.is_within(FRESH, clock)
    }
}
