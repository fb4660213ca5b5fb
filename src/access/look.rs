//! What a request saw of the newest facts when its caller was looked up.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use entity::clock::Clock;
use entity::store::Newest;

/// A look stands for the present for this long; a request whose body takes longer to arrive looks again.
const FRESH: TimeDelta = TimeDelta::seconds(1);

/// When a statement was about to be sent: whatever was committed by then, it sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// For the order of statements in this process. Steps of the clock do not change it.
    pub(crate) order: Instant,
    /// For how long ago it was.
    pub(crate) time: DateTime<Utc>,
}

impl Sent {
    /// For a statement that is sent next.
    pub(crate) fn now(clock: &Clock) -> Self {
        Self { order: Instant::now(), time: clock.now() }
    }

    /// Whether it was less than `limit` ago. A clock that was set back makes it old.
    pub(crate) fn is_within(&self, limit: TimeDelta, clock: &Clock) -> bool {
        let age = clock.now() - self.time;
        TimeDelta::zero() <= age && age < limit
    }
}

/// What was newest, and when that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub(crate) newest: Newest,
    pub(crate) sent: Sent,
}

impl Look {
    /// Whether it still stands for the present.
    pub(crate) fn is_fresh(&self, clock: &Clock) -> bool {
        self.sent.is_within(FRESH, clock)
    }
}
