//! The register: what the network itself decides, each step by the person who may take it (docs/register.md).
//!
//! Every command is one [`Transaction`]: it locks the facts, the rules of [`crate::register`] decide, and the facts and
//! one change record are written together.

pub mod carry_over;
pub mod change;
pub mod completion;
pub mod delegation;
pub mod directory_entry;
pub mod document;
pub mod file_difference;
pub mod framework;
pub mod history;
pub mod kept;
pub mod kept_fact;
pub mod key;
pub mod link;
pub mod mailing;
pub mod nomination;
pub mod paper;
pub mod role;
pub mod text;
pub mod transaction;
pub mod undo;

pub use change::NewChange;
pub use transaction::{LockError, Transaction};
