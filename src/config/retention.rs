//! The settings of retention: how long each kind of data is kept, which is the board's policy.

use clap::Args;
use entity::store::retention::Periods;

/// How many days each kind of data is kept. The minimums ensure that nothing is removed that a job, a comparison of weeks or
/// a query about the present still needs.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Settings")]
pub struct RetentionSettings {
    /// Days to keep the texts, addresses and attachments of mails (30 or more).
    #[arg(long, env = "KEEP_MAILS", global = true, value_name = "DAYS", default_value = "400")]
    #[arg(value_parser = clap::value_parser!(u32).range(30..=36_500))]
    pub keep_mails: u32,

    /// Days to keep the rejected rows of imports and the reasons why imports were refused.
    #[arg(long, env = "KEEP_REJECTS", global = true, value_name = "DAYS", default_value = "90")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub keep_rejects: u32,

    /// Days to keep the runs of jobs (90 or more).
    #[arg(long, env = "KEEP_RUNS", global = true, value_name = "DAYS", default_value = "400")]
    #[arg(value_parser = clap::value_parser!(u32).range(90..=36_500))]
    pub keep_runs: u32,

    /// Days to keep absences after their end (90 or more); earlier dates are then answered from stored figures only.
    #[arg(long, env = "KEEP_ABSENCES", global = true, value_name = "DAYS", default_value = "400")]
    #[arg(value_parser = clap::value_parser!(u32).range(90..=36_500))]
    pub keep_absences: u32,

    /// Days to keep sessions, sign-in links and links in mails after they have ended.
    #[arg(long, env = "KEEP_SIGN_INS", global = true, value_name = "DAYS", default_value = "30")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub keep_sign_ins: u32,

    /// Days to keep the name and contact details of people who have left (90 or more).
    #[arg(long, env = "KEEP_PEOPLE", global = true, value_name = "DAYS", default_value = "2190")]
    #[arg(value_parser = clap::value_parser!(u32).range(90..=36_500))]
    pub keep_people: u32,

    /// Days to keep the snapshot of every day (70 or more); before that, one per week is kept, and every snapshot that a report shows.
    #[arg(long, env = "KEEP_SNAPSHOTS", global = true, value_name = "DAYS", default_value = "100")]
    #[arg(value_parser = clap::value_parser!(u32).range(70..=36_500))]
    pub keep_snapshots: u32,

    /// Days to keep the one snapshot per week (400 or more); snapshots that a report shows are kept.
    #[arg(long, env = "KEEP_WEEKLY_SNAPSHOTS", global = true, value_name = "DAYS", default_value = "3650")]
    #[arg(value_parser = clap::value_parser!(u32).range(400..=36_500))]
    pub keep_weekly_snapshots: u32,
}

impl RetentionSettings {
    /// The settings as the store's retention periods.
    #[must_use]
    pub const fn periods(&self) -> Periods {
        let Self {
            keep_mails,
            keep_rejects,
            keep_runs,
            keep_absences,
            keep_sign_ins,
            keep_people,
            keep_snapshots,
            keep_weekly_snapshots,
        } = *self;
        Periods {
            mails: keep_mails,
            rejects: keep_rejects,
            runs: keep_runs,
            absences: keep_absences,
            sign_ins: keep_sign_ins,
            people: keep_people,
            snapshots: keep_snapshots,
            weekly_snapshots: keep_weekly_snapshots,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        retention: RetentionSettings,
    }

    #[test]
    fn the_defaults_are_those_of_the_store() {
        let line = Line::try_parse_from(["psn"]).unwrap();
        assert_eq!(line.retention.periods(), Periods::default());
    }
}
