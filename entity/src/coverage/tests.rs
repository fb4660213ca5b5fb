//! Tests COVERAGE.md by examples and by properties. `board` builds small rosters that read like the page; `oracle`
//! computes the same results slowly, straight from the page's wording; `random` makes rosters that no one would write
//! by hand.

pub(crate) mod board;
pub(crate) mod random;

mod oracle;

mod agreement;
mod approval;
mod away;
mod certificate;
mod forecast;
mod group;
mod half_open;
mod layer;
mod mix;
mod office;
mod order;
mod outside_team;
mod policy;
mod property;
mod rollup;
mod rows_not_read;
mod sign_off;
mod signature;
mod stale;
mod standing;
mod team;
mod trainer;
mod tree;
mod update;
mod worked;
