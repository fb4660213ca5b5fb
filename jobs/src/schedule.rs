//! The table of jobs, and the ticker that wakes the runner.
//!
//! The table says which job runs when, [`crate::catch_up`] finds the due periods, and the ledger decides which worker
//! runs them. A failed job is retried after the times of [`crate::retry::RUN`]. This is the only file that uses
//! tokio-cron-scheduler, and only as a ticker: it lets runs overlap, forgets runs that it missed, and keeps the zone's
//! offset of the day on which a job was created, so 07:00 London would be an hour wrong after the clocks change.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use croner::Cron;
use entity::period::{Day, IsoWeek, PeriodError};
use entity::store::run::{AUDIT_CHECK, COVERAGE, GAP_REPORT, MIDWEEK_REPORT, REGISTER_MAIL, RETENTION};
use tokio::sync::Notify;
use tokio_cron_scheduler::{Job as TickerJob, JobScheduler, JobSchedulerError};

/// The jobs, in the order in which the runner checks them.
pub const TABLE: [Entry; 6] = [
    Entry {
        name: COVERAGE,
        cron: "0 5 * * *",
        every: Every::Day { missed_mondays: 8 },
        after: None,
        limit: Duration::from_secs(30 * 60),
        meaning: "Stores the day's coverage of every team and unit.",
    },
    Entry {
        name: GAP_REPORT,
        cron: "0 7 * * 1",
        every: Every::Week,
        after: Some(COVERAGE),
        limit: Duration::from_secs(60 * 60),
        meaning: "Builds the weekly gap report and mails it to the people responsible for units.",
    },
    // A missed one is caught up in its own week only: on the Monday after, it would repeat that Monday's report.
    Entry {
        name: MIDWEEK_REPORT,
        cron: "0 7 * * 4",
        every: Every::Week,
        after: Some(COVERAGE),
        limit: Duration::from_secs(60 * 60),
        meaning: "Mails what became worse since the weekly report to the recipients who chose it.",
    },
    // Its run continues every few minutes until the day is over, for mails about changes.
    Entry {
        name: REGISTER_MAIL,
        cron: "0 7 * * *",
        every: Every::Day { missed_mondays: 0 },
        after: None,
        limit: Duration::from_secs(60 * 60),
        meaning: "Mails approvers what waits for them, and people what was decided about them, all day.",
    },
    Entry {
        name: AUDIT_CHECK,
        cron: "30 4 * * *",
        every: Every::Day { missed_mondays: 0 },
        after: None,
        limit: Duration::from_secs(60 * 60),
        meaning: "Checks that no audit event was changed or removed.",
    },
    Entry {
        name: RETENTION,
        cron: "30 3 * * *",
        every: Every::Day { missed_mondays: 0 },
        after: None,
        limit: Duration::from_secs(2 * 60 * 60),
        meaning: "Removes data past its retention period, and mail files of erased people.",
    },
];

/// When the ticker wakes the runner: every full minute.
pub const EVERY_MINUTE: &str = "0 * * * * *";

/// One job of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the ledger.
    pub name: &'static str,
    /// When a period's run is due: minute, hour, day of month, month, day of week, in board time.
    pub cron: &'static str,
    /// The period of a run, and which missed ones are caught up.
    pub every: Every,
    /// The daily job that must be finished (done or failed), for the day on which this one is due, before this job starts.
    pub after: Option<&'static str>,
    /// How long one attempt may take.
    pub limit: Duration,
    /// What it does, in one line.
    pub meaning: &'static str,
}

/// The period of a run, and which missed ones are caught up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// A day. Only the latest missed day is caught up, and the Mondays of the last weeks: no report uses the days
    /// between, but a missing Monday would leave a permanent gap in the weekly trend.
    Day {
        /// For how many weeks back a missed Monday is caught up, in addition to the current week.
        missed_mondays: u16,
    },
    /// An ISO week. Only the current week is caught up, because an older report is of no use. A run that was started or
    /// requested is finished whatever its week.
    Week,
}

impl Entry {
    /// Parses its cron expression.
    ///
    /// # Errors
    ///
    /// If the expression is invalid.
    pub fn parse(self) -> Result<Schedule, ScheduleError> {
        let cron =
            Cron::from_str(self.cron).map_err(|error| ScheduleError { cron: self.cron, why: error.to_string() })?;
        Ok(Schedule { entry: self, cron })
    }
}

/// A table entry with its parsed cron expression.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// As in the table.
    pub entry: Entry,
    pub(crate) cron: Cron,
}

/// A cron expression is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{cron}' is not a valid schedule: {why}")]
pub struct ScheduleError {
    cron: &'static str,
    why: String,
}

/// The period of a run; written as in the ledger, `2026-11-23` or `2026-W48`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// A civil day in board time.
    Day(Day),
    /// An ISO week, Monday first.
    Week(IsoWeek),
}

impl Period {
    /// Returns its first day: the day itself, or the week's Monday.
    #[must_use]
    pub fn first_day(self) -> Day {
        match self {
            Self::Day(day) => day,
            Self::Week(week) => week.monday(),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Week(week) => week.fmt(f),
        }
    }
}

impl Every {
    /// Returns the period of this kind that contains `day`.
    #[must_use]
    pub fn period_of(self, day: Day) -> Period {
        match self {
            Self::Day { .. } => Period::Day(day),
            Self::Week => Period::Week(IsoWeek::containing(day)),
        }
    }

    /// Whether `period` is of this kind.
    #[must_use]
    pub fn is_of(self, period: Period) -> bool {
        self.period_of(period.first_day()) == period
    }

    /// Parses a period of this kind as written in the ledger.
    ///
    /// # Errors
    ///
    /// If `text` is not such a day or week.
    pub fn parse(self, text: &str) -> Result<Period, PeriodError> {
        match self {
            Self::Day { .. } => text.parse().map(Period::Day),
            Self::Week => text.parse().map(Period::Week),
        }
    }
}

/// Renders the table for people (`psn run list`), with times in `zone`.
#[must_use]
pub fn render(table: &[Entry], zone: Tz) -> String {
    let mut rows = vec![[
        "JOB".to_owned(),
        format!("WHEN ({zone})"),
        "IF MISSED".to_owned(),
        "LIMIT".to_owned(),
        "WHAT IT DOES".to_owned(),
    ]];
    rows.extend(table.iter().map(|entry| {
        let Entry { name, cron, every, after, limit, meaning } = *entry;
        let when = Cron::from_str(cron).map_or_else(|_| cron.to_owned(), |cron| cron.describe().replace('.', ""));
        let when = after.map_or_else(|| when.clone(), |first| format!("{when}, after {first}"));
        let missed = match every {
            Every::Day { missed_mondays: 0 } => "the latest day".to_owned(),
            Every::Day { missed_mondays } => format!("the latest day, and Mondays of the last {missed_mondays} weeks"),
            Every::Week => "this week's".to_owned(),
        };
        [name.to_owned(), when, missed, format!("{} min", limit.as_secs() / 60), meaning.to_owned()]
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    rows.iter()
        .map(|[name, when, missed, limit, meaning]| {
            let [a, b, c, d] = widths;
            format!("{name:a$}  {when:b$}  {missed:c$}  {limit:d$}  {meaning}\n")
        })
        .collect()
}

/// Wakes the runner regularly until it is dropped or stopped.
#[expect(missing_debug_implementations, reason = "the scheduler does not implement Debug")]
pub struct Ticker(JobScheduler);

/// The ticker could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the job ticker could not be started: {0}")]
pub struct TickerError(#[from] JobSchedulerError);

impl Ticker {
    /// Notifies `ticks` by the expression `cron` (with seconds, in UTC; it only wakes and decides nothing). A
    /// notification while no task waits is kept once.
    ///
    /// # Errors
    ///
    /// If the expression is invalid or the scheduler does not start.
    pub async fn set(cron: &str, ticks: Arc<Notify>) -> Result<Self, TickerError> {
        let scheduler = JobScheduler::new().await?;
        scheduler.add(TickerJob::new(cron, move |_, _| ticks.notify_one())?).await?;
        scheduler.start().await?;
        Ok(Self(scheduler))
    }

    /// Stops the ticker.
    pub async fn stop(mut self) {
        // This only sets a flag. A failure cannot be handled and loses nothing.
        let _ = self.0.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_jobs_reads_like_this() {
        // `cargo insta test --accept -p jobs` updates it.
        insta::assert_snapshot!(render(&TABLE, chrono_tz::Europe::London), @r"
        JOB             WHEN (Europe/London)                   IF MISSED                                        LIMIT    WHAT IT DOES
        coverage        At 05:00                               the latest day, and Mondays of the last 8 weeks  30 min   Stores the day's coverage of every team and unit.
        gap-report      At 07:00, on Monday, after coverage    this week's                                      60 min   Builds the weekly gap report and mails it to the people responsible for units.
        midweek-report  At 07:00, on Thursday, after coverage  this week's                                      60 min   Mails what became worse since the weekly report to the recipients who chose it.
        register-mail   At 07:00                               the latest day                                   60 min   Mails approvers what waits for them, and people what was decided about them, all day.
        audit-check     At 04:30                               the latest day                                   60 min   Checks that no audit event was changed or removed.
        retention       At 03:30                               the latest day                                   120 min  Removes data past its retention period, and mail files of erased people.
        ");
    }

    #[test]
    fn every_schedule_in_the_table_is_valid() {
        for entry in TABLE {
            entry.parse().unwrap();
            if let Some(before) = entry.after {
                let before = TABLE.iter().find(|other| other.name == before).unwrap();
                assert!(matches!(before.every, Every::Day { .. }));
            }
        }
    }

    #[test]
    fn a_period_parses_only_as_its_kind() {
        let days = Every::Day { missed_mondays: 0 };
        assert_eq!(days.parse("2026-11-23").unwrap().to_string(), "2026-11-23");
        assert_eq!(Every::Week.parse("2026-W48").unwrap().to_string(), "2026-W48");
        assert!(days.parse("2026-W48").is_err());
        assert!(Every::Week.parse("2026-11-23").is_err());
        assert!(!days.is_of(Every::Week.parse("2026-W48").unwrap()));
    }
}
