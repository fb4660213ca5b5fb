//! How a post on file changes.

use entity::period::{Day, Validity};

use super::super::super::record::Post;

/// A post on file as it will be.
#[derive(Clone, Copy, Debug)]
pub(in crate::import::check) struct PostUpdate {
    pub(in crate::import::check) post: Post,
    /// The file no longer names it.
    pub(in crate::import::check) gone: bool,
    /// Whether it ends because the assignment continues under other terms.
    pub(in crate::import::check) change: TermsChange,
    /// A row matches it.
    pub(super) matched: bool,
    /// It belongs to an assignment that the file names.
    pub(super) named: bool,
}

/// Whether an assignment continues under other terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::import::check) enum TermsChange {
    /// No change of terms.
    #[default]
    None,
    /// Only the line manager differs.
    LineManager,
    /// The unit, contract, family, band or WTE differs.
    Terms,
}

/// Whether a post is valid on `day` or later.
pub(super) fn is_open(validity: Validity, day: Day) -> bool {
    !validity.is_empty() && !validity.ended_by(day)
}

/// Ends a post that is not listed: its last day is the day before. A post that has not started by then never does.
pub(super) fn end_post(update: &mut PostUpdate, as_at: Day) {
    let from = update.post.validity.from;
    update.post.validity.to = Some(from.map_or(as_at, |from| from.max(as_at)));
    update.gone = true;
}
