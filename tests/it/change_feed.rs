//! A change of the facts is recorded with what it touched, and every process answers with it.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

mod recorded;
