//! The settings of connections and of cross-origin access.

use clap::Args;

use super::origin::Origin;

/// The settings of connections and of cross-origin access.
#[derive(Args, Clone, Debug)]
pub struct HttpSettings {
    /// Maximum number of open connections; one client address may hold at most half of them.
    #[arg(long, env = "MAX_CONNECTIONS", global = true, value_name = "NUMBER", default_value = "512")]
    #[arg(value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub max_connections: u32,

    /// Origins whose pages may call the API from a browser, separated by commas, such as `https://dashboard.example`; none by default.
    #[arg(long, env = "CORS_ORIGINS", global = true, value_name = "ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<Origin>,
}
