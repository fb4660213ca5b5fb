//! The tree of units between two days on which a unit moves. Units are numbered in preorder, so that every subtree is
//! one range of numbers.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;

use super::roster::{Unit, UnitIx};
use crate::period::Day;

/// One tree. All methods take constant time, or time proportional to the depth.
#[derive(Debug)]
pub struct Tree {
    parents: Vec<Option<UnitIx>>,
    depth: Vec<u32>,
    /// The unit's own preorder number, and that of the last unit at or below it.
    first: Vec<u32>,
    last: Vec<u32>,
    /// Units in preorder.
    order: Vec<UnitIx>,
}

impl Tree {
    /// Returns the trees of the units, each with the first day on which it holds, oldest first. The first tree has no
    /// such day.
    pub(super) fn dated(units: &[Unit]) -> Vec<(Option<Day>, Self)> {
        let moves: BTreeSet<Day> =
            units.iter().flat_map(|unit| &unit.placements).filter_map(|placement| placement.from).collect();
        let before = moves.first().map_or(Day::LAST, |first| first.plus_days(-1));
        std::iter::once((None, before))
            .chain(moves.into_iter().map(|day| (Some(day), day)))
            .map(|(from, day)| (from, Self::new(units.iter().map(|unit| unit.parent(day)).collect())))
            .collect()
    }

    fn new(parents: Vec<Option<UnitIx>>) -> Self {
        let mut children: HashMap<Option<UnitIx>, Vec<UnitIx>> = HashMap::new();
        for (unit, parent) in (0u32..).map(UnitIx).zip(&parents) {
            children.entry(*parent).or_default().push(unit);
        }
        let mut tree = Self {
            depth: vec![0; parents.len()],
            first: vec![0; parents.len()],
            last: vec![0; parents.len()],
            order: Vec::with_capacity(parents.len()),
            parents,
        };
        let mut next = children.get(&None).cloned().unwrap_or_default();
        next.reverse();
        while let Some(unit) = next.pop() {
            tree.first[unit.at()] = u32::try_from(tree.order.len()).unwrap_or(u32::MAX);
            tree.depth[unit.at()] = tree.parents[unit.at()].map_or(0, |above| tree.depth[above.at()] + 1);
            tree.order.push(unit);
            next.extend(children.get(&Some(unit)).into_iter().flatten().rev());
        }
        for unit in tree.order.iter().rev() {
            let own = tree.first[unit.at()].max(tree.last[unit.at()]);
            tree.last[unit.at()] = own;
            if let Some(above) = tree.parents[unit.at()] {
                tree.last[above.at()] = tree.last[above.at()].max(own);
            }
        }
        tree
    }

    /// Returns all units in preorder: parents before children.
    #[must_use]
    pub fn preorder(&self) -> &[UnitIx] {
        &self.order
    }

    /// Returns the parent. `None` for the root only.
    #[must_use]
    pub fn parent(&self, unit: UnitIx) -> Option<UnitIx> {
        self.parents[unit.at()]
    }

    /// Returns the units directly below.
    pub fn children(&self, unit: UnitIx) -> impl Iterator<Item = UnitIx> {
        let below = self.subtree(unit);
        let child = move |place: usize| (place <= *below.end()).then(|| self.order[place]);
        let first = child(self.preorder_index(unit) + 1);
        std::iter::successors(first, move |before| child(self.last[before.at()] as usize + 1))
    }

    /// Returns the number of units above this one.
    #[must_use]
    pub fn depth(&self, unit: UnitIx) -> u32 {
        self.depth[unit.at()]
    }

    /// Returns the unit itself and its ancestors, nearest first.
    pub fn ancestors(&self, unit: UnitIx) -> impl Iterator<Item = UnitIx> {
        std::iter::successors(Some(unit), |unit| self.parents[unit.at()])
    }

    /// Whether `unit` is `above` itself or a descendant of it.
    #[must_use]
    pub fn is_at_or_below(&self, unit: UnitIx, above: UnitIx) -> bool {
        self.subtree(above).contains(&self.preorder_index(unit))
    }

    /// Returns the unit's index in [`preorder`](Self::preorder).
    #[must_use]
    pub fn preorder_index(&self, unit: UnitIx) -> usize {
        self.first[unit.at()] as usize
    }

    /// Returns the range of preorder indices of the unit itself and its descendants.
    #[must_use]
    pub fn subtree(&self, unit: UnitIx) -> RangeInclusive<usize> {
        self.preorder_index(unit)..=self.last[unit.at()] as usize
    }

    /// Returns the lowest unit that is at or above both. `None` if the two are in different trees.
    #[must_use]
    pub fn lowest_common_ancestor(&self, a: UnitIx, b: UnitIx) -> Option<UnitIx> {
        self.ancestors(a).find(|above| self.is_at_or_below(b, *above))
    }
}
