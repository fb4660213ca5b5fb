//! The settings of sessions.

use clap::Args;

/// The settings of sessions.
#[derive(Args, Clone, Copy, Debug)]
pub struct SessionSettings {
    /// Maximum length of a session, in minutes (5 or more).
    #[arg(long, env = "SESSION_MINUTES", global = true, value_name = "MINUTES", default_value = "720")]
    #[arg(value_parser = clap::value_parser!(i64).range(5..=10_080))]
    pub session_minutes: i64,

    /// Minutes without activity after which a session ends (5 or more).
    #[arg(long, env = "SESSION_IDLE_MINUTES", global = true, value_name = "MINUTES", default_value = "60")]
    #[arg(value_parser = clap::value_parser!(i64).range(5..=10_080))]
    pub session_idle_minutes: i64,
}
