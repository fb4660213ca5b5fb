//! The table of jobs, and the alarm clock that wakes the runner.
//!
//! The table says what is to be done when; [`crate::owed`] decides what is owed, the ledger who does it. A job that fails is
//! tried again by the table of [`crate::retry::RUN`]. This is the only file that names tokio-cron-scheduler, which is
//! used as a mere alarm clock: it lets runs overlap, forgets what it slept through, and keeps the zone's offset of the day on
//! which a job was made, so 07:00 London would become an hour wrong when the clocks change.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use croner::Cron;
use entity::period::{Day, IsoWeek, PeriodError};
use entity::store::run::{AUDIT_CHECK, COVERAGE, GAP_REPORT, MIDWEEK_REPORT, RETENTION};
use tokio::sync::Notify;
use tokio_cron_scheduler::{Job as Ring, JobScheduler, JobSchedulerError};

/// The jobs, in the order in which the runner looks at them.
pub const TABLE: [Entry; 5] = [
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

/// When the alarm rings: at each full minute.
pub const EVERY_MINUTE: &str = "0 * * * * *";

/// One job of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the ledger.
    pub name: &'static str,
    /// When a period's run is due: minute, hour, day of month, month, day of week, in board time.
    pub cron: &'static str,
    /// What a run is about, and which missed ones are caught up.
    pub every: Every,
    /// The daily job whose run of the day on which this one is due must be over (done, or failed for good) before it begins.
    pub after: Option<&'static str>,
    /// How long one attempt may take.
    pub limit: Duration,
    /// What it does, in one line.
    pub meaning: &'static str,
}

/// What a run is about, and which missed ones are caught up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// A day. Of the missed ones only the latest is caught up, and the Mondays as many weeks back: the days between are told
    /// by nobody, but a Monday that is missing would be a hole in the weekly trend for ever.
    Day {
        /// How many weeks back a missed Monday is caught up, besides the current week's.
        missed_mondays: u16,
    },
    /// An ISO week. Only the current week's is caught up: a report that is weeks old helps nobody. A run that was begun or
    /// asked for is finished whatever its week.
    Week,
}

impl Entry {
    /// Reads its cron expression.
    ///
    /// # Errors
    ///
    /// An expression that is none.
    pub fn parse(self) -> Result<Schedule, ScheduleError> {
        let cron =
            Cron::from_str(self.cron).map_err(|error| ScheduleError { cron: self.cron, why: error.to_string() })?;
        Ok(Schedule { entry: self, cron })
    }
}

/// A table entry, its cron expression read.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// As in the table.
    pub entry: Entry,
    pub(crate) cron: Cron,
}

/// A cron expression that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{cron}' is not a valid schedule: {why}")]
pub struct ScheduleError {
    cron: &'static str,
    why: String,
}

/// What one run is about; written as in the ledger, `2026-11-23` or `2026-W48`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// A civil day in board time.
    Day(Day),
    /// An ISO week, Monday first.
    Week(IsoWeek),
}

impl Period {
    /// Its first day: the day itself, or the week's Monday.
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
    /// The period of this kind in which `day` falls.
    #[must_use]
    pub fn period_of(self, day: Day) -> Period {
        match self {
            Self::Day { .. } => Period::Day(day),
            Self::Week => Period::Week(IsoWeek::of(day)),
        }
    }

    /// Whether `period` is of this kind.
    #[must_use]
    pub fn is_of(self, period: Period) -> bool {
        self.period_of(period.first_day()) == period
    }

    /// Reads a period of this kind as the ledger writes it.
    ///
    /// # Errors
    ///
    /// Where `text` names no such day or week.
    pub fn parse(self, text: &str) -> Result<Period, PeriodError> {
        match self {
            Self::Day { .. } => text.parse().map(Period::Day),
            Self::Week => text.parse().map(Period::Week),
        }
    }
}

/// The table as people read it (`psn run list`), times in `zone`.
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

/// The alarm clock. It rings until it is dropped or stopped.
#[expect(missing_debug_implementations, reason = "the scheduler has none")]
pub struct Alarm(JobScheduler);

/// The alarm clock could not be set.
#[derive(Debug, thiserror::Error)]
#[error("the job ticker could not be started: {0}")]
pub struct AlarmError(#[from] JobSchedulerError);

impl Alarm {
    /// Rings `bell` by `cron` (with seconds, in UTC: it only wakes, it decides nothing). A bell that rang while nobody
    /// listened is heard once.
    ///
    /// # Errors
    ///
    /// An expression that is none, or a scheduler that does not start.
    pub async fn set(cron: &str, bell: Arc<Notify>) -> Result<Self, AlarmError> {
        let scheduler = JobScheduler::new().await?;
        scheduler.add(Ring::new(cron, move |_, _| bell.notify_one())?).await?;
        scheduler.start().await?;
        Ok(Self(scheduler))
    }

    /// Rings no more.
    pub async fn stop(mut self) {
        // It only sets a flag; there is nothing to be done about a failure, and nothing is lost.
        let _ = self.0.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_jobs_reads_like_this() {
        // `cargo insta test --accept -p jobs` writes it anew.
        insta::assert_snapshot!(render(&TABLE, chrono_tz::Europe::London), @r"
        JOB             WHEN (Europe/London)                   IF MISSED                                        LIMIT    WHAT IT DOES
        coverage        At 05:00                               the latest day, and Mondays of the last 8 weeks  30 min   Stores the day's coverage of every team and unit.
        gap-report      At 07:00, on Monday, after coverage    this week's                                      60 min   Builds the weekly gap report and mails it to the people responsible for units.
        midweek-report  At 07:00, on Thursday, after coverage  this week's                                      60 min   Mails what became worse since the weekly report to the recipients who chose it.
        audit-check     At 04:30                               the latest day                                   60 min   Checks that no audit event was changed or removed.
        retention       At 03:30                               the latest day                                   120 min  Removes data past its retention period, and mail files of erased people.
        ");
    }

    #[test]
    fn every_schedule_of_the_table_can_be_read_and_names_a_daily_job_before_it() {
        for entry in TABLE {
            entry.parse().unwrap();
            if let Some(before) = entry.after {
                let before = TABLE.iter().find(|other| other.name == before).unwrap();
                assert!(matches!(before.every, Every::Day { .. }));
            }
        }
    }

    #[test]
    fn a_period_is_read_as_it_is_written_and_by_its_own_kind_only() {
        let days = Every::Day { missed_mondays: 0 };
        assert_eq!(days.parse("2026-11-23").unwrap().to_string(), "2026-11-23");
        assert_eq!(Every::Week.parse("2026-W48").unwrap().to_string(), "2026-W48");
        assert!(days.parse("2026-W48").is_err());
        assert!(Every::Week.parse("2026-11-23").is_err());
        assert!(!days.is_of(Every::Week.parse("2026-W48").unwrap()));
    }
}
