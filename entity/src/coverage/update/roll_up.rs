//! Adds up again the figures of the units above the teams that a change affects. A person counts once in each unit above
//! any of their teams, so the figures change by the difference of what the affected people contribute before and after.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{TeamChange, place_of};
use crate::coverage::affected::{FactChange, policies_changed};
use crate::coverage::champion::champion_counts;
use crate::coverage::governing::governing;
use crate::coverage::index::Index;
use crate::coverage::rollup::{Met, StatusCounts, UnitRow, add_upwards, is_assessed, is_covered};
use crate::coverage::roster::{PersonIx, UnitIx};
use crate::coverage::standing::Standing;
use crate::coverage::team::TeamRow;
use crate::coverage::trainer::{ActiveTrainers, embedded};
use crate::coverage::tree::Tree;
use crate::coverage::{Coverage, Question, StandingCounts};
use crate::period::Day;
use crate::value::{StandingGroup, Status};

/// The figures that the affected people and teams contribute to one unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Figures {
    teams: StatusCounts,
    champion_teams: Met,
    standing: StandingCounts,
    staff_covered: u32,
    staff_assessed: u32,
    level1_done: u32,
    active_supporters: u32,
    champions: u32,
}

/// The contributions to each unit, before or after the change.
type Contributions = BTreeMap<UnitIx, Figures>;

/// Returns the unit rows after a change: those of `before`, with the figures that differ.
pub(super) fn update(
    before: &Coverage,
    after: &Coverage,
    change: &FactChange<'_>,
    question: &Question<'_>,
    teams: &[TeamChange],
) -> Vec<UnitRow> {
    let (tree, affected) = (change.after.tree(question.day), Affected::find(before, after, change, teams));
    let subtracted =
        Side { index: change.before, coverage: before, tree }.contributions(&affected, |team| &team.before);
    let added = Side { index: change.after, coverage: after, tree }.contributions(&affected, |team| &team.after);
    let mut rows = Rows { index: change.after, question, tree, rows: before.units.clone() };
    // Units below others come first, so that the oldest list can be taken from the rows below.
    let mut units: Vec<UnitIx> = subtracted.keys().chain(added.keys()).copied().collect();
    units.sort_unstable_by_key(|unit| std::cmp::Reverse(tree.preorder_index(*unit)));
    units.dedup();
    for unit in units {
        let of = |side: &Contributions| side.get(&unit).copied().unwrap_or_default();
        rows.change(unit, &of(&subtracted), &of(&added), &after.teams);
    }
    rows.apply_policies(&policies_changed(change));
    rows.count_trainers();
    rows.rows
}

/// What can contribute other figures after a change than before.
struct Affected<'a> {
    teams: &'a [TeamChange],
    /// People with a post in a team that became covered or assessed, or no longer is.
    staff: BTreeSet<PersonIx>,
    /// People with an allocation to an affected team.
    supporters: BTreeSet<PersonIx>,
    /// The touched people.
    touched: &'a BTreeSet<PersonIx>,
}

impl<'a> Affected<'a> {
    fn find(before: &Coverage, after: &Coverage, change: &FactChange<'a>, teams: &'a [TeamChange]) -> Self {
        let day = after.day;
        let kind =
            |row: &Option<Arc<TeamRow>>| row.as_ref().map(|row| (is_covered(row.status), is_assessed(row.status)));
        let changed = teams.iter().filter(|team| kind(&team.before) != kind(&team.after));
        let staff = changed.flat_map(|team| change.after.counting_posts_in(team.unit, day)).map(|post| post.person);
        let supporters = [change.before, change.after].into_iter().flat_map(|index| {
            let places = teams.iter().flat_map(move |team| index.allocations_to(team.unit));
            places.map(move |place| index.roster().allocations[*place as usize].person)
        });
        debug_assert_eq!(before.day, day, "one question");
        Self { teams, staff: staff.collect(), supporters: supporters.collect(), touched: &change.extent.people }
    }
}

/// The facts and answers before a change, or after it.
#[derive(Clone, Copy)]
struct Side<'a> {
    index: &'a Index,
    coverage: &'a Coverage,
    tree: &'a Tree,
}

impl<'a> Side<'a> {
    /// What the affected people and teams contribute to the units above them.
    fn contributions(
        self,
        affected: &Affected<'_>,
        row_of: impl Fn(&TeamChange) -> &Option<Arc<TeamRow>>,
    ) -> Contributions {
        let day = self.coverage.day;
        let mut sum = Sum { tree: self.tree, figures: Contributions::new() };
        for team in affected.teams {
            if let Some(row) = row_of(team) {
                let champions_met = row.champions_met();
                sum.add(team.unit, |figures| {
                    figures.teams.add(row.status);
                    figures.champion_teams += champions_met.map_or(Met::default(), Met::one);
                });
            }
            for standing in self.standings_in(team.unit) {
                let group = StandingGroup::from_headline(standing.reasons.headline());
                if self.index.roster().allocations[standing.allocation as usize].validity.holds_on(day) {
                    sum.add(team.unit, |figures| figures.standing.add(group));
                }
            }
        }
        for person in &affected.staff {
            let units = || self.index.counting_posts_of(*person, day).map(|post| post.unit);
            let of = |wanted: fn(Status) -> bool| units().filter(move |unit| self.status(*unit).is_some_and(wanted));
            sum.add_person(of(is_covered), |figures| figures.staff_covered += 1);
            sum.add_person(of(is_assessed), |figures| figures.staff_assessed += 1);
        }
        for person in affected.touched {
            if self.index.level1_on(*person).is_some_and(|on| on <= day) {
                let posts = self.index.counting_posts_of(*person, day);
                sum.add_person(posts.map(|post| post.unit), |figures| figures.level1_done += 1);
            }
            sum.add_person(self.champion_of(*person, day), |figures| figures.champions += 1);
        }
        for person in &affected.supporters {
            let places = self.index.allocation_places_of(*person);
            let standings = places.iter().map(|place| &self.coverage.standings[*place as usize]);
            let active = standings.filter(|standing| standing.reasons.is_active());
            let units = active.map(|standing| self.index.roster().allocations[standing.allocation as usize].unit);
            sum.add_person(units, |figures| figures.active_supporters += 1);
        }
        sum.figures
    }

    fn standings_in(self, unit: UnitIx) -> impl Iterator<Item = &'a Standing> {
        self.index.allocations_to(unit).iter().map(move |place| &self.coverage.standings[*place as usize])
    }

    fn row(self, unit: UnitIx) -> Option<&'a TeamRow> {
        let place = place_of(self.index, &self.coverage.teams, unit).ok()?;
        Some(&self.coverage.teams[place])
    }

    fn status(self, unit: UnitIx) -> Option<Status> {
        self.row(unit).map(|row| row.status)
    }

    /// The teams for which a person counts as Wellbeing Champion.
    fn champion_of(self, person: PersonIx, day: Day) -> Vec<UnitIx> {
        let own = self.index.roster().champions.iter().filter(|role| role.person == person);
        own.filter_map(|role| Some((role, &self.row(role.unit)?.assessed_with)))
            .filter(|(role, units)| champion_counts(self.index, role, units, day))
            .flat_map(|(_, units)| units.iter().copied())
            .collect()
    }
}

/// Adds contributions to every unit at and above those in which they are made.
struct Sum<'a> {
    tree: &'a Tree,
    figures: Contributions,
}

impl Sum<'_> {
    fn add(&mut self, unit: UnitIx, add: impl Fn(&mut Figures)) {
        for above in self.tree.ancestors(unit) {
            add(self.figures.entry(above).or_default());
        }
    }

    /// Adds a person once to every unit at or above one of these.
    fn add_person(&mut self, units: impl IntoIterator<Item = UnitIx>, add: impl Fn(&mut Figures)) {
        let all: BTreeSet<UnitIx> = units.into_iter().flat_map(|unit| self.tree.ancestors(unit)).collect();
        for unit in all {
            add(self.figures.entry(unit).or_default());
        }
    }
}

/// The rows of units by code, while they are changed.
struct Rows<'a> {
    index: &'a Index,
    question: &'a Question<'a>,
    tree: &'a Tree,
    rows: Vec<UnitRow>,
}

impl Rows<'_> {
    fn place(&self, unit: UnitIx) -> Result<usize, usize> {
        let code = |unit: UnitIx| &self.index.roster().units[unit.at()].code;
        self.rows.binary_search_by(|row| code(row.unit).cmp(code(unit)))
    }

    /// Changes the figures of a unit. Adds its row if it has a team for the first time, and removes it with the last team
    /// of a closed unit.
    fn change(&mut self, unit: UnitIx, less: &Figures, more: &Figures, teams: &[Arc<TeamRow>]) {
        let place = self.place(unit);
        let mut row = place.map_or_else(|_| self.blank(unit), |place| self.rows[place].clone());
        row.teams = row.teams.changed(&less.teams, &more.teams);
        row.champion_teams.met = row.champion_teams.met + more.champion_teams.met - less.champion_teams.met;
        row.champion_teams.asked = row.champion_teams.asked + more.champion_teams.asked - less.champion_teams.asked;
        row.standing = row.standing.changed(&less.standing, &more.standing);
        row.staff_covered = row.staff_covered + more.staff_covered - less.staff_covered;
        row.staff_assessed = row.staff_assessed + more.staff_assessed - less.staff_assessed;
        row.level1_done = row.level1_done + more.level1_done - less.level1_done;
        row.active_supporters = row.active_supporters + more.active_supporters - less.active_supporters;
        row.champions = row.champions + more.champions - less.champions;
        let below = self.tree.children(unit).filter_map(|below| Some(&self.rows[self.place(below).ok()?]));
        let own = place_of(self.index, teams, unit).ok().map(|place| &teams[place]);
        let lists = below.map(|row| row.oldest_list).chain(own.map(|row| row.oldest_list));
        row.oldest_list = lists.flatten().min();
        let is_open = self.index.roster().units[unit.at()].validity.holds_on(self.question.day);
        match (place, is_open || row.teams.teams() > 0) {
            (Ok(place), true) => self.rows[place] = row,
            (Ok(place), false) => drop(self.rows.remove(place)),
            (Err(place), true) => self.rows.insert(place, row),
            (Err(_), false) => {}
        }
    }

    /// The row of a closed unit that had no team at or below it: no one works there.
    fn blank(&self, unit: UnitIx) -> UnitRow {
        let policy = governing(self.index, unit, self.question.day, None);
        UnitRow {
            unit,
            headcount: 0,
            wte: 0,
            teams: StatusCounts::default(),
            staff_covered: 0,
            staff_assessed: 0,
            level1_done: 0,
            active_supporters: 0,
            standing: StandingCounts::default(),
            champions: 0,
            champion_teams: Met::default(),
            trainers: 0,
            embedded: None,
            trainer_units: Met::default(),
            oldest_list: None,
            level1_target: policy.as_ref().map(|found| found.policy.level1_target),
            supporters_per_trainer: policy.as_ref().map(|found| found.policy.supporters_per_trainer),
        }
    }

    /// Takes the figures of policies for the units at or below these.
    fn apply_policies(&mut self, changed: &[UnitIx]) {
        if changed.is_empty() {
            return;
        }
        for row in &mut self.rows {
            if changed.iter().any(|above| self.tree.is_at_or_below(row.unit, *above)) {
                let policy = governing(self.index, row.unit, self.question.day, None);
                row.level1_target = policy.as_ref().map(|found| found.policy.level1_target);
                row.supporters_per_trainer = policy.as_ref().map(|found| found.policy.supporters_per_trainer);
                row.embedded = embedded(self.index, self.question, row.unit, row.headcount, 0);
            }
        }
    }

    /// Counts the Trainers again: there are few, and each serves everything below their unit.
    fn count_trainers(&mut self) {
        let trainers = ActiveTrainers::find(self.index, self.question);
        let (serving, placed) = (trainers.serving(self.tree), trainers.at_or_below(self.tree));
        let mut units = vec![Met::default(); serving.len()];
        for row in &mut self.rows {
            let place = self.tree.preorder_index(row.unit);
            row.trainers = serving[place];
            if let Some(embedded) = &mut row.embedded {
                embedded.trainers = placed[place];
                units[place] = Met::one(embedded.is_met());
            }
        }
        add_upwards(self.tree, &mut units);
        for row in &mut self.rows {
            row.trainer_units = units[self.tree.preorder_index(row.unit)];
        }
    }
}
