//! The rules of the register: which nominations are in order, and who may approve them. REGISTER.md sections 2 and 3 in
//! code.
//!
//! Pure, like [`coverage`](crate::coverage), on whose facts it rests: nothing here reads a clock or a database, and every
//! day is an argument. Tables, transactions and who may see what are elsewhere.

pub mod approvers;
pub mod authority;
pub mod checklist;
pub mod facts;
pub mod nomination;
pub mod shares;
pub mod sight;
pub mod terms;

mod posts;

#[cfg(test)]
mod tests;
