//! The data of psn: its tables, and the rules about them.
//!
//! This crate holds typed ids, parsed values, days and validities, the pure coverage rules, one SeaORM model per table,
//! and the stores, where rows and rules meet. It does no I/O except on a borrowed database connection: it reads no
//! clock (see [`clock`] for the one that entry points hold), opens no file and sends nothing.

pub mod actor;
pub mod clock;
pub mod coverage;
pub mod data_age;
pub mod excerpt;
pub mod id;
pub mod interner;
pub mod json_column;
pub mod period;
pub mod pseudonym;
pub mod register;
pub mod secret;
pub mod spelling;
pub mod store;
pub mod table;
pub mod value;
