//! The one wall clock. Only entry points (a command, the job runner, a request) hold a [`Clock`]; all other code
//! receives `now` or `day` as an argument.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveTime, SubsecRound, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use crate::period::Day;

/// A source of the time: the machine's clock, or one that a test sets.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    Wall,
    Fixed(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// Returns the machine's clock.
    #[must_use]
    pub const fn wall() -> Self {
        Self(Source::Wall)
    }

    /// Returns a clock that stands still until it is [set](Self::set). Clones share it.
    #[must_use]
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self(Source::Fixed(Arc::new(Mutex::new(at))))
    }

    /// Returns the present instant in whole microseconds: PostgreSQL stores no more, and an instant must read back as
    /// it was written.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
            Source::Wall => Utc::now().trunc_subsecs(6),
            Source::Fixed(at) => *at.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
        }
    }

    /// Sets a fixed clock. Has no effect on the wall clock.
    pub fn set(&self, to: DateTime<Utc>) {
        if let Source::Fixed(at) = &self.0 {
            *at.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = to;
        }
    }

    /// Returns today's civil day in the board's zone.
    #[must_use]
    pub fn today(&self, zone: Tz) -> Day {
        day_of(self.now(), zone)
    }
}

/// Returns the civil day of `instant` in `zone`.
#[must_use]
pub fn day_of(instant: DateTime<Utc>, zone: Tz) -> Day {
    Day::from(instant.with_timezone(&zone).date_naive())
}

/// Returns the first instant of a civil day in `zone`. If the clocks go forward at midnight, the day begins later.
#[must_use]
pub fn first_instant(day: Day, zone: Tz) -> DateTime<Utc> {
    let midnight = day.date().and_time(NaiveTime::MIN);
    let quarters = (0..96).map(|quarters| midnight + TimeDelta::minutes(15 * quarters));
    let begins = quarters.into_iter().find_map(|local| zone.from_local_datetime(&local).earliest());
    begins.map_or_else(|| midnight.and_utc(), |begins| begins.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_or_at_the_clock_change() {
        let begins = |year, month, day, zone| first_instant(Day::new(year, month, day).unwrap(), zone).to_rfc3339();
        assert_eq!(begins(2026, 11, 16, chrono_tz::Europe::London), "2026-11-16T00:00:00+00:00");
        assert_eq!(begins(2026, 7, 1, chrono_tz::Europe::London), "2026-06-30T23:00:00+00:00");
        // At midnight the clocks went to 01:00, so the day began an hour late.
        assert_eq!(begins(2018, 11, 4, chrono_tz::America::Sao_Paulo), "2018-11-04T03:00:00+00:00");
    }
}
