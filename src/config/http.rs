//! How the service meets its network.

use clap::Args;

use super::origin::Origin;

/// Connections and origins.
#[derive(Args, Clone, Debug)]
pub struct HttpSettings {
    /// How many connections may be open at once; one address has half of them at most.
    #[arg(long, env = "MAX_CONNECTIONS", global = true, value_name = "NUMBER", default_value = "512")]
    #[arg(value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub max_connections: u32,

    /// The origins whose pages may read the API from a browser, with commas between, as `https://dashboard.example`; without one, none.
    #[arg(long, env = "CORS_ORIGINS", global = true, value_name = "ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<Origin>,
}
