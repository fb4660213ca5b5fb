//! The people who are assessed as one team: those of a unit, or of all units of a cover group (COVERAGE.md section 2).

use super::index::Index;
use super::roster::{PersonIx, Post, UnitIx};
use crate::interner::Symbol;
use crate::period::Day;

/// What is assessed as one team: a unit by itself, or all units of a cover group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum CoverScope {
    /// A unit.
    Unit(UnitIx),
    /// A cover group.
    Group(Symbol),
}

impl CoverScope {
    /// Returns the scope in which a unit is assessed if it has counting posts.
    pub(crate) fn for_unit(index: &Index, unit: UnitIx) -> Self {
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

    /// Returns the scope in which a unit is assessed on `day`: a unit without counting posts is not in its group.
    pub(crate) fn on(index: &Index, unit: UnitIx, day: Day) -> Self {
        let is_team = index.counting_posts_in(unit, day).next().is_some();
        if is_team { Self::for_unit(index, unit) } else { Self::Unit(unit) }
    }

    /// Returns every unit that can be part of it, with counting posts or not.
    pub(crate) fn units<'a>(&'a self, index: &'a Index) -> &'a [UnitIx] {
        match self {
            Self::Unit(unit) => std::slice::from_ref(unit),
            Self::Group(group) => index.group(*group),
        }
    }
}

/// The counting posts and the people of a scope on a day.
pub(crate) struct Colleagues<'a> {
    /// Units with counting posts that day.
    pub(crate) members: Vec<UnitIx>,
    /// Their counting posts.
    pub(crate) posts: Vec<&'a Post>,
    /// Distinct people, sorted.
    pub(crate) people: Vec<PersonIx>,
    /// Distinct pairs (line manager, person) from the counting posts there, sorted. A manager named only by a person's
    /// post in another unit is not a line manager here: the unit's people are those of its posts.
    managed: Vec<(PersonIx, PersonIx)>,
}

impl<'a> Colleagues<'a> {
    /// Finds the posts and people of a scope on a day.
    pub(crate) fn find(index: &'a Index, scope: CoverScope, day: Day) -> Self {
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
        Self { members, posts, people, managed }
    }

    /// Whether a person has a counting post there.
    pub(crate) fn include(&self, person: PersonIx) -> bool {
        self.people.binary_search(&person).is_ok()
    }

    /// Returns the number of people whose named line manager is `manager`.
    pub(crate) fn managed_by(&self, manager: PersonIx) -> usize {
        let first = self.managed.partition_point(|(other, _)| *other < manager);
        self.managed[first..].iter().take_while(|(other, _)| *other == manager).count()
    }

    /// Whether `manager` is the named line manager of more than half of the people.
    pub(crate) fn are_mostly_managed_by(&self, manager: PersonIx) -> bool {
        2 * self.managed_by(manager) > self.people.len()
    }
}
