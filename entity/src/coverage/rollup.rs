//! Adds teams up over the tree (COVERAGE.md section 7). People are counted once in every unit above them, so the
//! figures of children need not sum to those of their parent.

mod counts;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::ops::AddAssign;
use std::sync::Arc;

pub use self::counts::{Met, StatusCounts};

use super::Question;
use super::breakdown::StandingCounts;
use super::champion::counting_champions;
use super::governing::governing;
use super::index::Index;
use super::parallel;
use super::roster::{PersonIx, UnitIx};
use super::team::{Assessed, TeamRow};
use super::trainer::{ActiveTrainers, Embedded, embedded};
use super::tree::Tree;
use crate::interner::Symbol;
use crate::period::Day;
use crate::value::{StandingGroup, Status};

/// With so many counting posts, several threads add up.
const MANY_POSTS: usize = 5_000;

/// The figures of a unit, over everything at or below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// The unit.
    pub unit: UnitIx,
    /// Distinct people with a counting post.
    pub headcount: u32,
    /// Whole-time equivalent (WTE) in hundredths.
    pub wte: i64,
    /// Team rows by status.
    pub teams: StatusCounts,
    /// Distinct people with a counting post in a covered or at-risk team.
    pub staff_covered: u32,
    /// Distinct people with a counting post in an assessed team.
    pub staff_assessed: u32,
    /// Distinct people with a Level 1 completion.
    pub level1_done: u32,
    /// Distinct people with an active allocation of any share.
    pub active_supporters: u32,
    /// Allocations valid that day, by the reason why they do not count.
    pub standing: StandingCounts,
    /// Distinct people who count as Wellbeing Champion for a team at or below the unit, or for its cover group.
    pub champions: u32,
    /// Teams at or below the unit that have a champion layer, and how many of them have the Champions that they need.
    pub champion_teams: Met,
    /// Active Trainers that serve the unit: at it, below it or above it.
    pub trainers: u32,
    /// Active Trainers embedded at or below the unit, and how many it needs. `None` unless the unit is of the level in
    /// which Trainers are embedded.
    pub embedded: Option<Embedded>,
    /// Units at or below this one in which Trainers are to be embedded, and how many of them have enough.
    pub trainer_units: Met,
    /// As-at day and employer of the oldest staff list that the figures are based on. `None` if no list was ever
    /// applied.
    pub oldest_list: Option<(Day, Option<Symbol>)>,
    /// Target percentage of Level 1 in the unit's policy. `None` without a policy.
    pub level1_target: Option<u32>,
    /// Active supporters per Trainer in the unit's policy. `None` without a policy.
    pub supporters_per_trainer: Option<u32>,
}

impl UnitRow {
    /// Whether there are enough Trainers, with at least one if there is any active supporter. `None` without a policy.
    #[must_use]
    pub fn trainers_met(&self) -> Option<bool> {
        self.supporters_per_trainer.map(|ratio| trainers_met(self.trainers, self.active_supporters, ratio))
    }
}

/// Whether `trainers * supporters_per_trainer >= active_supporters`, with at least one Trainer if there is any active
/// supporter.
#[must_use]
pub fn trainers_met(trainers: u32, active_supporters: u32, supporters_per_trainer: u32) -> bool {
    let enough = u64::from(trainers) * u64::from(supporters_per_trainer) >= u64::from(active_supporters);
    enough && (trainers > 0 || active_supporters == 0)
}

/// Whether `100 * done >= target * headcount`. `None` if there are no people, since a zero denominator gives no
/// percentage.
#[must_use]
pub fn level1_met(done: u32, headcount: u32, target: u32) -> Option<bool> {
    (headcount > 0).then(|| 100 * u64::from(done) >= u64::from(target) * u64::from(headcount))
}

/// Whether a team with `headcount` people has the Wellbeing Champions that it needs. `None` without people.
#[must_use]
pub fn champions_met(champions: u32, needed: u32, headcount: u32) -> Option<bool> {
    (headcount > 0).then_some(champions >= needed)
}

/// Whether a team with this status is covered, at risk or not.
pub(super) const fn is_covered(status: Status) -> bool {
    matches!(status, Status::Covered | Status::AtRisk)
}

/// Whether a team with this status is assessed.
pub(super) const fn is_assessed(status: Status) -> bool {
    !matches!(status, Status::NotApplicable | Status::Exempt)
}

/// Adds the teams up, for every unit that is open on `day` or has a team row at or below it.
pub(super) fn roll_up(index: &Index, question: &Question<'_>, teams: &Assessed, threads: NonZeroUsize) -> Vec<UnitRow> {
    let Question { day, today: _, what_if } = *question;
    let (roster, tree) = (index.roster(), index.tree(day));
    let status_of: HashMap<UnitIx, Status> = teams.rows.iter().map(|row| (row.unit, row.status)).collect();
    let counting: Vec<_> = roster.posts.iter().filter(|post| index.counts(post, day)).collect();
    let people_where = |wanted: &dyn Fn(PersonIx, UnitIx) -> bool| {
        let pairs = counting.iter().map(|post| (post.person, post.unit));
        distinct_people(tree, pairs.filter(|(person, unit)| wanted(*person, *unit)).collect())
    };
    let has = |unit: UnitIx, wanted: fn(Status) -> bool| status_of.get(&unit).is_some_and(|status| wanted(*status));
    let active = || {
        let active = teams.standings.iter().filter(|standing| standing.reasons.is_active());
        active.map(|standing| &roster.allocations[standing.allocation as usize]).map(|own| (own.person, own.unit))
    };
    let figures: [&(dyn Fn() -> Vec<u32> + Sync); 6] = [
        &|| people_where(&|_, _| true),
        &|| people_where(&|person, _| index.level1_on(person).is_some_and(|on| on <= day)),
        &|| people_where(&|_, unit| has(unit, is_covered)),
        &|| people_where(&|_, unit| has(unit, is_assessed)),
        &|| distinct_people(tree, active().collect()),
        &|| distinct_people(tree, champion_pairs(index, day, teams)),
    ];
    // A small board is not worth a second thread.
    let threads = if counting.len() < MANY_POSTS { NonZeroUsize::MIN } else { threads };
    let mut figures = parallel::map(&figures, 1, threads, |figure| figure()).into_iter();
    let mut next = || figures.next().unwrap_or_default();
    let [headcount, level1, covered, assessed, supporters, champions] = std::array::from_fn(|_| next());
    let trainers = ActiveTrainers::find(index, question);
    let serving = trainers.serving(tree);
    let placed = trainers.at_or_below(tree);
    let mut champion_teams = vec![Met::default(); tree.preorder().len()];
    for row in &teams.rows {
        if let Some(met) = row.champions_met() {
            champion_teams[tree.preorder_index(row.unit)] += Met::one(met);
        }
    }
    add_upwards(tree, &mut champion_teams);
    let oldest_list = oldest_lists(tree, &teams.rows);

    let units = tree.preorder();
    let mut wte = vec![0i64; units.len()];
    for post in &counting {
        wte[tree.preorder_index(post.unit)] += i64::from(post.wte);
    }
    add_upwards(tree, &mut wte);
    let mut statuses = vec![StatusCounts::default(); units.len()];
    for row in &teams.rows {
        statuses[tree.preorder_index(row.unit)].add(row.status);
    }
    add_upwards(tree, &mut statuses);
    let mut standing = vec![StandingCounts::default(); units.len()];
    for found in &teams.standings {
        let allocation = &roster.allocations[found.allocation as usize];
        if allocation.validity.holds_on(day) {
            standing[tree.preorder_index(allocation.unit)].add(StandingGroup::from_headline(found.reasons.headline()));
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

/// Turns figures of single units into figures of everything at or below them. Both are by preorder index.
pub(super) fn add_upwards<T: Copy + AddAssign>(tree: &Tree, figures: &mut [T]) {
    join_upwards(tree, figures, |above, own| *above += own);
}

/// Like [`add_upwards`], but combines figures with `join`.
fn join_upwards<T: Copy>(tree: &Tree, figures: &mut [T], join: impl Fn(&mut T, T)) {
    for unit in tree.preorder().iter().rev() {
        let own = figures[tree.preorder_index(*unit)];
        if let Some(above) = tree.parent(*unit) {
            join(&mut figures[tree.preorder_index(above)], own);
        }
    }
}

/// Returns the number of distinct people at or below each unit, by preorder index, from pairs that may repeat.
///
/// A person counts once in every unit above any of theirs. Going through a person's units in preorder, each adds one on
/// its whole path up to the root, and one is subtracted at the lowest common ancestor with the unit before. This is
/// linear; a set of people per unit would not be.
pub(super) fn distinct_people(tree: &Tree, mut pairs: Vec<(PersonIx, UnitIx)>) -> Vec<u32> {
    pairs.sort_unstable_by_key(|(person, unit)| (*person, tree.preorder_index(*unit)));
    pairs.dedup();
    let mut figures = vec![0i64; tree.preorder().len()];
    let mut before: Option<(PersonIx, UnitIx)> = None;
    for (person, unit) in pairs {
        figures[tree.preorder_index(unit)] += 1;
        if let Some((_, other)) = before.filter(|(same, _)| *same == person)
            && let Some(common) = tree.lowest_common_ancestor(other, unit)
        {
            figures[tree.preorder_index(common)] -= 1;
        }
        before = Some((person, unit));
    }
    add_upwards(tree, &mut figures);
    figures.into_iter().map(|people| u32::try_from(people).unwrap_or(0)).collect()
}

/// Returns the people who count as Champion for each unit: in a cover group, each Champion counts for each member of
/// the group.
fn champion_pairs(index: &Index, day: Day, teams: &Assessed) -> Vec<(PersonIx, UnitIx)> {
    let of_team = |row: &TeamRow| counting_champions(index, &row.assessed_with, day);
    let has_champions = teams.rows.iter().filter(|row| row.champions > 0);
    has_champions.flat_map(|row| of_team(row).into_iter().map(|person| (person, row.unit))).collect()
}

/// Returns the oldest staff list that the teams at or below each unit are based on, by preorder index. The employers in
/// the counting posts there would be too few: a team also depends on the lists of supporters from outside it, and on
/// those of its whole group.
fn oldest_lists(tree: &Tree, teams: &[Arc<TeamRow>]) -> Vec<Option<(Day, Option<Symbol>)>> {
    let mut oldest: Vec<Option<(Day, Option<Symbol>)>> = vec![None; tree.preorder().len()];
    let join = |oldest: &mut Option<(Day, Option<Symbol>)>, found: Option<(Day, Option<Symbol>)>| {
        *oldest = oldest.iter().copied().chain(found).min();
    };
    for row in teams {
        join(&mut oldest[tree.preorder_index(row.unit)], row.oldest_list);
    }
    join_upwards(tree, &mut oldest, join);
    oldest
}
