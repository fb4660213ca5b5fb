//! What psn knows: the tables, and the rules about them.
//!
//! Here belong typed ids, parsed values, days and validities, the pure coverage rules, one SeaORM model
//! a table, and the stores where rows and rules meet. Here belongs no I/O but a borrowed database connection: no clock
//! is read (see [`clock`] for the one that edges hold), no file is opened, nothing is sent.

pub mod actor;
pub mod clock;
pub mod coverage;
pub mod data_age;
pub mod excerpt;
pub mod id;
pub mod interner;
pub mod period;
pub mod pseudonym;
pub mod secret;
pub mod spelling;
pub mod store;
pub mod table;
pub mod value;
