//! Output that is safe to hand out: text on one line, CSV without formulas, and files that only their owner can read.

pub mod one_line;
pub mod owner_only;
pub mod safe_csv;
