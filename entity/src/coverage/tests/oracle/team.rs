//! Sections 5 and 6: whether a team is covered.

use std::collections::{BTreeMap, BTreeSet};

use super::Oracle;
use crate::coverage::PolicyTerms;
use crate::coverage::mix::{Dimension, Rule, Wanted};
use crate::coverage::roster::{Allocation, PersonIx, UnitIx};
use crate::interner::Symbol;
use crate::period::Day;
use crate::spelling;
use crate::value::{Status, UnknownBecause};

/// A team by the wording of the page.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Team {
    pub(in super::super) members: BTreeSet<UnitIx>,
    pub(in super::super) headcount: usize,
    pub(in super::super) wte: i64,
    pub(in super::super) supporters: usize,
    pub(in super::super) share: u32,
    pub(in super::super) required: Option<u32>,
    pub(in super::super) gap: Option<u32>,
    /// The status before AT_RISK, and before missing data makes it UNKNOWN.
    pub(in super::super) plain: Status,
    pub(in super::super) status: Status,
    pub(in super::super) unknown_because: Option<UnknownBecause>,
    pub(in super::super) at_risk_from: Option<Day>,
    pub(in super::super) rows_not_read: u32,
    pub(in super::super) unproven: usize,
    pub(in super::super) oldest_list: Option<Day>,
    pub(in super::super) policy_unit: Option<(UnitIx, Day)>,
    pub(in super::super) champions: usize,
    pub(in super::super) level1_done: usize,
}

/// The tests of section 5 for this number of staff, with `more` further full-share supporters.
fn passes(policy: &PolicyTerms, staff: u64, supporters: u32, share: u32, more: u32) -> (bool, bool) {
    let capacity = (u64::from(share) + 1000 * u64::from(more)) * u64::from(policy.staff_per_supporter);
    (supporters + more >= policy.min_supporters, capacity >= 1000 * staff)
}

impl<'a> Oracle<'a> {
    /// The active people of some units with their shares added up.
    pub(in super::super) fn active(self, units: &BTreeSet<UnitIx>) -> BTreeMap<PersonIx, u32> {
        let mut shares = BTreeMap::new();
        for allocation in self.roster.allocations.iter().filter(|allocation| units.contains(&allocation.unit)) {
            if self.reasons(allocation).is_empty() {
                *shares.entry(allocation.person).or_default() += allocation.share;
            }
        }
        shares
    }

    fn values(self, rule: &Rule, people: &BTreeSet<PersonIx>) -> usize {
        let mut having = BTreeSet::new();
        let mut values: BTreeSet<Symbol> = BTreeSet::new();
        for post in self.roster.posts.iter().filter(|post| people.contains(&post.person) && self.counts(post)) {
            let value = match rule.dimension {
                Dimension::JobFamily => post.job_family,
                Dimension::Band => post.band,
                Dimension::Site => self.roster.units[post.unit.at()].site,
                Dimension::Employer => post.employer,
            };
            let Some(value) = value else { continue };
            values.insert(value);
            if matches!(&rule.wanted, Wanted::From(wanted)
                if spelling::value(wanted) == spelling::value(self.roster.words.get(value)))
            {
                having.insert(post.person);
            }
        }
        if rule.wanted == Wanted::Different { values.len() } else { having.len() }
    }

    /// Rejected rows that named a unit, in each employer's newest list as at or before this day.
    fn rows_not_read_of(self, unit: UnitIx) -> u32 {
        let lists = &self.roster.staff_lists;
        let employers: BTreeSet<_> = lists.iter().map(|list| list.employer).collect();
        let newest = employers.into_iter().filter_map(|employer| {
            let known = lists.iter().filter(|list| list.employer == employer && list.as_at <= self.day);
            known.max_by_key(|list| list.as_at)
        });
        let named = newest.flat_map(|list| &list.unread).filter(|(named, _)| *named == unit && self.is_open(unit));
        named.map(|(_, rows)| rows).sum()
    }

    /// r: for a group, that of every unit with its name, member or not.
    fn rows_not_read(self, unit: UnitIx) -> u32 {
        match self.group(unit) {
            None => self.rows_not_read_of(unit),
            Some(group) => self.in_group(group).map(|unit| self.rows_not_read_of(unit)).sum(),
        }
    }

    fn newest_list(self, employer: Option<Symbol>) -> Option<Day> {
        self.roster.staff_lists.iter().filter(|list| list.employer == employer).map(|list| list.as_at).max()
    }

    /// Whether the list of an employer is older today than the policy allows.
    fn is_stale(self, employer: Option<Symbol>, policy: &PolicyTerms) -> bool {
        let too_old = |today: Day| {
            self.newest_list(employer).is_none_or(|list| today.days_since(list) > i64::from(policy.stale_days))
        };
        self.today.is_some_and(|today| today <= self.day && too_old(today))
    }

    fn plain(
        self,
        members: &BTreeSet<UnitIx>,
        people: &BTreeSet<PersonIx>,
        policy: Option<&PolicyTerms>,
        active: &BTreeMap<PersonIx, u32>,
    ) -> Status {
        let is_exempt = |unit: &UnitIx| {
            self.roster.exemptions.iter().any(|exemption| exemption.unit == *unit && self.holds(exemption.validity))
        };
        if people.is_empty() {
            return Status::NotApplicable;
        }
        if members.iter().all(is_exempt) {
            return Status::Exempt;
        }
        let Some(policy) = policy else { return Status::Unknown };
        let share = active.values().sum();
        let staff = u64::try_from(people.len()).unwrap();
        let supporters = Self::supporters(active);
        let active: BTreeSet<_> = active.keys().copied().collect();
        let mix_fails = |rule: &Rule| {
            let count = usize::try_from(rule.count).unwrap();
            rule.must && self.values(rule, people) >= count && self.values(rule, &active) < count
        };
        if share == 0 {
            Status::None
        } else if passes(policy, staff, supporters, share, 0) != (true, true) {
            Status::Partial
        } else if policy.mix.iter().any(mix_fails) {
            Status::MixGap
        } else {
            Status::Covered
        }
    }

    fn supporters(active: &BTreeMap<PersonIx, u32>) -> u32 {
        u32::try_from(active.values().filter(|share| **share >= 500).count()).unwrap()
    }

    /// The status of a unit's team by itself, without any overlay.
    fn plain_of(self, unit: UnitIx) -> Status {
        let members = self.members(unit);
        let policy = self.policy(&members).map(|(_, _, policy)| policy);
        self.plain(&members, &self.people(&members), policy, &self.active(&members))
    }

    /// The team that a unit is part of. `None` without a row.
    pub(in super::super) fn team(self, unit: UnitIx) -> Option<Team> {
        let members = self.members(unit);
        let people = self.people(&members);
        let rows_not_read = self.rows_not_read(unit);
        let points_here = |allocation: &Allocation| allocation.unit == unit && self.holds(allocation.validity);
        if people.is_empty()
            && !self.roster.allocations.iter().any(|allocation| points_here(allocation))
            && rows_not_read == 0
        {
            return None;
        }
        let active = self.active(&members);
        let (supporters, share) = (Self::supporters(&active), active.values().sum());
        let governing = self.policy(&members);
        let policy = governing.map(|(_, _, policy)| policy);
        let plain = self.plain(&members, &people, policy, &active);
        let headcount = people.len();
        let staff = u64::try_from(headcount).unwrap();

        let of_team = self.posts_in(&members).into_iter();
        let of_supporters = self.roster.posts.iter().filter(|post| active.contains_key(&post.person));
        let posts = of_team.chain(of_supporters.filter(|post| self.counts(post)));
        let employers: BTreeSet<_> = posts.map(|post| post.employer).collect();

        let rows_might_open_a_gap = policy.is_some_and(|policy| {
            plain == Status::Covered && !passes(policy, staff + u64::from(rows_not_read), supporters, share, 0).1
        });
        let no_policy = plain == Status::Unknown || headcount == 0 && rows_not_read > 0 && policy.is_none();
        let not_read = rows_might_open_a_gap || headcount == 0 && rows_not_read > 0;
        let stale = plain == Status::Covered
            && policy.is_some_and(|policy| employers.iter().any(|employer| self.is_stale(*employer, policy)));
        let reasons = [
            (no_policy, UnknownBecause::NoPolicy),
            (not_read, UnknownBecause::RowsNotRead),
            (stale, UnknownBecause::DataStale),
        ];
        let unknown_because = reasons.into_iter().find(|(holds, _)| *holds).map(|(_, because)| because);
        let is_covered = plain == Status::Covered && unknown_because.is_none();
        let at_risk_from = if is_covered { self.at_risk_from(unit) } else { None };
        let status = match (unknown_because, at_risk_from) {
            (Some(_), _) => Status::Unknown,
            (None, Some(_)) => Status::AtRisk,
            (None, None) => plain,
        };
        let unproven = self.roster.allocations.iter().filter(|allocation| {
            members.contains(&allocation.unit)
                && self.reasons(allocation).is_empty()
                && self.rests_on_unproven(allocation)
        });
        let asked = policy.filter(|_| headcount > 0);
        Some(Team {
            headcount,
            wte: self.wte(&members),
            supporters: usize::try_from(supporters).unwrap(),
            share,
            required: asked.map(|policy| {
                let needed = (0..).find(|more| u64::from(policy.staff_per_supporter) * more >= staff).unwrap_or(0);
                policy.min_supporters.max(u32::try_from(needed).unwrap())
            }),
            gap: asked
                .and_then(|policy| (0..).find(|more| passes(policy, staff, supporters, share, *more) == (true, true))),
            plain,
            status,
            unknown_because,
            at_risk_from,
            rows_not_read,
            unproven: unproven.map(|allocation| allocation.person).collect::<BTreeSet<_>>().len(),
            oldest_list: employers.iter().filter_map(|employer| self.newest_list(*employer)).min(),
            policy_unit: governing.map(|(unit, from, _)| (unit, from)),
            champions: self.champions_of_team(unit).len(),
            level1_done: people.iter().filter(|person| self.has_level1(**person)).count(),
            members,
        })
    }

    /// The first day without cover, found by assessing every single day of the horizon, for a unit that is COVERED.
    fn at_risk_from(self, unit: UnitIx) -> Option<Day> {
        let (_, _, policy) = self.policy(&self.members(unit))?;
        let group = self.roster.units[unit.at()].cover_group;
        (1..=i64::from(policy.horizon_days)).map(|days| self.day.plus_days(days)).find(|day| {
            let later = Self { day: *day, ..self };
            // For a group, any member of that day shows it.
            let mut units = self.units().filter(|other| {
                *other == unit || group.is_some() && self.roster.units[other.at()].cover_group == group
            });
            let shown = units.find(|other| later.is_team(*other));
            let status = shown.map(|shown| later.plain_of(shown));
            !matches!(status, None | Some(Status::Covered | Status::NotApplicable | Status::Exempt))
        })
    }
}
