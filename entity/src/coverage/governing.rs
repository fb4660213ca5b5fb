//! Finds the policy that governs a team on a day (COVERAGE.md section 3), and applies a "what if" to it.

use std::borrow::Cow;

use super::index::Index;
use super::policy::{PolicyChange, PolicyTerms};
use super::roster::UnitIx;
use crate::period::Day;

/// The policy that governs a team on a day, and where it comes from.
#[derive(Clone, Debug)]
pub struct Governing<'a> {
    /// The nearest unit at or above the team that has a policy in force. `None` if only a "what if" gives one.
    pub unit: Option<UnitIx>,
    /// First day on which that policy is in force.
    pub from: Option<Day>,
    /// Its terms, including the changes of a "what if".
    pub policy: Cow<'a, PolicyTerms>,
}

/// A hypothetical policy, which is never stored: what if this were the policy of a unit and everything below it?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIf {
    /// The unit.
    pub unit: UnitIx,
    /// What would change. A team without a policy starts from the defaults.
    pub change: PolicyChange,
}

/// Returns the policy of `unit` on `day`: the latest one in force of the nearest unit at or above it that has one.
/// Policies replace each other, they do not merge.
#[must_use]
pub fn governing<'a>(index: &'a Index, unit: UnitIx, day: Day, what_if: Option<&WhatIf>) -> Option<Governing<'a>> {
    let tree = index.tree(day);
    let filed = tree.ancestors(unit).find_map(|above| {
        // The list is sorted by day, so the last one in force is the latest.
        let in_force = index.policies_of(above).iter().rev().find(|filed| filed.from <= day)?;
        Some(Governing { unit: Some(above), from: Some(in_force.from), policy: Cow::Borrowed(&in_force.policy) })
    });
    match what_if.filter(|asked| tree.is_at_or_below(unit, asked.unit)) {
        None => filed,
        Some(asked) => {
            let (unit, from, base) = filed.map_or((None, None, Cow::Owned(PolicyTerms::default())), |found| {
                (found.unit, found.from, found.policy)
            });
            Some(Governing { unit, from, policy: Cow::Owned(asked.change.applied_to(&base)) })
        }
    }
}
