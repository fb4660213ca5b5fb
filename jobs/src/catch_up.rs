//! Which periods were missed and must be caught up. Pure: it depends on the table of jobs, the board's zone, the
//! periods in the ledger and the present instant.
//!
//! A period is due from its occurrence: the first instant on that day, or in that week, that matches the cron
//! expression in board time. 07:00 London is 07:00 local time before and after a clock change. A local time that the
//! change skips is due when the clocks have gone forward. A local time that occurs twice is due the first time, and
//! only once, because a period has one run.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::Direction;
use entity::clock::day_of;
use entity::period::Day;

use crate::schedule::{Every, Period, Schedule};

/// How many days back to look for the latest due day of a daily job. A schedule of working days has its last occurrence
/// within this time.
const LOOK_BACK_DAYS: i64 = 7;

/// Returns the periods that are due at `now` and not in the ledger, oldest first. Periods in the ledger are done,
/// failed, or will be claimed when their time comes.
///
/// `first` is the first day of service: the day of the first applied import. No earlier period is due.
#[must_use]
pub fn missed_periods(
    schedule: &Schedule,
    zone: Tz,
    known: &BTreeSet<Period>,
    first: Day,
    now: DateTime<Utc>,
) -> Vec<Period> {
    due_periods(schedule, zone, first, now).into_iter().filter(|period| !known.contains(period)).collect()
}

/// Returns the periods that should have started by `now`, oldest first, whether they have or not. [`Every`] says how
/// far missed periods are caught up.
#[must_use]
pub fn due_periods(schedule: &Schedule, zone: Tz, first: Day, now: DateTime<Utc>) -> Vec<Period> {
    let every = schedule.entry.every;
    let today = day_of(now, zone);
    let is_due = |day: &Day| {
        let period = every.period_of(*day);
        period.first_day() >= first && occurrence(schedule, zone, period).is_some_and(|at| at <= now)
    };
    let days: BTreeSet<Day> = match every {
        Every::Week => [today].into_iter().filter(is_due).collect(),
        Every::Day { missed_mondays } => {
            let latest = (0..=LOOK_BACK_DAYS).map(|back| today.plus_days(-back)).find(is_due);
            let mondays = (0..=i64::from(missed_mondays)).map(|weeks| today.monday().plus_days(-7 * weeks));
            mondays.filter(is_due).chain(latest).collect()
        }
    };
    days.into_iter().map(|day| every.period_of(day)).collect()
}

/// Returns the instant from which `period` is due, or `None` if the schedule has no occurrence in it.
#[must_use]
pub fn occurrence(schedule: &Schedule, zone: Tz, period: Period) -> Option<DateTime<Utc>> {
    let every = schedule.entry.every;
    if !every.is_of(period) {
        return None;
    }
    // Starts before that day begins anywhere on earth, so that a clock change at midnight cannot hide its first
    // instant.
    let before = period.first_day().date().checked_sub_days(Days::new(1))?.and_time(NaiveTime::MIN).and_utc();
    let from = before.checked_add_signed(TimeDelta::hours(9))?.with_timezone(&zone);
    schedule
        .cron
        .iter_from(from, Direction::Forward)
        .map(|at| (every.period_of(Day::from(at.date_naive())), at))
        .find(|(of, _)| *of >= period)
        .filter(|(of, _)| *of == period)
        .map(|(_, at)| at.with_timezone(&Utc))
}

/// The day in the board's zone on which `period` is due; its first day where the schedule names no instant in it.
#[must_use]
pub fn day_due(schedule: &Schedule, zone: Tz, period: Period) -> Day {
    occurrence(schedule, zone, period).map_or_else(|| period.first_day(), |at| day_of(at, zone))
}

#[cfg(test)]
mod tests;
