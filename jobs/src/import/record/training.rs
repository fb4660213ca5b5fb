//! Courses and passes.

use entity::interner::Symbol;
use entity::period::Day;
use entity::value::Level;

use super::super::reference::{CourseIx, PersonIx};

/// A course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Course {
    pub(in crate::import) code: Symbol,
    /// The code without spaces, in lower case.
    pub(in crate::import) key: Symbol,
    pub(in crate::import) title: Option<Symbol>,
    pub(in crate::import) level: Level,
    pub(in crate::import) platform: Option<Symbol>,
    pub(in crate::import) employer_kind: Option<Symbol>,
}

/// What identifies a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::import) struct CompletionKey {
    pub(in crate::import) person: PersonIx,
    pub(in crate::import) course: CourseIx,
    pub(in crate::import) completed_on: Day,
}

/// A pass, with the first day on which it is no longer valid if its record gives one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Completion {
    pub(in crate::import) key: CompletionKey,
    pub(in crate::import) valid_to: Option<Day>,
}
