//! What queries may cost, and which may be sent.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

/// The limits of queries.
#[derive(Args, Clone, Debug)]
pub struct QuerySettings {
    /// How many seconds one GraphQL query may take.
    #[arg(long, env = "QUERY_SECONDS", global = true, value_name = "SECONDS", default_value = "10")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=600))]
    pub query_seconds: u64,

    /// How many fields the answer to one GraphQL query may have, by an estimate made before it runs.
    #[arg(long, env = "QUERY_COST", global = true, value_name = "FIELDS", default_value = "50000")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub query_cost: u64,

    /// How many fields the answers to one caller's queries may have in a burst.
    #[arg(long, env = "QUERY_BUDGET", global = true, value_name = "FIELDS", default_value = "1000000")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub query_budget: u64,

    /// How many of these fields each caller gets back a second.
    #[arg(long, env = "QUERY_REFILL", global = true, value_name = "FIELDS", default_value = "10000")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub query_refill: u64,

    /// How many queries of one caller may run at once.
    #[arg(long, env = "QUERIES_AT_ONCE", global = true, value_name = "NUMBER", default_value = "8")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub queries_at_once: u32,

    /// The folder of `.graphql` files that are the persisted operations; without one there are none.
    #[arg(long, env = "PERSISTED_OPERATIONS", global = true, value_name = "DIR")]
    pub persisted_operations: Option<PathBuf>,

    /// Who may send persisted operations only: `nobody`, `dashboards` (their tokens), or `everyone` who may not explore; nobody where there are none.
    #[arg(long, env = "ALLOW_LIST", global = true, value_name = "WHO", default_value = "dashboards")]
    pub allow_list: AllowList,
}

/// Which callers may send only persisted operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum AllowList {
    /// No one: persisted operations only make requests shorter.
    Nobody,
    /// The tokens of dashboards.
    #[default]
    Dashboards,
    /// Everyone who may not explore.
    Everyone,
}

impl QuerySettings {
    /// How long one query may take.
    #[must_use]
    pub const fn limit(&self) -> Duration {
        Duration::from_secs(self.query_seconds)
    }
}
