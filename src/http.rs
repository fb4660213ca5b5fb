//! HTTP: the router, the GraphQL endpoint, the pages, the playground, the accepted host names, and health checks.

mod action_link;
mod answer;
mod assets;
mod authentication;
mod budget;
mod connection;
mod cors;
mod demo_mails;
mod execution;
mod graphql;
mod health;
mod host;
mod live;
mod pages;
mod playground;
mod provider;
mod refusal;
mod refused_lines;
mod request;
mod request_log;
mod router;
mod schema;
mod selection_order;
mod server;
mod sign_in;
mod subscription;

pub use assets::Assets;
pub use budget::{BudgetLimits, Budgets, ConcurrencyPermit};
pub use demo_mails::DEMO_MAILS;
pub use health::{ProbeTimes, Readiness};
pub use host::Hosts;
pub use live::{LiveLimits, MOST_LIVE, POLL_INTERVAL};
pub use request::BODY_LIMIT;
pub use router::{Site, Transport, router};
pub use schema::ADDRESS as SCHEMA_ADDRESS;
pub use server::{Connections, MAX_HEADERS, serve};
