//! What a nominee would do for the mix rules of the team's policy (COVERAGE.md section 6).

use std::collections::BTreeSet;

use super::Nominee;
use crate::coverage::Index;
use crate::coverage::assessment::assess;
use crate::coverage::colleagues::CoverScope;
use crate::coverage::mix::{Rule, Verdict};
use crate::coverage::mix_check::evaluate;
use crate::coverage::roster::PersonIx;

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

/// Returns what the nominee would do for each mix rule of the policy that governs the team on the nominee's day, in the
/// policy's order. Empty for a team without staff or without a policy.
#[must_use]
pub fn mix_rules_met(index: &Index, nominee: &Nominee) -> Vec<NomineeMix> {
    let day = nominee.day;
    let team = assess(index, CoverScope::on(index, nominee.unit, day), day, None);
    let active = team.standings.iter().filter(|standing| standing.reasons.is_active());
    // The nominee may be active already, if the nomination raises an allocation.
    let others: BTreeSet<PersonIx> = active
        .map(|standing| index.roster().allocations[standing.allocation as usize].person)
        .filter(|person| *person != nominee.person)
        .collect();
    let others: Vec<_> = others.into_iter().collect();
    let together: Vec<_> = others.iter().copied().chain([nominee.person]).collect();
    let judge = |rule: &Rule| {
        let before = evaluate(index, rule, &others, &team.people, day);
        let after = evaluate(index, rule, &together, &team.people, day);
        NomineeMix { rule: rule.clone(), adds: after.found > before.found, verdict: after.verdict }
    };
    team.mix.iter().map(|outcome| judge(&outcome.rule)).collect()
}
