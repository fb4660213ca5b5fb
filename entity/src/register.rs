//! The rules of the register: which nominations are in order, who may approve them, and what may become of a role.
//! REGISTER.md sections 2, 3 and 6 in code.
//!
//! Pure, like [`coverage`](crate::coverage), on whose facts it rests: nothing here reads a clock or a database, and every
//! day is an argument. Tables, transactions and who may see what are elsewhere.

pub mod action_link;
pub mod allocation;
pub mod approvers;
pub mod authority;
pub mod carry_over;
pub mod checklist;
pub mod delegation;
pub mod digest;
pub mod document;
pub mod due_renewal;
pub mod facts;
pub mod file_difference;
pub mod framework;
pub mod lapse;
pub mod nomination;
pub mod notice;
pub mod paper;
pub mod renewal;
pub mod shares;
pub mod sight;
pub mod silence;
pub mod terms;
pub mod undo;

mod posts;

#[cfg(test)]
mod tests;
