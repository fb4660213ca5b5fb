//! How psn is reached and run: composition, commands, HTTP and GraphQL. No business arithmetic lives here.

pub mod access;
pub mod app;
pub mod cli;
pub mod config;
pub mod graphql;
pub mod http;
pub mod shutdown;
pub mod telemetry;
