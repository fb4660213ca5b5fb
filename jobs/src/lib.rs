//! What psn does by itself: it imports files, stores snapshots, builds reports and mails them,
//! and removes what is held beyond its period.
//!
//! No HTTP and no GraphQL here; the API and the jobs meet in the database. Jobs are handed a connection, `now` and a period;
//! only [`schedule`] and [`runner`] hold a clock.

pub mod audit;
pub mod import;
pub mod links;
pub mod mail;
pub mod one_line;
pub mod owed;
pub mod private;
pub mod report;
pub mod retention;
pub mod retry;
pub mod runner;
pub mod safe_csv;
pub mod schedule;
pub mod snapshot;
