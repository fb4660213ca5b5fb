//! Random trees, counts, and later weeks in which some of them have changed.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::coverage::disclosure::{Place, Row, Table};
use crate::id::UnitId;

/// A tree of units with the people placed directly in each.
#[derive(Clone, Debug)]
pub(super) struct RandomTree<const C: usize> {
    /// For each unit except the first, the earlier unit above it.
    pub(super) above: Vec<usize>,
    /// For each unit, its own people by column; a unit without any has no row of its own.
    pub(super) own: Vec<[u32; C]>,
}

impl<const C: usize> RandomTree<C> {
    /// The table, and the same rows in another order.
    pub(super) fn rows(&self) -> Vec<Row<C>> {
        let units = self.own.len();
        let mut all = self.own.clone();
        let mut has_below = vec![false; units];
        for unit in (1..units).rev() {
            let above = self.above[unit - 1];
            has_below[above] = true;
            let part = all[unit];
            all[above].iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        let place = |unit: usize, own| Place { unit: UnitId(i64::try_from(unit).unwrap()), own };
        let mut rows = Vec::new();
        for unit in 0..units {
            let above = (unit > 0).then(|| place(self.above[unit - 1], false));
            rows.push(Row { place: place(unit, false), above, cells: all[unit] });
            if has_below[unit] && self.own[unit].iter().sum::<u32>() > 0 {
                rows.push(Row { place: place(unit, true), above: Some(place(unit, false)), cells: self.own[unit] });
            }
        }
        rows
    }

    pub(super) fn table(&self) -> Table<C> {
        Table::new(self.rows())
    }
}

/// Counts as teams have them: often none, all, or few.
fn counts<const C: usize>() -> impl Strategy<Value = [u32; C]> {
    let count = prop_oneof![3 => Just(0u32), 3 => 1..5u32, 2 => 5..12u32, 1 => 12..40u32];
    vec(count, C).prop_map(|counts| counts.try_into().expect("as many as columns"))
}

pub(super) fn trees<const C: usize>(most: usize) -> impl Strategy<Value = RandomTree<C>> {
    (2..=most).prop_flat_map(|units| {
        let above = (1..units).map(|unit| 0..unit).collect::<Vec<_>>();
        (above, vec(counts::<C>(), units)).prop_map(|(above, own)| RandomTree { above, own })
    })
}

/// A tree, and its state in the weeks after: in each, a few units have other people, by a new draw or because one
/// moved.
pub(super) fn weeks<const C: usize>(most: usize, weeks: usize) -> impl Strategy<Value = Vec<RandomTree<C>>> {
    trees::<C>(most).prop_flat_map(move |tree| {
        let units = tree.own.len();
        let change = prop_oneof![
            (0..units, counts::<C>()).prop_map(WeekChange::Drawn),
            (0..units, 0..units, 0..C).prop_map(|(from, to, column)| WeekChange::Moved(from, to, column)),
            (0..units, 0..C, 0..C).prop_map(|(unit, from, to)| WeekChange::Trained(unit, from, to)),
        ];
        vec(vec(change, 0..4), weeks - 1).prop_map(move |changes| {
            let mut all = vec![tree.clone()];
            for week in &changes {
                let mut next = all.last().expect("a week").clone();
                week.iter().for_each(|change| change.apply(&mut next.own));
                all.push(next);
            }
            all
        })
    })
}

#[derive(Clone, Debug)]
enum WeekChange<const C: usize> {
    Drawn((usize, [u32; C])),
    /// One person moves from a unit to another.
    Moved(usize, usize, usize),
    /// One person moves from a column to another.
    Trained(usize, usize, usize),
}

impl<const C: usize> WeekChange<C> {
    fn apply(&self, own: &mut [[u32; C]]) {
        match *self {
            Self::Drawn((unit, counts)) => own[unit] = counts,
            Self::Moved(from, to, column) if own[from][column] > 0 => {
                own[from][column] -= 1;
                own[to][column] += 1;
            }
            Self::Trained(unit, from, to) if own[unit][from] > 0 => {
                own[unit][from] -= 1;
                own[unit][to] += 1;
            }
            Self::Moved(..) | Self::Trained(..) => {}
        }
    }
}
