//! How long each kind of data is kept: the board's policy.

use clap::Args;
use entity::store::retention::Periods;

/// How many days each kind of data is kept. The shortest that can be set are such that nothing is removed that a job, a
/// comparison of weeks or a question about the present still needs.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Settings")]
pub struct RetentionSettings {
    /// How many days texts, addresses and files of mails are kept, 30 or more.
    #[arg(long, env = "KEEP_MAILS", global = true, value_name = "DAYS", default_value = "400")]
    #[arg(value_parser = clap::value_parser!(u32).range(30..=36_500))]
    pub keep_mails: u32,

    /// How many days rejected rows of imports are kept, and why imports were refused.
    #[arg(long, env = "KEEP_REJECTS", global = true, value_name = "DAYS", default_value = "90")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub keep_rejects: u32,

    /// How many days runs of jobs are kept, 90 or more.
    #[arg(long, env = "KEEP_RUNS", global = true, value_name = "DAYS", default_value = "400")]
    #[arg(value_parser = clap::value_parser!(u32).range(90..=36_500))]
    pub keep_runs: u32,

    /// How many days absences are kept after their end, 90 or more; earlier days are then answered from stored figures only.
    #[arg(long, env = "KEEP_ABSENCES", global = true, value_name = "DAYS", default_value = "400")]
    #[arg(value_parser = clap::value_parser!(u32).range(90..=36_500))]
    pub keep_absences: u32,

    /// How many days sessions and sign-in links are kept after they are over.
    #[arg(long, env = "KEEP_SIGN_INS", global = true, value_name = "DAYS", default_value = "30")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub keep_sign_ins: u32,

    /// How many days name and contact are kept of people who have left, 90 or more.
    #[arg(long, env = "KEEP_PEOPLE", global = true, value_name = "DAYS", default_value = "2190")]
    #[arg(value_parser = clap::value_parser!(u32).range(90..=36_500))]
    pub keep_people: u32,

    /// How many days the snapshot of every day is kept, 70 or more; of the days before, one per week is, and what a report shows.
    #[arg(long, env = "KEEP_SNAPSHOTS", global = true, value_name = "DAYS", default_value = "100")]
    #[arg(value_parser = clap::value_parser!(u32).range(70..=36_500))]
    pub keep_snapshots: u32,

    /// How many days the one snapshot per week is kept, 400 or more; what a report shows stays.
    #[arg(long, env = "KEEP_WEEKLY_SNAPSHOTS", global = true, value_name = "DAYS", default_value = "3650")]
    #[arg(value_parser = clap::value_parser!(u32).range(400..=36_500))]
    pub keep_weekly_snapshots: u32,
}

impl RetentionSettings {
    /// The periods.
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
