//! How psn is reached and run: composition, commands, HTTP, GraphQL and the pages. No business arithmetic lives here.

pub mod access;
pub mod app;
pub mod cli;
pub mod config;
pub mod error;
pub mod graphql;
pub mod http;
pub mod pages;
pub mod request_id;
pub mod shutdown;
pub mod telemetry;
