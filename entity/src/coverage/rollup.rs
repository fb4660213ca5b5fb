//! Teams added up over the tree (COVERAGE.md section 7). People are counted once in every unit above them, so children need
//! not sum to their parent.

use std::collections::HashMap;
use std::ops::AddAssign;

use super::breakdown::StandingCounts;
use super::index::Index;
use super::policy::{WhatIf, governing};
use super::roster::{Certificate, NetworkRole, PersonIx, UnitIx};
use super::team::Assessed;
use crate::period::Day;
use crate::value::{StandingGroup, Status};

/// How many team rows have each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusCounts([u32; Status::ALL.len()]);

impl StatusCounts {
    /// Team rows of this status.
    #[must_use]
    pub const fn of(&self, status: Status) -> u32 {
        self.0[status as usize]
    }

    /// Team rows of every status.
    #[must_use]
    pub fn teams(&self) -> u32 {
        self.0.iter().sum()
    }

    /// Teams that are covered, at risk or not.
    #[must_use]
    pub const fn covered(&self) -> u32 {
        self.of(Status::Covered) + self.of(Status::AtRisk)
    }

    /// Teams that can be covered or not: the denominator of teamsCovered%. UNKNOWN is among them.
    #[must_use]
    pub fn assessed(&self) -> u32 {
        self.teams() - self.of(Status::NotApplicable) - self.of(Status::Exempt)
    }
}

/// The figures of a unit, over everything at or below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// The unit.
    pub unit: UnitIx,
    /// Distinct people with a counting post.
    pub headcount: u32,
    /// Whole-time equivalent in hundredths.
    pub wte: i64,
    /// Team rows by status.
    pub teams: StatusCounts,
    /// Distinct people of the covered and at-risk teams' own posts.
    pub staff_covered: u32,
    /// Distinct people of the assessed teams' own posts.
    pub staff_assessed: u32,
    /// Distinct people with a Level 1 completion.
    pub level1_done: u32,
    /// Distinct people with an active allocation of any share.
    pub active_supporters: u32,
    /// Allocations valid that day, by what speaks against them.
    pub standing: StandingCounts,
    /// Active Trainers that serve the unit: at, below or above it.
    pub trainers: u32,
    /// Percent of Level 1 that the unit's policy asks for; absent without a policy.
    pub level1_target: Option<u32>,
    /// Active supporters per Trainer that the unit's policy asks for; absent without a policy.
    pub supporters_per_trainer: Option<u32>,
}

impl UnitRow {
    /// Whether there are Trainers enough, and at least one where there is any active supporter; nothing without a policy.
    #[must_use]
    pub fn trainers_met(&self) -> Option<bool> {
        self.supporters_per_trainer.map(|ratio| trainers_met(self.trainers, self.active_supporters, ratio))
    }
}

/// `trainers * supporters_per_trainer >= active supporters`, and at least one Trainer where there is any active supporter.
#[must_use]
pub fn trainers_met(trainers: u32, active_supporters: u32, supporters_per_trainer: u32) -> bool {
    let enough = u64::from(trainers) * u64::from(supporters_per_trainer) >= u64::from(active_supporters);
    enough && (trainers > 0 || active_supporters == 0)
}

/// `100 * done >= target * headcount`; nothing where there is nobody (a zero denominator gives no percentage).
#[must_use]
pub fn level1_met(done: u32, headcount: u32, target: u32) -> Option<bool> {
    (headcount > 0).then(|| 100 * u64::from(done) >= u64::from(target) * u64::from(headcount))
}

/// Adds the teams up, for every unit that is open on `day` or has a team row at or below it.
pub(super) fn roll_up(index: &Index, day: Day, what_if: Option<&WhatIf>, teams: &Assessed) -> Vec<UnitRow> {
    let roster = index.roster();
    let status_of: HashMap<UnitIx, Status> = teams.rows.iter().map(|row| (row.unit, row.status)).collect();
    let counting: Vec<_> = roster.posts.iter().filter(|post| index.counts(post, day)).collect();
    let people_where = |wanted: &dyn Fn(&PersonIx, &UnitIx) -> bool| {
        let pairs = counting.iter().map(|post| (post.person, post.unit));
        distinct_people(index, pairs.filter(|(person, unit)| wanted(person, unit)).collect())
    };
    let headcount = people_where(&|_, _| true);
    let level1 = people_where(&|person, _| roster.people[person.at()].level1_on.is_some_and(|on| on <= day));
    let covered = people_where(&|_, unit| matches!(status_of.get(unit), Some(Status::Covered | Status::AtRisk)));
    let assessed =
        people_where(&|_, unit| !matches!(status_of.get(unit), None | Some(Status::NotApplicable | Status::Exempt)));
    let active = teams.standings.iter().filter(|standing| standing.reasons.is_active()).map(|standing| {
        let allocation = &roster.allocations[standing.allocation as usize];
        (allocation.person, allocation.unit)
    });
    let supporters = distinct_people(index, active.collect());
    let trainers = trainers_serving(index, day);

    let units = index.units_downwards();
    let mut wte = vec![0i64; units.len()];
    for post in &counting {
        wte[index.place(post.unit)] += i64::from(post.wte);
    }
    add_upwards(index, &mut wte);
    let mut statuses = vec![StatusCounts::default(); units.len()];
    for row in &teams.rows {
        statuses[index.place(row.unit)].0[row.status as usize] += 1;
    }
    add_upwards(index, &mut statuses);
    let mut standing = vec![StandingCounts::default(); units.len()];
    for found in &teams.standings {
        let allocation = &roster.allocations[found.allocation as usize];
        if allocation.validity.holds_on(day) {
            standing[index.place(allocation.unit)].add(StandingGroup::of(found.reasons.headline()));
        }
    }
    add_upwards(index, &mut standing);

    let mut rows: Vec<_> = units
        .iter()
        .enumerate()
        .filter(|(place, unit)| roster.units[unit.at()].validity.holds_on(day) || statuses[*place].teams() > 0)
        .map(|(place, unit)| {
            let policy = governing(index, *unit, day, what_if);
            UnitRow {
                unit: *unit,
                headcount: headcount[place],
                wte: wte[place],
                teams: statuses[place],
                staff_covered: covered[place],
                staff_assessed: assessed[place],
                level1_done: level1[place],
                active_supporters: supporters[place],
                standing: standing[place],
                trainers: trainers[place],
                level1_target: policy.as_ref().map(|found| found.policy.level1_target),
                supporters_per_trainer: policy.as_ref().map(|found| found.policy.supporters_per_trainer),
            }
        })
        .collect();
    let code = |row: &UnitRow| &roster.units[row.unit.at()].code;
    rows.sort_by(|a, b| code(a).cmp(code(b)));
    rows
}

impl AddAssign for StatusCounts {
    fn add_assign(&mut self, other: Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own += other;
        }
    }
}

/// Turns figures of units alone into figures of everything at or below them. Both are by place.
fn add_upwards<T: Copy + AddAssign>(index: &Index, figures: &mut [T]) {
    for unit in index.units_downwards().iter().rev() {
        let own = figures[index.place(*unit)];
        if let Some(above) = index.roster().units[unit.at()].parent {
            figures[index.place(above)] += own;
        }
    }
}

/// Distinct people at or below each unit, by place, from pairs that may repeat.
///
/// A person is to count once in every unit that is above any of theirs. Walking their units in tree order, each adds one on
/// its whole way up to the root, and takes one away from where that way meets the way of the unit before: linear, where a
/// set of people for every unit would not be.
fn distinct_people(index: &Index, mut pairs: Vec<(PersonIx, UnitIx)>) -> Vec<u32> {
    pairs.sort_unstable_by_key(|(person, unit)| (*person, index.place(*unit)));
    pairs.dedup();
    let mut figures = vec![0i64; index.units_downwards().len()];
    let mut before: Option<(PersonIx, UnitIx)> = None;
    for (person, unit) in pairs {
        figures[index.place(unit)] += 1;
        if let Some((_, other)) = before.filter(|(same, _)| *same == person) {
            figures[index.place(index.meeting(other, unit))] -= 1;
        }
        before = Some((person, unit));
    }
    add_upwards(index, &mut figures);
    figures.into_iter().map(|people| u32::try_from(people).unwrap_or(0)).collect()
}

/// Active Trainers at, below or above each unit, by place: a Trainer belongs to a unit and everything below it.
fn trainers_serving(index: &Index, day: Day) -> Vec<u32> {
    let is_active = |role: &&NetworkRole| {
        role.validity.holds_on(day)
            && index.counting_posts_of(role.person, day).next().is_some()
            && index.last_pass(role.person, &[Certificate::Level3], day).is_some()
    };
    let mut roles: Vec<_> =
        index.roster().trainers.iter().filter(is_active).map(|role| (role.person, role.unit)).collect();
    roles.sort_unstable_by_key(|(person, unit)| (*person, index.place(*unit)));
    // A role below another of the same person adds nothing: its way up and all below it are served already.
    roles.dedup_by(|next, kept| next.0 == kept.0 && index.is_at_or_below(next.1, kept.1));
    // Each role's unit and those above it, a person once each ...
    let mut serving: Vec<_> = distinct_people(index, roles.clone()).into_iter().map(i64::from).collect();
    // ... and, as runs of places, those strictly below it.
    let mut changes = vec![0i64; serving.len() + 1];
    for (_, unit) in roles {
        let below = index.below(unit);
        changes[below.start() + 1] += 1;
        changes[below.end() + 1] -= 1;
    }
    let mut running = 0;
    for (figure, change) in serving.iter_mut().zip(changes) {
        running += change;
        *figure += running;
    }
    serving.into_iter().map(|trainers| u32::try_from(trainers).unwrap_or(0)).collect()
}
