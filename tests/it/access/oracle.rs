//! Who sees what, asked of the whole schema as everybody: what comes back is compared, leaf by leaf, with an oracle that knows
//! the rules a second time and shares nothing with `src/graphql/access.rs`.
//!
//! ```text
//! schema ──▶ question   queries that go along every field of every type, whatever leads there
//! world  ──▶ facts      the rows on file ──▶ sight   what one viewer may see, by those rows alone
//! rules                 one line a field and argument: who sees it. One without a line fails the test
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
mod told;
mod viewers;
mod walk;
mod what_if;
mod world;
