//! Allocations from which a file differs so that the person would count for less: until a coordinator settles it, the more
//! cautious of file and register holds (docs/register.md, "Where a fact lives").

use crate::period::{Day, Validity};

/// What a file and the register say about an allocation, while they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disputed {
    /// The first day on which the file is followed.
    pub since: Day,
    /// The days of the allocation in the register.
    pub registered: Validity,
    /// The share from `since` on, in thousandths. `None` if the file has no lower one.
    pub lower_share: Option<u32>,
    /// Days from `since` on before the allocation begins by the file. `None` if there are none.
    pub before_start: Option<Validity>,
}
