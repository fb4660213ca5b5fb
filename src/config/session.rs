//! How long people stay signed in.

use clap::Args;

/// How long people stay signed in.
#[derive(Args, Clone, Copy, Debug)]
pub struct SessionSettings {
    /// How many minutes somebody stays signed in at most, 5 or more.
    #[arg(long, env = "SESSION_MINUTES", global = true, value_name = "MINUTES", default_value = "720")]
    #[arg(value_parser = clap::value_parser!(i64).range(5..=10_080))]
    pub session_minutes: i64,

    /// How many minutes somebody stays signed in without doing anything, 5 or more.
    #[arg(long, env = "SESSION_IDLE_MINUTES", global = true, value_name = "MINUTES", default_value = "60")]
    #[arg(value_parser = clap::value_parser!(i64).range(5..=10_080))]
    pub session_idle_minutes: i64,
}
