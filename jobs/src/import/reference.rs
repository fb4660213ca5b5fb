//! How rows and records refer to units, people and courses: by key, as the files do, or by position in the dataset.

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
