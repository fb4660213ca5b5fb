//! Where rows and rules meet: a connection is borrowed, plain data goes in and out.

pub mod access;
pub mod audit;
mod connection;
pub mod report;
pub mod roster;
pub mod run;
pub mod snapshot;

pub use connection::{begin_write, connect, is_away, is_postgres};
