//! The one wall clock. Only the edges (a command, the job runner, a request) hold a [`Clock`];
//! everything below them is handed `now` or `day` as an argument.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, SubsecRound, Utc};
use chrono_tz::Tz;

use crate::period::Day;

/// Where the time comes from: the machine's clock, or one that a test sets.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    Wall,
    Fixed(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn wall() -> Self {
        Self(Source::Wall)
    }

    /// A clock that stands still until it is [set](Self::set); clones share it.
    #[must_use]
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self(Source::Fixed(Arc::new(Mutex::new(at))))
    }

    /// The present instant in whole microseconds: PostgreSQL keeps no more, and an instant must read back as it was written.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
            Source::Wall => Utc::now().trunc_subsecs(6),
            Source::Fixed(at) => *at.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
        }
    }

    /// Moves a fixed clock; the wall clock cannot be moved and is left alone.
    pub fn set(&self, to: DateTime<Utc>) {
        if let Source::Fixed(at) = &self.0 {
            *at.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = to;
        }
    }

    /// Today's civil day in the board's zone.
    #[must_use]
    pub fn today(&self, zone: Tz) -> Day {
        day_of(self.now(), zone)
    }
}

/// The civil day on which `instant` falls in `zone`.
#[must_use]
pub fn day_of(instant: DateTime<Utc>, zone: Tz) -> Day {
    Day::from(instant.with_timezone(&zone).date_naive())
}
