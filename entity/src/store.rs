//! Queries and writes: each function borrows a connection, takes plain data and returns plain data.
//!
//! A function that returns [`DbErr`](sea_orm::DbErr) returns the database's own error unless its documentation says more.

pub mod access;
pub mod audit;
mod connection;
pub mod delivery;
pub mod demonstration;
pub mod disclosure;
pub mod erasure;
pub mod facts;
mod fault;
pub mod links;
pub mod newest;
pub mod policy;
pub mod published;
pub mod register;
pub mod report;
pub mod report_preference;
pub mod retention;
pub mod roster;
pub mod run;
pub mod snapshot;
pub mod staff_list;
pub mod stored_row;
pub mod subject;
pub mod tree;

pub use connection::{
    DatabaseOptions, TransportSecurity, begin_write, connect, connect_with, is_postgres, prove_writing,
    transport_security,
};
pub use fault::{is_busy, is_lock_timeout, is_timeout, is_unavailable, malformed_column, retry_read};
pub use newest::Newest;
