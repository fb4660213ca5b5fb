//! The system from outside: the real router, the real migrations, a fixed clock, mail in memory, on both databases.

mod access;
mod architecture;
mod audit;
mod budget;
mod cli;
mod codes;
mod demo;
mod expected;
mod explore;
mod graphql;
mod harness;
mod host;
mod hostile_queries;
mod http;
mod import;
mod jobs;
mod oidc;
mod outage;
mod persisted;
mod playground;
mod readme;
mod report;
mod site;
mod smtp_listener;
mod web_browser;
