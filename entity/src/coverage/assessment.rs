//! Assesses a team or cover group on one day by itself (COVERAGE.md section 5): its people, its active supporters and its plain
//! status. [`team`](super::team) adds what depends on other days and on the age of the data.

use std::collections::BTreeSet;

use super::colleagues::{Colleagues, CoverScope};
use super::governing::{Governing, WhatIf, governing};
use super::index::Index;
use super::mix::{MixResult, Verdict};
use super::mix_check;
use super::policy::PolicyTerms;
use super::roster::{PersonIx, UnitIx};
use super::standing::{Standing, assess_allocation};
use crate::interner::Symbol;
use crate::period::Day;
use crate::value::Status;

/// The assessment of one scope on one day, without looking ahead.
pub(crate) struct Assessment<'a> {
    /// Units with counting posts that day.
    pub(crate) members: Vec<UnitIx>,
    /// Employers in the counting posts of the team, and in those of its active supporters in any unit.
    pub(crate) employers: BTreeSet<Option<Symbol>>,
    pub(crate) people: Vec<PersonIx>,
    pub(crate) wte: i64,
    pub(crate) supporters: u32,
    pub(crate) share: u32,
    pub(crate) required: Option<u32>,
    pub(crate) gap: Option<u32>,
    pub(crate) status: Status,
    pub(crate) governing: Option<Governing<'a>>,
    pub(crate) mix: Vec<MixResult>,
    pub(crate) standings: Vec<Standing>,
}

/// Assesses the plain status of a scope on a day, with the figures behind it. A scope without counting posts has no
/// members.
pub(crate) fn assess<'a>(index: &'a Index, scope: CoverScope, day: Day, what_if: Option<&WhatIf>) -> Assessment<'a> {
    let colleagues = Colleagues::find(index, scope, day);
    let Colleagues { members, posts, people, .. } = &colleagues;
    let governing = policy_of(index, scope, members, day, what_if);
    let defaults = PolicyTerms::default();
    // Without staff nothing is required, and standing is judged by the defaults (COVERAGE.md section 5).
    let policy = governing.as_ref().map(|found| found.policy.as_ref()).filter(|_| !people.is_empty());
    let allocated = if members.is_empty() { scope.units(index) } else { members };
    let standings: Vec<_> = allocated
        .iter()
        .flat_map(|unit| index.allocations_to(*unit))
        .map(|place| assess_allocation(index, *place, day, policy.unwrap_or(&defaults), &colleagues))
        .collect();

    let active = active_shares(index, &standings, day);
    let share = active.iter().map(|(_, share)| share).sum();
    let supporters = len(&active.iter().filter(|(_, share)| *share >= 500).collect::<Vec<_>>());
    let active: Vec<_> = active.into_iter().map(|(person, _)| person).collect();
    let supporting = active.iter().flat_map(|person| index.counting_posts_of(*person, day));
    let employers = posts.iter().copied().chain(supporting).map(|post| post.employer).collect();
    let mix: Vec<_> = policy
        .map(|policy| policy.mix.iter().map(|rule| mix_check::evaluate(index, rule, &active, people, day)).collect())
        .unwrap_or_default();
    let headcount = len(people);
    let required = policy.map(|policy| policy.min_supporters.max(headcount.div_ceil(policy.staff_per_supporter)));
    let gap = policy.map(|policy| gap(policy, headcount, supporters, share));
    let exempt = |unit: &UnitIx| index.exemptions_of(*unit).iter().any(|exemption| exemption.validity.holds_on(day));
    let status = if people.is_empty() {
        Status::NotApplicable
    } else if members.iter().all(exempt) {
        Status::Exempt
    } else {
        match gap {
            None => Status::Unknown,
            Some(_) if share == 0 => Status::None,
            Some(1..) => Status::Partial,
            Some(0) if mix.iter().any(|outcome| outcome.rule.must && outcome.verdict == Verdict::Unmet) => {
                Status::MixGap
            }
            Some(0) => Status::Covered,
        }
    };
    Assessment {
        wte: posts.iter().map(|post| i64::from(post.wte)).sum(),
        employers,
        supporters,
        share,
        required,
        gap,
        status,
        governing,
        mix,
        standings,
        members: colleagues.members,
        people: colleagues.people,
    }
}

/// Returns `max(min_supporters - P, ceil((1000*H - A*n) / (1000*n)), 0)`, in whole supporters.
fn gap(policy: &PolicyTerms, headcount: u32, supporters: u32, share: u32) -> u32 {
    let per_supporter = u64::from(policy.staff_per_supporter);
    let people = policy.min_supporters.saturating_sub(supporters);
    let uncovered = (1000 * u64::from(headcount)).saturating_sub(u64::from(share) * per_supporter);
    people.max(u32::try_from(uncovered.div_ceil(1000 * per_supporter)).unwrap_or(u32::MAX))
}

/// Returns the terms by which the allocations to a unit are judged on a day: those of the policy of its team or cover
/// group, and the defaults without staff or without a policy.
pub(crate) fn judging_policy(index: &Index, unit: UnitIx, day: Day) -> PolicyTerms {
    let scope = CoverScope::on(index, unit, day);
    let Colleagues { members, .. } = Colleagues::find(index, scope, day);
    let found = policy_of(index, scope, &members, day, None).filter(|_| !members.is_empty());
    found.map_or_else(PolicyTerms::default, |found| found.policy.into_owned())
}

/// Returns the policy of a scope: for a group, that of its member nearest the root, ties by the lowest unit code.
fn policy_of<'a>(
    index: &'a Index,
    scope: CoverScope,
    members: &[UnitIx],
    day: Day,
    what_if: Option<&WhatIf>,
) -> Option<Governing<'a>> {
    let candidates = if members.is_empty() { scope.units(index) } else { members };
    let code = |unit: &UnitIx| &index.roster().units[unit.at()].code;
    let tree = index.tree(day);
    let nearest =
        candidates.iter().min_by(|a, b| tree.depth(**a).cmp(&tree.depth(**b)).then_with(|| code(a).cmp(code(b))))?;
    governing(index, *nearest, day, what_if)
}

/// Returns each active person once, with the sum of their active shares.
fn active_shares(index: &Index, standings: &[Standing], day: Day) -> Vec<(PersonIx, u32)> {
    let mut shares: Vec<_> = standings
        .iter()
        .filter(|standing| standing.reasons.is_active())
        .map(|standing| &index.roster().allocations[standing.allocation as usize])
        .map(|allocation| (allocation.person, allocation.share_on(day)))
        .collect();
    shares.sort_unstable();
    shares.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    shares
}

/// Returns the number of items.
pub(super) fn len<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
