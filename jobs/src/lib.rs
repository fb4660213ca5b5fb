//! The background work of psn: it imports files, stores snapshots, builds and mails reports, and removes data past its
//! retention period.
//!
//! This crate knows neither HTTP nor GraphQL: the API and the jobs share only the database. Jobs get a connection,
//! `now` and a period; only [`schedule`] and [`runner`] use a clock.

pub mod audit;
pub mod catch_up;
pub mod import;
pub mod links;
pub mod mail;
pub mod output;
pub mod register_mail;
pub mod report;
pub mod retention;
pub mod retry;
pub mod runner;
pub mod schedule;
pub mod snapshot;
