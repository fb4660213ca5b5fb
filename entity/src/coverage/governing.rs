//! Finds the policy that governs a team on a day (COVERAGE.md section 3), and applies a "what if" to it.

use std::borrow::Cow;

use super::index::Index;
use super::policy::{PolicyChange, PolicyTerms};
use super::roster::UnitIx;
use crate::period::Day;
use crate::register::terms::RegisterTerms;

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
    /// First day in force, if the change is a whole policy that would be filed for the unit: nearer policies and later ones
    /// of the unit then still replace it. `None` to change every policy that governs at or below the unit.
    pub filed_from: Option<Day>,
}

impl WhatIf {
    /// Returns a change of every policy that governs at or below the unit.
    #[must_use]
    pub const fn changing(unit: UnitIx, change: PolicyChange) -> Self {
        Self { unit, change, filed_from: None }
    }

    /// Returns a policy that would be filed for the unit.
    #[must_use]
    pub fn filing(unit: UnitIx, from: Day, terms: &PolicyTerms) -> Self {
        Self { unit, change: PolicyChange::to(terms), filed_from: Some(from) }
    }
}

impl Index {
    /// Returns the numbers of the register that hold for `unit` on `day`: those of the policy that governs it. The defaults
    /// if there is none, or if it sets none.
    #[must_use]
    pub fn register_terms(&self, unit: UnitIx, day: Day) -> RegisterTerms {
        let found = governing(self, unit, day, None).and_then(|found| found.unit.zip(found.from));
        let terms = found.and_then(|(unit, from)| self.terms_filed_with(unit, from));
        terms.cloned().unwrap_or_default()
    }
}

/// Returns the policy of `unit` on `day`: the latest one in force of the nearest unit at or above it that has one.
/// Policies replace each other, they do not merge.
#[must_use]
pub fn governing<'a>(index: &'a Index, unit: UnitIx, day: Day, what_if: Option<&WhatIf>) -> Option<Governing<'a>> {
    let tree = index.tree(day);
    let would_be_filed =
        what_if.and_then(|asked| asked.filed_from.filter(|from| *from <= day).map(|from| (asked, from)));
    let filed = tree.ancestors(unit).find_map(|above| {
        // The list is sorted by day, so the last one in force is the latest.
        let in_force = index.policies_of(above).iter().rev().find(|filed| filed.from <= day);
        let is_latest = |from: Day| in_force.is_none_or(|filed| filed.from <= from);
        if let Some((asked, from)) = would_be_filed.filter(|(asked, from)| asked.unit == above && is_latest(*from)) {
            let policy = Cow::Owned(asked.change.applied_to(&PolicyTerms::default()));
            return Some(Governing { unit: Some(above), from: Some(from), policy });
        }
        let in_force = in_force?;
        Some(Governing { unit: Some(above), from: Some(in_force.from), policy: Cow::Borrowed(&in_force.policy) })
    });
    match what_if.filter(|asked| asked.filed_from.is_none() && tree.is_at_or_below(unit, asked.unit)) {
        None => filed,
        Some(asked) => {
            let (unit, from, base) = filed.map_or((None, None, Cow::Owned(PolicyTerms::default())), |found| {
                (found.unit, found.from, found.policy)
            });
            Some(Governing { unit, from, policy: Cow::Owned(asked.change.applied_to(&base)) })
        }
    }
}
