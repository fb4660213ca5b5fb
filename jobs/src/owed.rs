//! What is owed: pure, from the table of jobs, the board's zone, what the ledger knows, and the present instant.
//!
//! A period is due from its occurrence on: the first instant on that day, or in that week, that the cron expression names in
//! board time. 07:00 London is 07:00 on the wall before and after the clocks change. A time that the change skips falls due
//! when the clocks have gone forward; one that it repeats falls due the first time, and being a period's, is owed once.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::Direction;
use entity::clock::day_of;
use entity::period::Day;

use crate::schedule::{Every, Period, Schedule};

/// How far back the latest day of a daily job is looked for: a schedule of working days has its last occurrence at most
/// this many days ago.
const LOOK_BACK_DAYS: i64 = 7;

/// The periods that are owed at `now` and that the ledger does not know, oldest first. What the ledger knows is its own
/// affair: done, failed for good, or to be claimed when its time comes.
///
/// `first` is the first day of service, on which the first import was applied: nothing before it is owed.
#[must_use]
pub fn owed(schedule: &Schedule, zone: Tz, known: &BTreeSet<Period>, first: Day, now: DateTime<Utc>) -> Vec<Period> {
    due(schedule, zone, first, now).into_iter().filter(|period| !known.contains(period)).collect()
}

/// The periods that should have been begun by `now` as far as they are caught up (see [`Every`]), oldest first, whether or
/// not they were.
#[must_use]
pub fn due(schedule: &Schedule, zone: Tz, first: Day, now: DateTime<Utc>) -> Vec<Period> {
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

/// From when on `period` is due; nothing where the schedule names no instant in it.
#[must_use]
pub fn occurrence(schedule: &Schedule, zone: Tz, period: Period) -> Option<DateTime<Utc>> {
    let every = schedule.entry.every;
    if !every.is_of(period) {
        return None;
    }
    // Begun earlier than that day can begin anywhere on earth, so that no clock change at midnight can hide it.
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
