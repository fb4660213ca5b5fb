//! What a rejected row was about, so that its record is not ended.

use entity::interner::Symbol;

use super::reference::PersonKey;

/// The subject of a rejected row, as far as it could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProtectedRow {
    Unit(Symbol),
    /// A post, as far as it could be read.
    Post {
        employer: Option<Symbol>,
        person: Option<PersonKey>,
        /// If there is none, all posts of the person are protected.
        assignment: Option<Symbol>,
        unit: Option<Symbol>,
    },
}
