//! Teams added up over the tree (COVERAGE.md section 7). People are counted once in every unit above them, so children need
//! not sum to their parent.

use std::collections::HashMap;
use std::ops::AddAssign;

use super::Question;
use super::breakdown::StandingCounts;
use super::governing::governing;
use super::index::Index;
use super::roster::{PersonIx, UnitIx};
use super::team::{Assessed, TeamRow, counting_champions};
use super::trainer::{ActiveTrainers, Embedded, embedded};
use super::tree::Tree;
use crate::interner::Symbol;
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
    /// Allocations valid that day, by the reason why they do not count.
    pub standing: StandingCounts,
    /// Distinct people who count as Wellbeing Champion for a team at or below it, or for its group.
    pub champions: u32,
    /// Teams at or below that have a champion layer, and how many of these have the Champions that they need.
    pub champion_teams: Met,
    /// Active Trainers that serve the unit: at, below or above it.
    pub trainers: u32,
    /// Active Trainers embedded at or below the unit, with how many it needs; absent unless the unit is of the level in which
    /// Trainers are embedded.
    pub embedded: Option<Embedded>,
    /// Units at or below in which Trainers are to be embedded, and how many of these have enough.
    pub trainer_units: Met,
    /// The oldest staff list that the figures rest on, and whose it is; absent if no list was ever applied.
    pub oldest_list: Option<(Day, Option<Symbol>)>,
    /// Percent of Level 1 that the unit's policy asks for; absent without a policy.
    pub level1_target: Option<u32>,
    /// Active supporters per Trainer that the unit's policy asks for; absent without a policy.
    pub supporters_per_trainer: Option<u32>,
}

/// How many of some teams or units meet what is asked of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// Those that meet it.
    pub met: u32,
    /// All of them.
    pub asked: u32,
}

impl Met {
    /// One of them.
    pub(super) fn one(is_met: bool) -> Self {
        Self { met: u32::from(is_met), asked: 1 }
    }
}

impl AddAssign for Met {
    fn add_assign(&mut self, other: Self) {
        self.met += other.met;
        self.asked += other.asked;
    }
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

/// `100 * done >= target * headcount`; `None` if there are no people (a zero denominator gives no percentage).
#[must_use]
pub fn level1_met(done: u32, headcount: u32, target: u32) -> Option<bool> {
    (headcount > 0).then(|| 100 * u64::from(done) >= u64::from(target) * u64::from(headcount))
}

/// Whether a team with `headcount` people has the Wellbeing Champions that it needs; nothing without people.
#[must_use]
pub fn champions_met(champions: u32, needed: u32, headcount: u32) -> Option<bool> {
    (headcount > 0).then_some(champions >= needed)
}

/// Adds the teams up, for every unit that is open on `day` or has a team row at or below it.
pub(super) fn roll_up(index: &Index, question: &Question<'_>, teams: &Assessed) -> Vec<UnitRow> {
    let Question { day, today: _, what_if } = *question;
    let (roster, tree) = (index.roster(), index.tree(day));
    let status_of: HashMap<UnitIx, Status> = teams.rows.iter().map(|row| (row.unit, row.status)).collect();
    let counting: Vec<_> = roster.posts.iter().filter(|post| index.counts(post, day)).collect();
    let people_where = |wanted: &dyn Fn(&PersonIx, &UnitIx) -> bool| {
        let pairs = counting.iter().map(|post| (post.person, post.unit));
        distinct_people(tree, pairs.filter(|(person, unit)| wanted(person, unit)).collect())
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
    let supporters = distinct_people(tree, active.collect());
    let trainers = ActiveTrainers::find(index, question);
    let serving = trainers.serving(tree);
    let placed = trainers.at_or_below(tree);
    let champions = distinct_people(tree, champion_pairs(index, day, teams));
    let mut champion_teams = vec![Met::default(); tree.units_downwards().len()];
    for row in &teams.rows {
        if let Some(met) = row.champions_met() {
            champion_teams[tree.place(row.unit)] += Met::one(met);
        }
    }
    add_upwards(tree, &mut champion_teams);
    let oldest_list = oldest_lists(tree, &teams.rows);

    let units = tree.units_downwards();
    let mut wte = vec![0i64; units.len()];
    for post in &counting {
        wte[tree.place(post.unit)] += i64::from(post.wte);
    }
    add_upwards(tree, &mut wte);
    let mut statuses = vec![StatusCounts::default(); units.len()];
    for row in &teams.rows {
        statuses[tree.place(row.unit)].0[row.status as usize] += 1;
    }
    add_upwards(tree, &mut statuses);
    let mut standing = vec![StandingCounts::default(); units.len()];
    for found in &teams.standings {
        let allocation = &roster.allocations[found.allocation as usize];
        if allocation.validity.holds_on(day) {
            standing[tree.place(allocation.unit)].add(StandingGroup::of(found.reasons.headline()));
        }
    }
    add_upwards(tree, &mut standing);

    let embedded: Vec<_> = units
        .iter()
        .zip(&headcount)
        .zip(&placed)
        .map(|((unit, headcount), placed)| embedded(index, question, *unit, *headcount, *placed))
        .collect();
    let mut trainer_units: Vec<_> = embedded
        .iter()
        .map(|embedded| embedded.map_or(Met::default(), |embedded| Met::one(embedded.is_met())))
        .collect();
    add_upwards(tree, &mut trainer_units);

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
                champions: champions[place],
                champion_teams: champion_teams[place],
                trainers: serving[place],
                embedded: embedded[place],
                trainer_units: trainer_units[place],
                oldest_list: oldest_list[place],
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
fn add_upwards<T: Copy + AddAssign>(tree: &Tree, figures: &mut [T]) {
    join_upwards(tree, figures, |above, own| *above += own);
}

/// As [`add_upwards`], of figures that `join` puts together.
fn join_upwards<T: Copy>(tree: &Tree, figures: &mut [T], join: impl Fn(&mut T, T)) {
    for unit in tree.units_downwards().iter().rev() {
        let own = figures[tree.place(*unit)];
        if let Some(above) = tree.parent(*unit) {
            join(&mut figures[tree.place(above)], own);
        }
    }
}

/// Distinct people at or below each unit, by place, from pairs that may repeat.
///
/// A person is to count once in every unit that is above any of theirs. Walking their units in tree order, each adds one on
/// its whole way up to the root, and takes one away from where that way meets the way of the unit before: linear, where a
/// set of people for every unit would not be.
pub(super) fn distinct_people(tree: &Tree, mut pairs: Vec<(PersonIx, UnitIx)>) -> Vec<u32> {
    pairs.sort_unstable_by_key(|(person, unit)| (*person, tree.place(*unit)));
    pairs.dedup();
    let mut figures = vec![0i64; tree.units_downwards().len()];
    let mut before: Option<(PersonIx, UnitIx)> = None;
    for (person, unit) in pairs {
        figures[tree.place(unit)] += 1;
        if let Some((_, other)) = before.filter(|(same, _)| *same == person)
            && let Some(meeting) = tree.lowest_common_ancestor(other, unit)
        {
            figures[tree.place(meeting)] -= 1;
        }
        before = Some((person, unit));
    }
    add_upwards(tree, &mut figures);
    figures.into_iter().map(|people| u32::try_from(people).unwrap_or(0)).collect()
}

/// Who counts as Champion for which unit: of a grouped team each of its Champions for each member of the group.
fn champion_pairs(index: &Index, day: Day, teams: &Assessed) -> Vec<(PersonIx, UnitIx)> {
    let of_team = |row: &TeamRow| counting_champions(index, &row.assessed_with, day);
    let has_champions = teams.rows.iter().filter(|row| row.champions > 0);
    has_champions.flat_map(|row| of_team(row).into_iter().map(|person| (person, row.unit))).collect()
}

/// The oldest staff list that the teams at or below each unit rest on, by place. The employers in the counting posts there
/// would be too few: a team also rests on the lists of supporters from outside it, and on those of its whole group.
fn oldest_lists(tree: &Tree, teams: &[TeamRow]) -> Vec<Option<(Day, Option<Symbol>)>> {
    let mut oldest: Vec<Option<(Day, Option<Symbol>)>> = vec![None; tree.units_downwards().len()];
    let join = |oldest: &mut Option<(Day, Option<Symbol>)>, found: Option<(Day, Option<Symbol>)>| {
        *oldest = oldest.iter().copied().chain(found).min();
    };
    for row in teams {
        join(&mut oldest[tree.place(row.unit)], row.oldest_list);
    }
    join_upwards(tree, &mut oldest, join);
    oldest
}
