//! Where rows and rules meet: a connection is borrowed, plain data goes in and out.

pub mod access;
pub mod audit;
mod connection;
pub mod disclosure;
pub mod erasure;
pub mod facts;
pub mod links;
pub mod policy;
pub mod report;
pub mod retention;
pub mod roster;
pub mod run;
pub mod snapshot;
pub mod staff_list;
pub mod subject;
pub mod tree;

pub use connection::{Opening, Way, begin_write, connect, is_away, is_overdue, is_postgres, open, way};
