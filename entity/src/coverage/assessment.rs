//! Assesses a team or cover group on one day by itself (COVERAGE.md section 5): its people, its active supporters and its plain
//! status. [`team`](super::team) adds what depends on other days and on the age of the data.

use std::collections::BTreeSet;

use super::governing::{Governing, WhatIf, governing};
use super::index::Index;
use super::mix::{MixResult, Verdict};
use super::mix_check;
use super::policy::PolicyTerms;
use super::roster::{PersonIx, Post, UnitIx};
use super::standing::{Colleagues, Standing, assess_allocation};
use crate::interner::Symbol;
use crate::period::Day;
use crate::value::Status;

/// What is assessed as one team: a unit by itself, or all units of a cover group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum CoverScope {
    /// A unit.
    Unit(UnitIx),
    /// A cover group.
    Group(Symbol),
}

impl CoverScope {
    /// Returns the scope in which a unit is assessed if it has counting posts.
    pub(super) fn for_unit(index: &Index, unit: UnitIx) -> Self {
        index.roster().units[unit.at()].cover_group.map_or(Self::Unit(unit), Self::Group)
    }

    /// Returns every scope.
    pub(super) fn all(index: &Index) -> Vec<Self> {
        let units = (0u32..).map(UnitIx).take(index.roster().units.len());
        units
            .filter_map(|unit| match Self::for_unit(index, unit) {
                Self::Group(group) => (index.group(group).first() == Some(&unit)).then_some(Self::Group(group)),
                Self::Unit(unit) => Some(Self::Unit(unit)),
            })
            .collect()
    }

    /// Returns every unit that can be part of it, with counting posts or not.
    pub(super) fn units<'a>(&'a self, index: &'a Index) -> &'a [UnitIx] {
        match self {
            Self::Unit(unit) => std::slice::from_ref(unit),
            Self::Group(group) => index.group(*group),
        }
    }
}

/// The assessment of one scope on one day, without looking ahead.
pub(super) struct Assessment<'a> {
    /// Units with counting posts that day.
    pub(super) members: Vec<UnitIx>,
    /// Employers in the counting posts of the team, and in those of its active supporters in any unit.
    pub(super) employers: BTreeSet<Option<Symbol>>,
    pub(super) people: Vec<PersonIx>,
    pub(super) wte: i64,
    pub(super) supporters: u32,
    pub(super) share: u32,
    pub(super) required: Option<u32>,
    pub(super) gap: Option<u32>,
    pub(super) status: Status,
    pub(super) governing: Option<Governing<'a>>,
    pub(super) mix: Vec<MixResult>,
    pub(super) standings: Vec<Standing>,
}

/// Assesses the plain status of a scope on a day, with the figures behind it. A scope without counting posts has no
/// members.
pub(super) fn assess<'a>(index: &'a Index, scope: CoverScope, day: Day, what_if: Option<&WhatIf>) -> Assessment<'a> {
    let mut members = Vec::new();
    let mut posts: Vec<&Post> = Vec::new();
    for unit in scope.units(index) {
        let before = posts.len();
        posts.extend(index.counting_posts_in(*unit, day));
        if posts.len() > before {
            members.push(*unit);
        }
    }
    let mut people: Vec<_> = posts.iter().map(|post| post.person).collect();
    people.sort_unstable();
    people.dedup();
    let mut managed: Vec<_> =
        posts.iter().filter_map(|post| post.line_manager.map(|manager| (manager, post.person))).collect();
    managed.sort_unstable();
    managed.dedup();

    let governing = policy_of(index, scope, &members, day, what_if);
    let defaults = PolicyTerms::default();
    // Without staff nothing is required, and standing is judged by the defaults (COVERAGE.md section 5).
    let policy = governing.as_ref().map(|found| found.policy.as_ref()).filter(|_| !people.is_empty());
    let colleagues = Colleagues { people: &people, managed: &managed };
    let allocated = if members.is_empty() { scope.units(index) } else { &members };
    let standings: Vec<_> = allocated
        .iter()
        .flat_map(|unit| index.allocations_to(*unit))
        .map(|place| assess_allocation(index, *place, day, policy.unwrap_or(&defaults), &colleagues))
        .collect();

    let active = active_shares(index, &standings);
    let share = active.iter().map(|(_, share)| share).sum();
    let supporters = len(&active.iter().filter(|(_, share)| *share >= 500).collect::<Vec<_>>());
    let active: Vec<_> = active.into_iter().map(|(person, _)| person).collect();
    let supporting = active.iter().flat_map(|person| index.counting_posts_of(*person, day));
    let employers = posts.iter().copied().chain(supporting).map(|post| post.employer).collect();
    let mix: Vec<_> = policy
        .map(|policy| policy.mix.iter().map(|rule| mix_check::evaluate(index, rule, &active, &people, day)).collect())
        .unwrap_or_default();
    let headcount = len(&people);
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
        members,
        employers,
        people,
        supporters,
        share,
        required,
        gap,
        status,
        governing,
        mix,
        standings,
    }
}

/// Returns `max(min_supporters - P, ceil((1000*H - A*n) / (1000*n)), 0)`, in whole supporters.
fn gap(policy: &PolicyTerms, headcount: u32, supporters: u32, share: u32) -> u32 {
    let per_supporter = u64::from(policy.staff_per_supporter);
    let people = policy.min_supporters.saturating_sub(supporters);
    let uncovered = (1000 * u64::from(headcount)).saturating_sub(u64::from(share) * per_supporter);
    people.max(u32::try_from(uncovered.div_ceil(1000 * per_supporter)).unwrap_or(u32::MAX))
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
fn active_shares(index: &Index, standings: &[Standing]) -> Vec<(PersonIx, u32)> {
    let mut shares: Vec<_> = standings
        .iter()
        .filter(|standing| standing.reasons.is_active())
        .map(|standing| &index.roster().allocations[standing.allocation as usize])
        .map(|allocation| (allocation.person, allocation.share))
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
