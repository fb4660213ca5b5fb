//! The indexes of what comes from files. Versions of the facts share them.

use std::collections::{HashMap, HashSet};

use super::Index;
use super::by_key;
use super::grouped::Grouped;
use crate::coverage::roster::{Agreement, Away, Framework, Organisation, Pass, PersonIx, Post, StaffList, UnitIx};
use crate::coverage::tree::Tree;
use crate::id::{PersonId, UnitId};
use crate::interner::Symbol;
use crate::period::{Day, Validity};

/// The indexes of an organisation.
#[derive(Debug)]
pub(super) struct OrganisationIndex {
    /// The trees, each with the first day on which it holds, oldest first. The first holds for every day before the
    /// second.
    trees: Vec<(Option<Day>, Tree)>,
    posts_by_unit: Grouped,
    posts_by_person: Grouped,
    pub(super) passes: HashMap<PersonIx, Vec<Pass>>,
    away: HashMap<PersonIx, Vec<Validity>>,
    groups: HashMap<Symbol, Vec<UnitIx>>,
    /// By employer; the lists of each in order of series and as-at day.
    staff_lists: HashMap<Option<Symbol>, Vec<StaffList>>,
    /// Units that are named in rejected rows of any list.
    units_not_read: HashSet<UnitIx>,
    /// By first day in force.
    pub(super) agreements: Vec<Agreement>,
    pub(super) frameworks: Vec<Framework>,
    /// People by their linked ids, except the lowest id of each person.
    linked: HashMap<PersonId, PersonIx>,
}

impl OrganisationIndex {
    /// Builds the indexes of an organisation.
    pub(super) fn new(organisation: &Organisation) -> Self {
        let Organisation {
            units,
            people,
            posts,
            passes,
            away,
            staff_lists: lists,
            agreements,
            frameworks,
            successions: _,
            words: _,
        } = organisation;
        let mut agreements = agreements.clone();
        agreements.sort_by_key(|agreement| agreement.from);
        let mut passes = by_key(passes, |pass| pass.person);
        passes.values_mut().for_each(|passes| passes.sort_by_key(|pass| pass.on));
        let mut groups: HashMap<Symbol, Vec<UnitIx>> = HashMap::new();
        for (unit, facts) in (0u32..).map(UnitIx).zip(units) {
            if let Some(group) = facts.cover_group {
                groups.entry(group).or_default().push(unit);
            }
        }
        // Sorted by code, so that the order does not depend on when a member was filed.
        groups.values_mut().for_each(|group| group.sort_by(|a, b| units[a.at()].code.cmp(&units[b.at()].code)));
        let mut staff_lists = by_key(lists, |list| list.employer);
        staff_lists.values_mut().for_each(|lists| lists.sort_by_key(|list| (list.series, list.as_at)));
        let linked = (0u32..).map(PersonIx).zip(people);
        Self {
            trees: Tree::dated(units),
            posts_by_unit: Grouped::new(units.len(), posts.iter().map(|post| post.unit.at())),
            posts_by_person: Grouped::new(people.len(), posts.iter().map(|post| post.person.at())),
            passes,
            away: by_key(away, |away| away.person)
                .into_iter()
                .map(|(person, spells)| (person, merge(spells)))
                .collect(),
            groups,
            staff_lists,
            units_not_read: lists.iter().flat_map(|list| &list.unread).map(|(unit, _)| *unit).collect(),
            agreements,
            frameworks: frameworks.clone(),
            linked: linked.flat_map(|(place, person)| person.linked.iter().map(move |id| (*id, place))).collect(),
        }
    }
}

impl Index {
    /// Returns the tree of a day.
    #[must_use]
    pub fn tree(&self, day: Day) -> &Tree {
        let begun = self.organisation.trees.iter().rposition(|(from, _)| from.is_none_or(|from| from <= day));
        &self.organisation.trees[begun.unwrap_or(0)].1
    }

    /// Returns every tree, with the first day on which it holds; the first has no such day.
    pub(in crate::coverage) fn trees(&self) -> impl Iterator<Item = &(Option<Day>, Tree)> {
        self.organisation.trees.iter()
    }

    /// Returns the days on which any unit moves in the tree, with the tree from that day.
    pub fn moves(&self) -> impl Iterator<Item = (Day, &Tree)> {
        self.organisation.trees.iter().filter_map(|(from, tree)| from.map(|from| (from, tree)))
    }

    /// Returns the units of a cover group, by code.
    #[must_use]
    pub fn group(&self, group: Symbol) -> &[UnitIx] {
        self.organisation.groups.get(&group).map_or(&[], Vec::as_slice)
    }

    /// Returns all posts placed directly in a unit, counting or not.
    pub fn posts_in(&self, unit: UnitIx) -> impl Iterator<Item = &Post> {
        self.organisation.posts_by_unit.rows_of(unit.at()).iter().map(|row| &self.roster.posts[*row as usize])
    }

    /// Returns all posts of a person, counting or not.
    pub fn posts_of(&self, person: PersonIx) -> impl Iterator<Item = &Post> {
        self.organisation.posts_by_person.rows_of(person.at()).iter().map(|row| &self.roster.posts[*row as usize])
    }

    /// Whether a post counts on `day`: it is valid, its unit is open, and it is not Bank (COVERAGE.md section 2).
    #[must_use]
    pub fn counts(&self, post: &Post, day: Day) -> bool {
        !post.bank && post.validity.holds_on(day) && self.roster.units[post.unit.at()].validity.holds_on(day)
    }

    /// Returns the posts in a unit that count on `day`.
    pub fn counting_posts_in(&self, unit: UnitIx, day: Day) -> impl Iterator<Item = &Post> {
        self.posts_in(unit).filter(move |post| self.counts(post, day))
    }

    /// Returns the posts of a person that count on `day`.
    pub fn counting_posts_of(&self, person: PersonIx, day: Day) -> impl Iterator<Item = &Post> {
        self.posts_of(person).filter(move |post| self.counts(post, day))
    }

    /// Returns the as-at day of the newest staff list of an employer. `None` if no list was ever applied. If several
    /// employers have names that compare as equal, the oldest of their newest lists.
    #[must_use]
    pub fn newest_list(&self, employer: Option<Symbol>) -> Option<Day> {
        self.organisation.staff_lists.get(&employer).and_then(|lists| newest_of_each(lists))
    }

    /// Returns the employers with a staff list, each with the as-at day of its newest one.
    pub fn newest_lists(&self) -> impl Iterator<Item = (Option<Symbol>, Day)> {
        self.organisation.staff_lists.iter().filter_map(|(employer, lists)| Some((*employer, newest_of_each(lists)?)))
    }

    /// Returns r of a unit on `day`: the number of rejected rows that named it, over all employers, each with its
    /// newest staff list as at `day` or before. 0 on days on which the unit is closed (COVERAGE.md section 5).
    #[must_use]
    pub fn rows_not_read(&self, unit: UnitIx, day: Day) -> u32 {
        if !self.organisation.units_not_read.contains(&unit) || !self.roster.units[unit.at()].validity.holds_on(day) {
            return 0;
        }
        let newest = |lists: &[StaffList]| {
            let list = lists.iter().rev().find(|list| list.as_at <= day)?;
            list.unread.iter().find(|(named, _)| *named == unit).map(|(_, rows)| *rows)
        };
        self.organisation.staff_lists.values().flat_map(|lists| each_series(lists)).filter_map(newest).sum()
    }

    /// Returns the periods in which a person is away. Periods that touch or overlap are merged.
    #[must_use]
    pub fn away(&self, person: PersonIx) -> &[Validity] {
        self.organisation.away.get(&person).map_or(&[], Vec::as_slice)
    }

    /// Returns the unit with an id. The units of a roster that was read are in the order of their ids.
    #[must_use]
    pub fn unit_by_id(&self, id: UnitId) -> Option<UnitIx> {
        let place = self.roster.units.binary_search_by_key(&id, |unit| unit.id);
        place.ok().and_then(|place| u32::try_from(place).ok()).map(UnitIx)
    }

    /// Returns the person with an id, which may be one of several linked ones. The people of a roster that was read are
    /// in the order of their ids.
    #[must_use]
    pub fn person_by_id(&self, id: PersonId) -> Option<PersonIx> {
        let place = self.roster.people.binary_search_by_key(&id, |person| person.id);
        let place = place.ok().and_then(|place| u32::try_from(place).ok()).map(PersonIx);
        place.or_else(|| self.organisation.linked.get(&id).copied())
    }
}

fn merge(spells: Vec<Away>) -> Vec<Validity> {
    let mut spells: Vec<_> = spells.into_iter().map(|away| away.validity).filter(|spell| !spell.is_empty()).collect();
    spells.sort_by_key(|spell| spell.from);
    let mut merged: Vec<Validity> = Vec::with_capacity(spells.len());
    for spell in spells {
        match merged.last_mut() {
            Some(last) if last.touches(spell) => *last = last.hull(spell),
            _ => merged.push(spell),
        }
    }
    merged
}

/// Splits the lists by series: one per employer key, oldest list first.
fn each_series(lists: &[StaffList]) -> impl Iterator<Item = &[StaffList]> {
    lists.chunk_by(|a, b| a.series == b.series)
}

/// Returns the as-at day of the oldest among the newest lists of each series.
fn newest_of_each(lists: &[StaffList]) -> Option<Day> {
    each_series(lists).filter_map(<[StaffList]>::last).map(|list| list.as_at).min()
}
