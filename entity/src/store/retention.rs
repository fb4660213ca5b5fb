//! Retention periods: how long each kind of data is kept, and what has expired. The nightly job decides when it is
//! removed.
//!
//! The periods are the board's own policy; the defaults are ours, not a law's. Data that is not named here is kept:
//! units, courses, policies and exemptions are not about a person; posts, roles and training are kept with the person,
//! and lose their name with the person's; the audit log is append-only, and the database refuses to remove from it.

pub mod absence;
mod absence_rows;
mod command_keys;
mod count;
mod imports;
mod leavers;
mod mails;
mod nominations;
mod rows;
mod runs;
mod sign_ins;
mod snapshots;

use std::fmt;

use crate::period::Day;
use crate::store::register::key;

pub use absence_rows::remove_absences;
pub use command_keys::remove_command_keys;
pub use count::count_expired;
pub use imports::remove_rejects;
pub use leavers::leavers;
pub use mails::{mails, remove_mails};
pub use nominations::remove_nominations;
pub use rows::ExpiredRows;
pub use runs::remove_runs;
pub use sign_ins::remove_sign_ins;
pub use snapshots::remove_snapshots;

/// Number of days for which each kind of data is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// Texts and addresses of mails, from the day on which their report was built.
    pub mails: u32,
    /// Rejected rows of imports and the undo steps of the last import, from the import.
    pub rejects: u32,
    /// Runs of jobs, from their end.
    pub runs: u32,
    /// Absences, from the first day back.
    pub absences: u32,
    /// Sessions and sign-in links, from their end.
    pub sign_ins: u32,
    /// Name and contact of people who left, from the first day without a post.
    pub people: u32,
    /// Snapshots of every day; before that, one per week is kept.
    pub snapshots: u32,
    /// One snapshot per week.
    pub weekly_snapshots: u32,
}

impl Default for Periods {
    fn default() -> Self {
        Self {
            mails: 400,
            rejects: 90,
            runs: 400,
            absences: 400,
            sign_ins: 30,
            people: 2_190,
            snapshots: 100,
            weekly_snapshots: 3_650,
        }
    }
}

/// A kind of data with a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Texts and addresses of mails.
    Mails,
    /// Rejected rows of imports.
    Rejects,
    /// Runs of jobs.
    Runs,
    /// Absences.
    Absences,
    /// Sessions and sign-in links.
    SignIns,
    /// Name and contact of people who left.
    People,
    /// Snapshots of days, except one per week.
    Snapshots,
    /// All snapshots, including that one per week.
    WeeklySnapshots,
    /// Nominations that have ended.
    Nominations,
    /// Clients' keys of commands.
    CommandKeys,
}

impl Kind {
    /// Every kind, in the order in which the job removes them.
    pub const ALL: [Self; 10] = [
        Self::Mails,
        Self::Rejects,
        Self::Runs,
        Self::Absences,
        Self::SignIns,
        Self::People,
        Self::Snapshots,
        Self::WeeklySnapshots,
        Self::Nominations,
        Self::CommandKeys,
    ];

    /// Returns its name in tables and in the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mails => "mails",
            Self::Rejects => "rejected-rows",
            Self::Runs => "job-runs",
            Self::Absences => "absences",
            Self::SignIns => "sign-ins",
            Self::People => "people",
            Self::Snapshots => "snapshots",
            Self::WeeklySnapshots => "weekly-snapshots",
            Self::Nominations => "nominations",
            Self::CommandKeys => "command-keys",
        }
    }

    /// Returns what happens when its period ends, in one line.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Mails => "text, address and file are removed; the record of who was sent which unit's report stays",
            Self::Rejects => "rows and undo steps are removed; the import's counts stay",
            Self::Runs => "rows of finished runs are removed",
            Self::Absences => "rows are removed; for earlier days only stored figures are available",
            Self::SignIns => "ended sessions and links are removed",
            Self::People => "name and contact are erased; past coverage stays",
            Self::Snapshots => "all are removed except one per week and those that a report shows",
            Self::WeeklySnapshots => "all are removed except those that a report shows",
            Self::Nominations => "removed with decisions and texts, by the months of each policy; change records stay",
            Self::CommandKeys => "keys of repeated commands are removed",
        }
    }

    /// Returns the number of days for which it is kept. `None` if the policy of each unit decides.
    #[must_use]
    pub const fn days(self, periods: &Periods) -> Option<u32> {
        Some(match self {
            Self::Mails => periods.mails,
            Self::Rejects => periods.rejects,
            Self::Runs => periods.runs,
            Self::Absences => periods.absences,
            Self::SignIns => periods.sign_ins,
            Self::People => periods.people,
            Self::Snapshots => periods.snapshots,
            Self::WeeklySnapshots => periods.weekly_snapshots,
            Self::Nominations => return None,
            Self::CommandKeys => key::DAYS_KEPT,
        })
    }

    /// Returns the cut-off day: on `day`, data that ended before it has expired. `day` itself if the policy of each unit decides.
    #[must_use]
    pub fn cutoff(self, periods: &Periods, day: Day) -> Day {
        day.plus_days(-i64::from(self.days(periods).unwrap_or(0)))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
