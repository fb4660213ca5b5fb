//! The checklist of a nomination: what must, and what should be so before a person takes a role (REGISTER.md section 2).

use super::terms::RegisterTerms;
use crate::coverage::Index;
use crate::coverage::mix::{Rule, Verdict};
use crate::coverage::roster::{Allocation, PersonIx, UnitIx};
use crate::period::Day;
use crate::value::Role;
use crate::value::register::{ChecklistCode, ChecklistResult};

/// A person who is nominated, or might be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nominee {
    /// The person.
    pub person: PersonIx,
    /// The role.
    pub role: Role,
    /// The unit that the role would be for.
    pub unit: UnitIx,
    /// Share of the person in thousandths. It matters for Peer Supporters only.
    pub share: u32,
    /// Whether the person would cover the team from outside. It does not matter for Champions, who only count in a team of
    /// their own.
    pub outside_team: bool,
    /// The day for which the checklist is answered. Shares and allocations are looked at from that day on.
    pub day: Day,
}

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

/// A hard item that is not met on some day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HardFailure {
    /// The first day on which it is not met.
    pub on: Day,
    /// The item, as of that day.
    pub item: ChecklistItem,
}

/// What a nominee would do for a mix rule of the team's policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NomineeMix {
    /// The rule.
    pub rule: Rule,
    /// Whether the nominee has a value that the rule counts: one that it names, or one that no active supporter has.
    pub adds: bool,
    /// The result of the rule for the team's active supporters and the nominee together.
    pub verdict: Verdict,
}

/// Returns the checklist of a nominee on the nominee's day, in the order of [`ChecklistCode::ALL`].
#[must_use]
pub fn checklist(index: &Index, nominee: &Nominee, terms: &RegisterTerms) -> Vec<ChecklistItem> {
    let _ = (index, nominee, terms);
    Vec::new()
}

/// Returns each hard item that is not met on some day from the nominee's day on, with the first such day.
#[must_use]
pub fn hard_failures(index: &Index, nominee: &Nominee, terms: &RegisterTerms) -> Vec<HardFailure> {
    let _ = (index, nominee, terms);
    Vec::new()
}

/// Returns the nominee's present allocation to the unit that the nomination would raise: its share is smaller, or it has
/// no agreed cover from outside the team. `None` for other roles.
#[must_use]
pub fn replaced<'a>(index: &'a Index, nominee: &Nominee) -> Option<&'a Allocation> {
    let _ = (index, nominee);
    None
}

/// Returns what the nominee would do for each mix rule of the policy that governs the team, in the policy's order.
#[must_use]
pub fn mix_rules_met(index: &Index, nominee: &Nominee) -> Vec<NomineeMix> {
    let _ = (index, nominee);
    Vec::new()
}
