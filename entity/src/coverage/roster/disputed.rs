//! Allocations from which a file differs so that the person would count for less: until a coordinator settles it, the more
//! cautious of file and register holds (docs/register.md, "Where a fact lives").

use super::Allocation;
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

impl Allocation {
    /// Returns the share on `day`, in thousandths: the lower one of file and register while they differ.
    #[must_use]
    pub fn share_on(&self, day: Day) -> u32 {
        let lower = self.disputed.filter(|disputed| disputed.since <= day).and_then(|disputed| disputed.lower_share);
        lower.map_or(self.share, |lower| lower.min(self.share))
    }

    /// Returns the days of the allocation in the register, whatever a file says.
    #[must_use]
    pub fn registered(&self) -> Validity {
        self.disputed.map_or(self.validity, |disputed| disputed.registered)
    }

    /// Whether it has not begun on `day`.
    #[must_use]
    pub fn begins_after(&self, day: Day) -> bool {
        let waits = self.disputed.and_then(|disputed| disputed.before_start);
        self.validity.begins_after(day) || waits.is_some_and(|days| days.holds_on(day))
    }
}
