//! Civil days, half-open validities and ISO weeks: COVERAGE.md section 1 in code, and the only place that decides it.

use std::{fmt, str::FromStr};

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use sea_orm::DeriveValueType;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::excerpt::excerpt;

/// The first year that is accepted. PostgreSQL has no day before 4713 BC, and SQLite compares days as text, in which
/// years before year 1 have a sign.
const FIRST_YEAR: i32 = 1;

/// A civil date in the board's time zone. Coverage uses no instants.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType, Serialize)]
#[serde(transparent)]
pub struct Day(NaiveDate);

/// Parsed with validation: clients may have changed a day, for instance in a cursor.
impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let day = NaiveDate::deserialize(deserializer)?;
        if day.year() < FIRST_YEAR { Err(D::Error::custom("a day before the year 1")) } else { Ok(Self(day)) }
    }
}

impl Day {
    /// The last day of the calendar.
    pub const LAST: Self = Self(NaiveDate::MAX);

    /// Returns the day of a year, month (1 to 12) and day of month, or `None` if there is no such day.
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self)
    }

    /// Returns the date library's own type, for callers that need it.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// Returns the day `days` later, or earlier if negative. Stops at the calendar's last or first day instead of
    /// overflowing.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let by = Days::new(days.unsigned_abs());
        Self(if days < 0 {
            self.0.checked_sub_days(by).unwrap_or(NaiveDate::MIN)
        } else {
            self.0.checked_add_days(by).unwrap_or(NaiveDate::MAX)
        })
    }

    /// Returns the same day of the month `months` later, clamped to the end of that month: 31 January + 1 month = 28
    /// (29) February.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        Self(self.0.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX))
    }

    /// Returns the whole days from `earlier` to this day; negative if this day is before it.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        self.0.signed_duration_since(earlier.0).num_days()
    }

    /// Returns the Monday of this day's ISO week.
    #[must_use]
    pub fn monday(self) -> Self {
        self.plus_days(-i64::from(self.0.weekday().num_days_from_monday()))
    }
}

impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Self {
        Self(date)
    }
}

/// Formats as `yyyy-mm-dd`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text is not a valid day or ISO week.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// Not `yyyy-mm-dd`, or no such day. Holds the start of the text.
    #[error("'{0}' is not a day; write it as 2026-11-16")]
    Day(String),
    /// Not `yyyy-Www`, or no such week. Holds the start of the text.
    #[error("'{0}' is not an ISO week; write it as 2026-W48")]
    Week(String),
}

impl FromStr for Day {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // chrono alone would accept 2026-1-6, +2026-01-06 and -044-03-15.
        let expected = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
        let exact = text.len() == 10 && text.bytes().enumerate().all(expected);
        exact
            .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
            .flatten()
            .filter(|day| day.year() >= FIRST_YEAR)
            .map(Self)
            .ok_or_else(|| PeriodError::Day(excerpt(text)))
    }
}

/// A half-open interval of days, `[from, to)`: it holds on day D if `from <= D < to`. Without `from` it has no start
/// date, without `to` it is open-ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Validity {
    /// First day on which it holds. `None` if it has no start date.
    pub from: Option<Day>,
    /// First day on which it no longer holds. `None` if it is open-ended.
    pub to: Option<Day>,
}

impl Validity {
    /// Holds on every day.
    pub const ALWAYS: Self = Self { from: None, to: None };

    /// Converts the first and the last day on which something holds, as people write them.
    #[must_use]
    pub fn from_last(first: Option<Day>, last: Option<Day>) -> Self {
        Self { from: first, to: last.map(|day| day.plus_days(1)) }
    }

    /// Returns the last day on which it holds, as people write it. `None` if it is open-ended.
    #[must_use]
    pub fn last(self) -> Option<Day> {
        self.to.map(|to| to.plus_days(-1))
    }

    /// Whether it holds on `day`.
    #[must_use]
    pub fn holds_on(self, day: Day) -> bool {
        !self.begins_after(day) && !self.ended_by(day)
    }

    /// Whether it has not begun on `day`.
    #[must_use]
    pub fn begins_after(self, day: Day) -> bool {
        self.from.is_some_and(|from| day < from)
    }

    /// Whether it is over on `day`.
    #[must_use]
    pub fn ended_by(self, day: Day) -> bool {
        self.to.is_some_and(|to| to <= day)
    }

    /// Whether there is no day on which it holds.
    #[must_use]
    pub fn is_empty(self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if to <= from)
    }

    /// Whether the two share a day, or one begins on the day on which the other ends.
    #[must_use]
    pub fn touches(self, other: Self) -> bool {
        let reaches = |end: Option<Day>, start: Option<Day>| match (end, start) {
            (Some(end), Some(start)) => start <= end,
            (None, _) | (_, None) => true,
        };
        reaches(self.to, other.from) && reaches(other.to, self.from)
    }

    /// Whether the two share a day.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        let before =
            |end: Option<Day>, start: Option<Day>| matches!((end, start), (Some(end), Some(start)) if end <= start);
        !self.is_empty() && !other.is_empty() && !before(self.to, other.from) && !before(other.to, self.from)
    }

    /// Returns the days on which both hold.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), to: [self.to, other.to].into_iter().flatten().min() }
    }

    /// Returns the smallest validity that contains both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self {
            from: self.from.zip(other.from).map(|(a, b)| a.min(b)),
            to: self.to.zip(other.to).map(|(a, b)| a.max(b)),
        }
    }

    /// Returns the number of days on which it holds. `None` if it has no beginning or no end.
    #[must_use]
    pub fn days(self) -> Option<i64> {
        self.from.zip(self.to).map(|(from, to)| to.days_since(from).max(0))
    }
}

/// A week by ISO 8601, beginning on Monday; written `2026-W48`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IsoWeek {
    year: i32,
    week: u32,
}

impl IsoWeek {
    /// Returns the week that contains `day`.
    #[must_use]
    pub fn containing(day: Day) -> Self {
        let week = day.0.iso_week();
        Self { year: week.year(), week: week.week() }
    }

    /// Returns its first day.
    #[must_use]
    pub fn monday(self) -> Day {
        Day(NaiveDate::from_isoywd_opt(self.year, self.week, Weekday::Mon).unwrap_or(NaiveDate::MAX))
    }
}

impl fmt::Display for IsoWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-W{:02}", self.year, self.week)
    }
}

impl FromStr for IsoWeek {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text.split_once("-W").filter(|(year, week)| {
            year.len() == 4 && week.len() == 2 && text.bytes().filter(u8::is_ascii_digit).count() == 6
        });
        parsed
            .and_then(|(year, week)| Some(Self { year: year.parse().ok()?, week: week.parse().ok()? }))
            .filter(|week| week.year >= FIRST_YEAR)
            .filter(|week| NaiveDate::from_isoywd_opt(week.year, week.week, Weekday::Mon).is_some())
            .ok_or_else(|| PeriodError::Week(excerpt(text)))
    }
}

#[cfg(test)]
mod tests;
