//! COVERAGE.md once more, slowly: every question is answered from the rows themselves, by the page's words, with sets of
//! people and without any arrangement. What the fast rules say must be the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::coverage::Policy;
use crate::coverage::mix::{Dimension, Rule, Wanted};
use crate::coverage::roster::{Allocation, Approval, Certificate, PersonIx, Post, Roster, UnitIx, Word};
use crate::period::{Day, Validity};
use crate::value::{Reason, Status};

/// The answers of one day.
#[derive(Clone, Copy)]
pub(super) struct Oracle<'a> {
    pub(super) roster: &'a Roster,
    pub(super) day: Day,
}

/// A team by the page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Team {
    pub(super) members: BTreeSet<UnitIx>,
    pub(super) headcount: usize,
    pub(super) wte: i64,
    pub(super) supporters: usize,
    pub(super) share: u32,
    pub(super) required: Option<u32>,
    pub(super) gap: Option<u32>,
    pub(super) status: Status,
    pub(super) policy_unit: Option<(UnitIx, Day)>,
    pub(super) champions: usize,
    pub(super) level1_done: usize,
}

impl<'a> Oracle<'a> {
    fn holds(self, validity: Validity) -> bool {
        validity.from.is_none_or(|from| from <= self.day) && validity.to.is_none_or(|to| self.day < to)
    }

    pub(super) fn units(self) -> impl Iterator<Item = UnitIx> {
        (0..u32::try_from(self.roster.units.len()).unwrap()).map(UnitIx)
    }

    fn counts(self, post: &Post) -> bool {
        self.holds(post.validity) && self.holds(self.roster.units[post.unit.at()].validity) && !post.bank
    }

    fn posts_in(self, units: &BTreeSet<UnitIx>) -> Vec<&'a Post> {
        self.roster.posts.iter().filter(|post| self.counts(post) && units.contains(&post.unit)).collect()
    }

    pub(super) fn people(self, units: &BTreeSet<UnitIx>) -> BTreeSet<PersonIx> {
        self.posts_in(units).iter().map(|post| post.person).collect()
    }

    pub(super) fn is_team(self, unit: UnitIx) -> bool {
        !self.people(&[unit].into()).is_empty()
    }

    fn path(self, unit: UnitIx) -> Vec<UnitIx> {
        std::iter::successors(Some(unit), |unit| self.roster.units[unit.at()].parent).collect()
    }

    /// The unit and all below it.
    pub(super) fn below(self, above: UnitIx) -> BTreeSet<UnitIx> {
        self.units().filter(|unit| self.path(*unit).contains(&above)).collect()
    }

    /// The units that are assessed as one with this one; itself alone without counting posts.
    pub(super) fn members(self, unit: UnitIx) -> BTreeSet<UnitIx> {
        match self.roster.units[unit.at()].cover_group.filter(|_| self.is_team(unit)) {
            None => [unit].into(),
            Some(group) => self
                .units()
                .filter(|other| self.roster.units[other.at()].cover_group == Some(group) && self.is_team(*other))
                .collect(),
        }
    }

    fn policy(self, members: &BTreeSet<UnitIx>) -> Option<(UnitIx, Day, &'a Policy)> {
        let key = |unit: &UnitIx| (self.path(*unit).len(), &self.roster.units[unit.at()].code);
        let nearest = members.iter().min_by_key(|unit| key(unit))?;
        self.path(*nearest).into_iter().find_map(|unit| {
            let in_force = self.roster.policies.iter().filter(|filed| filed.unit == unit && filed.from <= self.day);
            in_force.max_by_key(|filed| filed.from).map(|filed| (unit, filed.from, &filed.policy))
        })
    }

    fn has_left(self, person: PersonIx) -> bool {
        !self.roster.posts.iter().any(|post| post.person == person && self.counts(post))
    }

    fn last_pass(self, person: PersonIx, of: &[Certificate]) -> Option<Day> {
        let passes = self.roster.passes.iter().filter(|pass| pass.person == person && pass.on <= self.day);
        passes.filter(|pass| of.contains(&pass.certificate)).map(|pass| pass.on).max()
    }

    /// Counts the days away around the day, one by one, until there are enough.
    fn is_away(self, person: PersonIx, away_days: u32) -> bool {
        let spells: Vec<_> =
            self.roster.away.iter().filter(|away| away.person == person).map(|away| away.validity).collect();
        let away = |day: Day| spells.iter().any(|spell| Self { day, ..self }.holds(*spell));
        let enough = usize::try_from(away_days).unwrap() + 1;
        let later = (0..).map(|days| self.day.plus_days(days)).take_while(|day| away(*day)).take(enough).count();
        let earlier = (1..).map(|days| self.day.plus_days(-days)).take_while(|day| away(*day)).take(enough).count();
        later > 0 && later + earlier >= enough
    }

    pub(super) fn reasons(self, allocation: &Allocation) -> Vec<Reason> {
        let members = self.members(allocation.unit);
        let people = self.people(&members);
        let defaults = Policy::default();
        let policy = self.policy(&members).filter(|_| !people.is_empty()).map_or(&defaults, |(_, _, policy)| policy);
        let person = allocation.person;
        let approved = |approval: Approval, excluded: &[Option<PersonIx>]| {
            approval.by.is_some_and(|by| !excluded.contains(&Some(by)))
                && approval.on.is_some_and(|on| on <= self.day && self.day < on.plus_months(policy.approval_months))
        };
        let posts = self.posts_in(&members);
        let managed: BTreeSet<_> =
            posts.iter().filter(|post| post.line_manager == Some(person)).map(|post| post.person).collect();
        let of_person = |other: &&Allocation| other.person == person;
        let pauses = self.roster.allocations.iter().filter(of_person).filter_map(|other| other.pause);
        let certificate = self.last_pass(person, &[Certificate::Level2, Certificate::Refresher]);
        let table = [
            (Reason::Left, self.has_left(person)),
            (Reason::StoodDown, allocation.validity.to.is_some_and(|to| to <= self.day)),
            (Reason::Paused, pauses.into_iter().any(|pause| self.holds(pause))),
            (Reason::Away, self.is_away(person, policy.away_days)),
            (Reason::Level1Missing, !self.has_level1(person)),
            (Reason::Level2Missing, self.last_pass(person, &[Certificate::Level2]).is_none()),
            (
                Reason::CertificateExpired,
                certificate.is_some_and(|on| on.plus_months(policy.certificate_months) <= self.day),
            ),
            (Reason::NotSignedOff, allocation.signed_off_on.is_none_or(|on| on > self.day)),
            (Reason::LineApprovalMissing, !approved(allocation.line, &[Some(person)])),
            (Reason::SeniorApprovalMissing, !approved(allocation.senior, &[Some(person), allocation.line.by])),
            (Reason::NoProtectedTime, !allocation.has_protected_time),
            (Reason::LineManager, managed.len() * 2 > people.len()),
            (Reason::NotStarted, allocation.validity.from.is_some_and(|from| self.day < from)),
            (Reason::SoleMember, people == [person].into()),
        ];
        table.into_iter().filter(|(_, holds)| *holds).map(|(reason, _)| reason).collect()
    }

    pub(super) fn has_level1(self, person: PersonIx) -> bool {
        self.roster.people[person.at()].level1_on.is_some_and(|on| on <= self.day)
    }

    /// The active people of some units with their shares added up.
    pub(super) fn active(self, units: &BTreeSet<UnitIx>) -> BTreeMap<PersonIx, u32> {
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
        let mut values: BTreeSet<Word> = BTreeSet::new();
        for post in self.roster.posts.iter().filter(|post| people.contains(&post.person) && self.counts(post)) {
            let value = match rule.dimension {
                Dimension::JobFamily => post.job_family,
                Dimension::Band => post.band,
                Dimension::Site => self.roster.units[post.unit.at()].site,
                Dimension::Employer => self.roster.people[post.person.at()].employer,
            };
            let Some(value) = value else { continue };
            values.insert(value);
            if rule.wanted == Wanted::From(self.roster.words.text(value).to_owned()) {
                having.insert(post.person);
            }
        }
        if rule.wanted == Wanted::Different { values.len() } else { having.len() }
    }

    /// The team that a unit is part of; nothing without a row.
    pub(super) fn team(self, unit: UnitIx) -> Option<Team> {
        let members = self.members(unit);
        let people = self.people(&members);
        let points_here = |allocation: &Allocation| allocation.unit == unit && self.holds(allocation.validity);
        if people.is_empty() && !self.roster.allocations.iter().any(points_here) {
            return None;
        }
        let active = self.active(&members);
        let headcount = people.len();
        let supporters = active.values().filter(|share| **share >= 500).count();
        let share = active.values().sum();
        let governing = self.policy(&members);
        let policy = governing.map(|(_, _, policy)| policy).filter(|_| headcount > 0);
        let staff = u64::try_from(headcount).unwrap();
        let passes = |policy: &Policy, more: u32| {
            let supporters = u32::try_from(supporters).unwrap() + more;
            let capacity = (u64::from(share) + 1000 * u64::from(more)) * u64::from(policy.staff_per_supporter);
            supporters >= policy.min_supporters && capacity >= 1000 * staff
        };
        let is_exempt = |unit: &UnitIx| {
            self.roster.exemptions.iter().any(|exemption| exemption.unit == *unit && self.holds(exemption.validity))
        };
        let active: BTreeSet<_> = active.into_keys().collect();
        let mix_fails = |rule: &Rule| {
            let count = usize::try_from(rule.count).unwrap();
            rule.must && self.values(rule, &people) >= count && self.values(rule, &active) < count
        };
        let status = if headcount == 0 {
            Status::NotApplicable
        } else if members.iter().all(is_exempt) {
            Status::Exempt
        } else {
            match policy {
                None => Status::Unknown,
                Some(_) if share == 0 => Status::None,
                Some(policy) if !passes(policy, 0) => Status::Partial,
                Some(policy) if policy.mix.iter().any(mix_fails) => Status::MixGap,
                Some(_) => Status::Covered,
            }
        };
        let champions: BTreeSet<_> = self
            .roster
            .champions
            .iter()
            .filter(|role| self.holds(role.validity) && members.contains(&role.unit) && people.contains(&role.person))
            .map(|role| role.person)
            .collect();
        Some(Team {
            headcount,
            wte: self.posts_in(&members).iter().map(|post| i64::from(post.wte)).sum(),
            supporters,
            share,
            required: policy.map(|policy| {
                let needed = (0..).find(|more| u64::from(policy.staff_per_supporter) * more >= staff).unwrap_or(0);
                policy.min_supporters.max(u32::try_from(needed).unwrap())
            }),
            gap: policy.and_then(|policy| (0..).find(|more| passes(policy, *more))),
            status,
            policy_unit: governing.map(|(unit, from, _)| (unit, from)),
            champions: champions.len(),
            level1_done: people.iter().filter(|person| self.has_level1(**person)).count(),
            members,
        })
    }

    /// The first day of trouble, found by asking every single day of the horizon, for a unit that is COVERED.
    pub(super) fn at_risk_from(self, unit: UnitIx) -> Option<Day> {
        let members = self.members(unit);
        let (_, _, policy) = self.policy(&members)?;
        let group = self.roster.units[unit.at()].cover_group;
        (1..=i64::from(policy.horizon_days)).map(|days| self.day.plus_days(days)).find(|day| {
            let later = Self { day: *day, ..self };
            // Of the group, where grouped: whichever member there is that day shows it.
            let in_group = |other: &UnitIx| {
                *other == unit || group.is_some() && self.roster.units[other.at()].cover_group == group
            };
            let shown = self.units().filter(in_group).find(|other| later.is_team(*other));
            let status = shown.and_then(|shown| later.team(shown)).map(|team| team.status);
            !matches!(status, None | Some(Status::Covered | Status::NotApplicable | Status::Exempt))
        })
    }

    /// Active Trainers that serve a unit.
    pub(super) fn trainers(self, unit: UnitIx) -> usize {
        let serves = |at: UnitIx| self.path(unit).contains(&at) || self.path(at).contains(&unit);
        let trainers = self.roster.trainers.iter().filter(|role| self.holds(role.validity) && serves(role.unit));
        let trained = trainers.filter(|role| {
            !self.has_left(role.person) && self.last_pass(role.person, &[Certificate::Level3]).is_some()
        });
        trained.map(|role| role.person).collect::<BTreeSet<_>>().len()
    }
}
