//! Commands of the register (docs/register.md): each is one mutation, one transaction and one change record.
//!
//! ```text
//! begin ──▶ turn, lock, newest facts, today, scope ──▶ the rules of entity::register decide ──▶ write ──▶ finish
//!   └─ repeated key: the objects that the first one changed          └─ refusals: nothing is stored
//! ```

pub(crate) mod command;
pub(crate) mod refusal;

pub(crate) use self::command::{Begun, RegisterCommand};
pub(crate) use self::refusal::{CommandRefusal, RefusalCode};
