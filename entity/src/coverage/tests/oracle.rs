//! COVERAGE.md implemented a second time, slowly: every result is computed from the rows themselves, by the page's
//! wording, with sets of people and without any index. The fast rules must give the same results.

use std::collections::BTreeSet;

use crate::coverage::PolicyTerms;
use crate::coverage::roster::{PersonIx, Post, Roster, UnitIx};
use crate::interner::Symbol;
use crate::period::{Day, Validity};

mod layer;
mod standing;
mod team;

/// The answers of one day.
#[derive(Clone, Copy)]
pub(super) struct Oracle<'a> {
    pub(super) roster: &'a Roster,
    pub(super) day: Day,
    /// The current day. `None` if the age of the staff lists does not matter.
    pub(super) today: Option<Day>,
}

impl<'a> Oracle<'a> {
    fn holds(self, validity: Validity) -> bool {
        validity.from.is_none_or(|from| from <= self.day) && validity.to.is_none_or(|to| self.day < to)
    }

    pub(super) fn units(self) -> impl Iterator<Item = UnitIx> {
        (0..u32::try_from(self.roster.units.len()).unwrap()).map(UnitIx)
    }

    pub(super) fn is_open(self, unit: UnitIx) -> bool {
        self.holds(self.roster.units[unit.at()].validity)
    }

    fn counts(self, post: &Post) -> bool {
        self.holds(post.validity) && self.is_open(post.unit) && !post.bank
    }

    fn posts_in(self, units: &BTreeSet<UnitIx>) -> Vec<&'a Post> {
        self.roster.posts.iter().filter(|post| self.counts(post) && units.contains(&post.unit)).collect()
    }

    pub(super) fn people(self, units: &BTreeSet<UnitIx>) -> BTreeSet<PersonIx> {
        self.posts_in(units).iter().map(|post| post.person).collect()
    }

    pub(super) fn wte(self, units: &BTreeSet<UnitIx>) -> i64 {
        self.posts_in(units).iter().map(|post| i64::from(post.wte)).sum()
    }

    pub(super) fn is_team(self, unit: UnitIx) -> bool {
        !self.people(&[unit].into()).is_empty()
    }

    /// The parent on this day: that of the latest move until then.
    fn parent(self, unit: UnitIx) -> Option<UnitIx> {
        let placements = self.roster.units[unit.at()].placements.iter();
        let begun = placements.filter(|placement| placement.from.is_none_or(|from| from <= self.day));
        begun.max_by_key(|placement| placement.from).and_then(|placement| placement.parent)
    }

    /// The unit and its ancestors on this day, nearest first.
    fn path(self, unit: UnitIx) -> Vec<UnitIx> {
        std::iter::successors(Some(unit), |unit| self.parent(*unit)).collect()
    }

    /// The unit and everything below it on this day.
    pub(super) fn below(self, above: UnitIx) -> BTreeSet<UnitIx> {
        self.units().filter(|unit| self.path(*unit).contains(&above)).collect()
    }

    fn in_group(self, group: Symbol) -> impl Iterator<Item = UnitIx> {
        self.units().filter(move |unit| self.roster.units[unit.at()].cover_group == Some(group))
    }

    /// The group of a unit; a unit without counting posts is not in its group that day.
    fn group(self, unit: UnitIx) -> Option<Symbol> {
        self.roster.units[unit.at()].cover_group.filter(|_| self.is_team(unit))
    }

    /// The units that are assessed as one with this one.
    pub(super) fn members(self, unit: UnitIx) -> BTreeSet<UnitIx> {
        match self.group(unit) {
            None => [unit].into(),
            Some(group) => self.in_group(group).filter(|other| self.is_team(*other)).collect(),
        }
    }

    /// The policy of the nearest unit at or above that has one in force, its latest.
    fn policy_of_unit(self, unit: UnitIx) -> Option<(UnitIx, Day, &'a PolicyTerms)> {
        self.path(unit).into_iter().find_map(|unit| {
            let in_force = self.roster.policies.iter().filter(|filed| filed.unit == unit && filed.from <= self.day);
            in_force.max_by_key(|filed| filed.from).map(|filed| (unit, filed.from, &filed.policy))
        })
    }

    /// The policy of the member nearest the root, ties by unit code.
    fn policy(self, members: &BTreeSet<UnitIx>) -> Option<(UnitIx, Day, &'a PolicyTerms)> {
        let key = |unit: &UnitIx| (self.path(*unit).len(), &self.roster.units[unit.at()].code);
        self.policy_of_unit(*members.iter().min_by_key(|unit| key(unit))?)
    }
}
