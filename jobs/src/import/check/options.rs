//! Options of the check.

use entity::period::Day;

use super::super::limits::Allowances;

/// The day of the files, and what the import may exceed.
#[derive(Clone, Copy)]
pub(in crate::import) struct CheckOptions {
    /// The day that the files describe.
    pub(in crate::import) as_at: Day,
    /// The board's day of the import.
    pub(in crate::import) today: Day,
    /// Which limits the import may exceed.
    pub(in crate::import) allow: Allowances,
    /// Whether roles that are kept in the register go back to supporters.csv.
    pub(in crate::import) take_over: bool,
}
