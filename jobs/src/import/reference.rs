//! How rows and records refer to units, people and courses: by key, as the files do, or by position in the dataset.

use std::fmt::Debug;

use entity::interner::Symbol;

/// Identifies a person: employer and employee number.
pub(super) type PersonKey = (Symbol, Symbol);

macro_rules! places {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(super) struct $name(u32);

        impl $name {
            pub(super) fn new(at: usize) -> Self {
                Self(u32::try_from(at).expect("memory ends long before four thousand million rows"))
            }

            pub(super) fn at(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

places! {
    /// A position in the units of the dataset.
    UnitIx,
    /// A position in the people of the dataset.
    PersonIx,
    /// A position in the courses of the dataset.
    CourseIx,
}

/// How records refer to units and people.
pub(super) trait References: Copy + Debug + Eq {
    /// Refers to a unit.
    type Unit: Copy + Debug + Eq;
    /// Refers to a person.
    type Person: Copy + Debug + Eq;
}

/// References as the files write them: the code of a unit, the key of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {}

impl References for Written {
    type Person = PersonKey;
    type Unit = Symbol;
}

/// References that were found: positions in the dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolved {}

impl References for Resolved {
    type Person = PersonIx;
    type Unit = UnitIx;
}
