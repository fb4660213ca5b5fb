//! What is wrong with one cell.

use std::borrow::Cow;

/// A fault of one cell, in terms of psn's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) column: &'static str,
    pub(super) value: String,
    pub(super) sentence: Cow<'static, str>,
}
