//! Who sees what: the whole schema is queried as every viewer, and the answers are compared, leaf by leaf, with an oracle that
//! implements the rules a second time and shares nothing with `src/graphql/access.rs`.
//!
//! ```text
//! schema ──▶ question   queries along every field of every type, by every path
//! world  ──▶ facts      the rows on file ──▶ sight   what one viewer may see, by those rows alone
//! rules                 one line per field and argument: who sees it. A missing line fails the test
//! an ADMIN's answer ──▶ expected   masked by rules and sight ──▶ must be what the viewer got
//! ```

mod absent;
mod added;
mod arguments;
mod asking;
mod cursors;
mod directory;
mod expected;
mod facts;
mod inference;
mod lists;
mod mutations;
mod past;
mod question;
mod rights;
mod risk;
mod rules;
mod schema;
mod sight;
mod viewers;
mod visible_values;
mod walk;
mod what_if;
mod world;
