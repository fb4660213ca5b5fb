//! A table of counts, with one row per unit of the tree.

use std::collections::HashMap;

use super::{Columns, Limit, Place};

/// Stands for "no row".
const NONE: u32 = u32::MAX;

/// One row of a breakdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<const C: usize> {
    /// The unit, and whether only people placed directly in it are counted.
    pub place: Place,
    /// The row that this row is part of. `None` at the top of the tree.
    pub above: Option<Place>,
    /// The counts by column. Their sum is public.
    pub cells: [u32; C],
}

impl<const C: usize> Row<C> {
    /// Total number of people in the row.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.cells.iter().sum()
    }

    /// Returns the columns whose cells are too small to show.
    pub(super) fn small(&self, limit: Limit) -> Columns {
        let total = self.total();
        let mut small = Columns::default();
        for (column, count) in self.cells.iter().enumerate() {
            if *count > 0 && (*count < limit.get() || *count == total) {
                small.add(column);
            }
        }
        small
    }
}

/// A breakdown over a tree: each row comes before the rows below it, siblings are in order of place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table<const C: usize> {
    rows: Vec<Row<C>>,
    above: Vec<u32>,
    depth: Vec<u32>,
    /// The rows directly below row r are `below[starts[r]..starts[r + 1]]`.
    starts: Vec<u32>,
    below: Vec<u32>,
    /// Row numbers by place, sorted.
    places: Vec<(Place, u32)>,
}

impl<const C: usize> Table<C> {
    /// Arranges rows, given in any order, in tree order. A row whose upper row is missing becomes a top; of two rows
    /// with the same place, the first is used.
    #[must_use]
    pub fn new(mut rows: Vec<Row<C>>) -> Self {
        rows.sort_by_key(|row| row.place);
        rows.dedup_by_key(|row| row.place);
        let find = |place: Place| rows.binary_search_by_key(&place, |row| row.place).ok();
        let mut tops = Vec::new();
        let mut children: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            match row.above.filter(|above| *above != row.place).and_then(find) {
                Some(above) => children.entry(above).or_default().push(at),
                None => tops.push(at),
            }
        }
        let mut table = Self {
            above: Vec::with_capacity(rows.len()),
            depth: Vec::with_capacity(rows.len()),
            starts: Vec::new(),
            below: Vec::new(),
            places: Vec::with_capacity(rows.len()),
            rows: Vec::with_capacity(rows.len()),
        };
        let mut open: Vec<(usize, u32, u32)> = tops.into_iter().rev().map(|top| (top, NONE, 0)).collect();
        while let Some((at, above, depth)) = open.pop() {
            let row = number(table.rows.len());
            table.rows.push(rows[at]);
            table.above.push(above);
            table.depth.push(depth);
            table.places.push((rows[at].place, row));
            open.extend(children.remove(&at).into_iter().flatten().rev().map(|child| (child, row, depth + 1)));
        }
        table.places.sort_unstable();
        table.arrange();
        table
    }

    fn arrange(&mut self) {
        self.starts = vec![0; self.rows.len() + 1];
        for above in self.above.iter().filter(|above| **above != NONE) {
            self.starts[*above as usize + 1] += 1;
        }
        for row in 0..self.rows.len() {
            self.starts[row + 1] += self.starts[row];
        }
        let mut next = self.starts.clone();
        self.below = vec![0; self.starts[self.rows.len()] as usize];
        for (row, above) in self.above.iter().enumerate().filter(|(_, above)| **above != NONE) {
            self.below[next[*above as usize] as usize] = number(row);
            next[*above as usize] += 1;
        }
    }

    /// The rows in tree order: each before the rows below it.
    #[must_use]
    pub fn rows(&self) -> &[Row<C>] {
        &self.rows
    }

    /// Returns the number of the row with this place.
    #[must_use]
    pub fn find(&self, place: Place) -> Option<usize> {
        let at = self.places.binary_search_by_key(&place, |(place, _)| *place).ok()?;
        Some(self.places[at].1 as usize)
    }

    /// Returns the number of the row above. `None` for a top.
    #[must_use]
    pub fn above(&self, row: usize) -> Option<usize> {
        Some(self.above[row]).filter(|above| *above != NONE).map(|above| above as usize)
    }

    /// Returns the numbers of the rows directly below.
    pub fn below(&self, row: usize) -> impl Iterator<Item = usize> {
        self.below[self.starts[row] as usize..self.starts[row + 1] as usize].iter().map(|row| *row as usize)
    }

    pub(super) fn is_leaf(&self, row: usize) -> bool {
        self.starts[row] == self.starts[row + 1]
    }

    /// Returns the rows from `from` and from `to` up to their lowest common ancestor, lowest first, without the
    /// ancestor itself. Without `to`, all rows from `from` to the top. If the two have no common ancestor, both paths
    /// go to their tops.
    pub(super) fn exchange_paths(&self, from: usize, to: Option<usize>) -> (Vec<usize>, Vec<usize>) {
        let (mut a, mut b) = (Some(from), to);
        let (mut path_a, mut path_b) = (Vec::new(), Vec::new());
        while a != b {
            let deeper =
                |one: usize, other: Option<usize>| other.is_none_or(|other| self.depth[one] >= self.depth[other]);
            match (a, b) {
                (Some(row), other) if deeper(row, other) => {
                    path_a.push(row);
                    a = self.above(row);
                }
                (_, Some(row)) => {
                    path_b.push(row);
                    b = self.above(row);
                }
                (_, None) => break,
            }
        }
        (path_a, path_b)
    }
}

fn number(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(NONE)
}
