//! A breakdown of the people of every unit.

use std::collections::HashMap;

use super::{Columns, Limit, Place};

/// No row.
const NONE: u32 = u32::MAX;

/// One row of a breakdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<const C: usize> {
    /// Whose figures.
    pub place: Place,
    /// The row that it is part of; absent at the top.
    pub above: Option<Place>,
    /// The parts of the breakdown; their sum is known to everybody.
    pub cells: [u32; C],
}

impl<const C: usize> Row<C> {
    /// Everybody of the row.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.cells.iter().sum()
    }

    /// The cells that are too small to show.
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

/// A breakdown over a tree: rows before those below them, siblings by place.
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
    /// Puts rows into the order of the tree, whatever order they come in. A row whose upper row is not there is a top of
    /// its own; of two rows of one place, the first counts.
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

    /// The rows, those below a row after it.
    #[must_use]
    pub fn rows(&self) -> &[Row<C>] {
        &self.rows
    }

    /// The number of a row.
    #[must_use]
    pub fn find(&self, place: Place) -> Option<usize> {
        let at = self.places.binary_search_by_key(&place, |(place, _)| *place).ok()?;
        Some(self.places[at].1 as usize)
    }

    /// The row that a row is part of.
    #[must_use]
    pub fn above(&self, row: usize) -> Option<usize> {
        Some(self.above[row]).filter(|above| *above != NONE).map(|above| above as usize)
    }

    /// The rows directly below a row.
    pub fn below(&self, row: usize) -> impl Iterator<Item = usize> {
        self.below[self.starts[row] as usize..self.starts[row + 1] as usize].iter().map(|row| *row as usize)
    }

    pub(super) fn is_leaf(&self, row: usize) -> bool {
        self.starts[row] == self.starts[row + 1]
    }

    /// The rows from `from` and from `to` up to where they meet, lowest first, without the row in which they do; without
    /// `to`, all from `from` to the top. Two that do not meet go to their tops.
    pub(super) fn ways(&self, from: usize, to: Option<usize>) -> (Vec<usize>, Vec<usize>) {
        let (mut a, mut b) = (Some(from), to);
        let (mut ways_a, mut ways_b) = (Vec::new(), Vec::new());
        while a != b {
            let deeper =
                |one: usize, other: Option<usize>| other.is_none_or(|other| self.depth[one] >= self.depth[other]);
            match (a, b) {
                (Some(row), other) if deeper(row, other) => {
                    ways_a.push(row);
                    a = self.above(row);
                }
                (_, Some(row)) => {
                    ways_b.push(row);
                    b = self.above(row);
                }
                (_, None) => break,
            }
        }
        (ways_a, ways_b)
    }
}

fn number(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(NONE)
}
