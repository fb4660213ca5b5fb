//! The application: composition, commands, HTTP, GraphQL and the pages. The business rules are in `entity` and `jobs`.

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
