//! What a team is asked for (COVERAGE.md section 3). The defaults are this project's, not a health board's: no ratio,
//! refresher interval or supervision frequency is published. They are data, written into a policy when it is filed.

use std::borrow::Cow;

use super::index::Index;
use super::mix::Rule;
use super::roster::UnitIx;
use crate::period::Day;

/// What a policy says. `Policy::default()` is the defaults of COVERAGE.md section 3 (local policy).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// One Peer Supporter for this many staff, or part thereof; at least 1.
    pub staff_per_supporter: u32,
    /// People a team needs whatever its size.
    pub min_supporters: u32,
    /// Months that a Level 2 pass or refresher lasts.
    pub certificate_months: u32,
    /// Months that a manager's approval lasts.
    pub approval_months: u32,
    /// Days; a longer unavailability takes a supporter out of the count.
    pub away_days: u32,
    /// Percent of staff with Level 1, 0 to 100.
    pub level1_target: u32,
    /// Wellbeing Champions a team needs.
    pub min_champions: u32,
    /// One Trainer for this many active supporters, or part thereof; at least 1.
    pub supporters_per_trainer: u32,
    /// Days that AT_RISK looks ahead.
    pub horizon_days: u32,
    /// Mix rules, MUST before SHOULD.
    pub mix: Vec<Rule>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            staff_per_supporter: 25,
            min_supporters: 1,
            certificate_months: 36,
            approval_months: 24,
            away_days: 28,
            level1_target: 90,
            min_champions: 1,
            supporters_per_trainer: 20,
            horizon_days: 60,
            mix: Vec::new(),
        }
    }
}

/// The policy that governs a team on a day, and where it comes from.
#[derive(Clone, Debug)]
pub struct Governing<'a> {
    /// The nearest unit at or above the team that has a policy in force; absent where only a "what if" gives one.
    pub unit: Option<UnitIx>,
    /// From when that policy is in force.
    pub from: Option<Day>,
    /// What it says, changed where a "what if" changes it.
    pub policy: Cow<'a, Policy>,
}

/// Another policy to try: what it names replaces what the governing policy says, the rest stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyChange {
    /// As in [`Policy`]; at least 1.
    pub staff_per_supporter: Option<u32>,
    /// As in [`Policy`].
    pub min_supporters: Option<u32>,
    /// As in [`Policy`].
    pub certificate_months: Option<u32>,
    /// As in [`Policy`].
    pub approval_months: Option<u32>,
    /// As in [`Policy`].
    pub away_days: Option<u32>,
    /// As in [`Policy`].
    pub level1_target: Option<u32>,
    /// As in [`Policy`].
    pub min_champions: Option<u32>,
    /// As in [`Policy`]; at least 1.
    pub supporters_per_trainer: Option<u32>,
    /// As in [`Policy`].
    pub horizon_days: Option<u32>,
    /// As in [`Policy`].
    pub mix: Option<Vec<Rule>>,
}

/// A question that is asked and not stored: what if this were the policy of a unit and everything below it?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIf {
    /// The unit.
    pub unit: UnitIx,
    /// What would be different; a team without any policy is given the defaults first.
    pub change: PolicyChange,
}

impl PolicyChange {
    /// Whether it says who counts as a Peer Supporter, and not only how many are asked for: then what it makes of a team tells
    /// of the people there.
    #[must_use]
    pub const fn measures_supporters(&self) -> bool {
        let Self {
            staff_per_supporter: _,
            min_supporters: _,
            certificate_months,
            approval_months,
            away_days,
            level1_target: _,
            min_champions: _,
            supporters_per_trainer: _,
            // How things stand on a later day can be asked of that day.
            horizon_days: _,
            mix,
        } = self;
        certificate_months.is_some() || approval_months.is_some() || away_days.is_some() || mix.is_some()
    }

    fn applied_to(&self, policy: &Policy) -> Policy {
        let Self {
            staff_per_supporter,
            min_supporters,
            certificate_months,
            approval_months,
            away_days,
            level1_target,
            min_champions,
            supporters_per_trainer,
            horizon_days,
            mix,
        } = self;
        Policy {
            // Neither can be nought: one supporter for each person is the most that can be asked for.
            staff_per_supporter: staff_per_supporter.unwrap_or(policy.staff_per_supporter).max(1),
            min_supporters: min_supporters.unwrap_or(policy.min_supporters),
            certificate_months: certificate_months.unwrap_or(policy.certificate_months),
            approval_months: approval_months.unwrap_or(policy.approval_months),
            away_days: away_days.unwrap_or(policy.away_days),
            level1_target: level1_target.unwrap_or(policy.level1_target),
            min_champions: min_champions.unwrap_or(policy.min_champions),
            supporters_per_trainer: supporters_per_trainer.unwrap_or(policy.supporters_per_trainer).max(1),
            horizon_days: horizon_days.unwrap_or(policy.horizon_days),
            mix: mix.clone().unwrap_or_else(|| policy.mix.clone()),
        }
    }
}

/// The policy of `unit` on `day`: of the nearest unit at or above it that has any policy in force, the latest. Policies
/// replace each other, they do not merge.
#[must_use]
pub fn governing<'a>(index: &'a Index, unit: UnitIx, day: Day, what_if: Option<&WhatIf>) -> Option<Governing<'a>> {
    let filed = index.upwards(unit).find_map(|above| {
        // The list is by day, so the last in force is the latest.
        let in_force = index.policies_of(above).iter().rev().find(|filed| filed.from <= day)?;
        Some(Governing { unit: Some(above), from: Some(in_force.from), policy: Cow::Borrowed(&in_force.policy) })
    });
    match what_if.filter(|asked| index.is_at_or_below(unit, asked.unit)) {
        None => filed,
        Some(asked) => {
            let (unit, from, base) = filed
                .map_or((None, None, Cow::Owned(Policy::default())), |found| (found.unit, found.from, found.policy));
            Some(Governing { unit, from, policy: Cow::Owned(asked.change.applied_to(&base)) })
        }
    }
}
