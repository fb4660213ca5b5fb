//! An item of the checklist.

use crate::value::register::{ChecklistCode, ChecklistResult};

/// An item of the checklist with its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecklistItem {
    /// Which item.
    pub code: ChecklistCode,
    /// Its result.
    pub result: ChecklistResult,
    /// Whether a nomination for which it is not met is refused. Otherwise the approver acknowledges it.
    pub hard: bool,
    /// The result in words, about "the nominee".
    pub sentence: String,
}

impl ChecklistItem {
    /// Whether a nomination is refused because of this item.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.hard && self.result == ChecklistResult::NotMet
    }
}

/// Returns an item that refuses a nomination if it is not met.
pub(super) fn hard(code: ChecklistCode, is_met: bool, sentence: String) -> ChecklistItem {
    ChecklistItem { code, result: known(is_met), hard: true, sentence }
}

/// Returns an item that an approver acknowledges if it is not met.
pub(super) fn soft(code: ChecklistCode, is_met: bool, sentence: String) -> ChecklistItem {
    ChecklistItem { code, result: known(is_met), hard: false, sentence }
}

/// Returns the result of an item that the facts decide.
pub(super) const fn known(is_met: bool) -> ChecklistResult {
    if is_met { ChecklistResult::Met } else { ChecklistResult::NotMet }
}
