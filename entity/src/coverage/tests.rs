//! COVERAGE.md, held by examples and by properties. `board` builds small rosters that read like the page; `oracle` answers
//! the same questions slowly, straight from the page's words; `random` makes rosters that nobody would think of.

mod board;
mod oracle;
mod random;

mod agreement;
mod away;
mod forecast;
mod group;
mod half_open;
mod layer;
mod mix;
mod policy;
mod property;
mod rollup;
mod standing;
mod team;
mod worked;
