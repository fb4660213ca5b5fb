//! The settings of query limits and of persisted operations.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

/// The limits of queries.
#[derive(Args, Clone, Debug)]
pub struct QuerySettings {
    /// Time limit for one GraphQL query, in seconds.
    #[arg(long, env = "QUERY_SECONDS", global = true, value_name = "SECONDS", default_value = "10")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=600))]
    pub query_seconds: u64,

    /// Maximum cost of one GraphQL query: the number of fields in its answer, estimated before it runs.
    #[arg(long, env = "QUERY_COST", global = true, value_name = "FIELDS", default_value = "50000")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub query_cost: u64,

    /// Query budget of each caller: the number of fields that their queries may cost in a burst.
    #[arg(long, env = "QUERY_BUDGET", global = true, value_name = "FIELDS", default_value = "1000000")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub query_budget: u64,

    /// Number of fields by which each caller's budget refills per second.
    #[arg(long, env = "QUERY_REFILL", global = true, value_name = "FIELDS", default_value = "10000")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub query_refill: u64,

    /// Maximum number of concurrent queries per caller.
    #[arg(long, env = "QUERIES_AT_ONCE", global = true, value_name = "NUMBER", default_value = "8")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub queries_at_once: u32,

    /// Folder of `.graphql` files with the persisted operations; none by default.
    #[arg(long, env = "PERSISTED_OPERATIONS", global = true, value_name = "DIR")]
    pub persisted_operations: Option<PathBuf>,

    /// Callers that may send persisted operations only: `no-one`, `dashboards` (tokens of dashboards) or `everyone` without permission to explore; no effect if there are no persisted operations.
    #[arg(long, env = "ALLOW_LIST", global = true, value_name = "WHO", default_value = "dashboards")]
    pub allow_list: AllowList,
}

/// Which callers may send only persisted operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum AllowList {
    /// No one: persisted operations only make requests shorter.
    NoOne,
    /// The tokens of dashboards.
    #[default]
    Dashboards,
    /// Everyone who may not explore.
    Everyone,
}

impl QuerySettings {
    /// The time limit for one query.
    #[must_use]
    pub const fn limit(&self) -> Duration {
        Duration::from_secs(self.query_seconds)
    }
}
