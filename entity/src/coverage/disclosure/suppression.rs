//! Decides which cells of one week's table are hidden, among the rows that are free (step 3 of the parent module's
//! description).

mod pairing;

use super::{Columns, Decision, Exchange, Limit, Table};

/// A path from a row down through free rows to a leaf that has a person in a column. The smallest value is the best
/// path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DownPath {
    /// Number of rows that would be hidden only for this path.
    newly_hidden: u32,
    /// How many people the leaf's cell is below the limit; 0 if it is not below.
    shortfall: u32,
    /// Total number of people in the leaf's row.
    people: u32,
    /// Row number of the leaf.
    pub(super) leaf: u32,
}

/// One half of an exchange, from a leaf up to `top`, that still needs its other half.
#[derive(Clone, Debug)]
pub(super) struct OpenHalf {
    pub(super) leaf: usize,
    /// The highest row that it has reached.
    pub(super) top: usize,
    pub(super) target: Target,
}

#[derive(Clone, Debug)]
pub(super) enum Target {
    /// Hides this column of these rows, together with any second column.
    HideCell { column: usize, rows: Vec<usize> },
    /// Continues an exchange of last week: `leaf` loses one person in the first column and gains one in the second. A
    /// copy of a half that was continued already only serves to hide cells; `other_cell` then holds that column and its
    /// rows.
    Continue { loses: usize, gains: usize, other_cell: Option<(usize, Vec<usize>)> },
}

/// The state of the suppression of one week; see the parent module.
pub(super) struct Suppression<'a, const C: usize> {
    pub(super) table: &'a Table<C>,
    limit: Limit,
    /// Rows that are new or have changed.
    pub(super) free: Vec<bool>,
    small: Vec<Columns>,
    hidden: Vec<Columns>,
    paths: Vec<[Option<DownPath>; C]>,
    /// Open halves, by the row below which they look for their other half.
    open: Vec<Vec<OpenHalf>>,
    /// Halves of last week's exchanges, by the row below which they look for their other half, at most two per pair of
    /// columns: a world that was continued in one way may also be continued in another, and then serves two cells.
    carried_halves: Vec<Vec<CarriedHalf>>,
    /// Last week's exchanges, by their lowest unchanged row: another person below that row may move instead.
    carried: Vec<Vec<CarriedExchange>>,
    exchanges: Vec<Exchange>,
}

/// One half of an exchange of last week.
#[derive(Clone, Copy, Debug)]
struct CarriedHalf {
    leaf: usize,
    top: usize,
    loses: usize,
    gains: usize,
}

/// An exchange of last week, as seen from an unchanged row.
#[derive(Clone, Copy, Debug)]
pub(super) struct CarriedExchange {
    /// `Ok`: the leaf of the other half. `Err`: the highest unchanged row of this half, which still needs another half.
    pub(super) other: Result<usize, usize>,
    pub(super) loses: usize,
    pub(super) gains: usize,
}

impl<'a, const C: usize> Suppression<'a, C> {
    pub(super) fn new(table: &'a Table<C>, limit: Limit, before: Option<&Table<C>>) -> Self {
        let rows = table.rows();
        let unchanged = |place, cells: &[u32; C]| {
            before.is_some_and(|before| before.find(place).is_some_and(|row| before.rows()[row].cells == *cells))
        };
        let mut suppression = Self {
            table,
            limit,
            free: rows.iter().map(|row| !unchanged(row.place, &row.cells)).collect(),
            small: rows.iter().map(|row| row.small(limit)).collect(),
            hidden: vec![Columns::default(); rows.len()],
            paths: Vec::new(),
            open: vec![Vec::new(); rows.len()],
            carried_halves: vec![Vec::new(); rows.len()],
            carried: vec![Vec::new(); rows.len()],
            exchanges: Vec::new(),
        };
        suppression.find_paths();
        suppression
    }

    fn find_paths(&mut self) {
        let mut paths: Vec<[Option<DownPath>; C]> = vec![[None; C]; self.table.rows().len()];
        for row in (0..paths.len()).rev().filter(|row| self.free[*row]) {
            let facts = &self.table.rows()[row];
            let best = std::array::from_fn(|column| {
                let seen = self.hidden[row].has(column) || self.small[row].has(column);
                let best = if self.table.is_leaf(row) {
                    (facts.cells[column] > 0).then(|| DownPath {
                        newly_hidden: 0,
                        shortfall: self.limit.get().saturating_sub(facts.cells[column]),
                        people: facts.total(),
                        leaf: index(row),
                    })
                } else {
                    self.table.below(row).filter_map(|below| paths[below][column]).min()
                };
                best.map(|best| DownPath { newly_hidden: best.newly_hidden + u32::from(!seen), ..best })
            });
            paths[row] = best;
        }
        self.paths = paths;
    }

    pub(super) fn path(&self, row: usize, column: usize) -> Option<DownPath> {
        self.paths[row][column]
    }

    pub(super) fn has(&self, row: usize, column: usize) -> bool {
        self.table.rows()[row].cells[column] > 0
    }

    /// Records an exchange and hides its two columns in every row that it runs through.
    pub(super) fn exchange(&mut self, from: usize, to: Option<usize>, loses: usize, gains: usize) {
        let (one, other) = self.table.exchange_paths(from, to);
        for row in one.into_iter().chain(other) {
            self.hidden[row].add(loses);
            self.hidden[row].add(gains);
        }
        let place = |row: usize| self.table.rows()[row].place;
        let column = |column: usize| u8::try_from(column).unwrap_or(u8::MAX);
        let exchange = Exchange { from: place(from), to: to.map(place), loses: column(loses), gains: column(gains) };
        self.exchanges.push(exchange);
    }

    /// Queues an open half until its other half is found below the row above `open.top`.
    pub(super) fn seek_other_half(&mut self, open: OpenHalf) {
        match self.table.above(open.top) {
            Some(above) => {
                if let Target::Continue { loses, gains, other_cell: None } = open.target {
                    self.note_carried_half(above, CarriedHalf { leaf: open.leaf, top: open.top, loses, gains });
                }
                self.open[above].push(open);
            }
            None => self.pair_through_root(&open),
        }
    }

    /// Records an exchange of last week by its lowest unchanged row, one per pair of columns.
    pub(super) fn note_carried(&mut self, row: usize, carried: CarriedExchange) {
        if !self.carried[row].iter().any(|known| (known.loses, known.gains) == (carried.loses, carried.gains)) {
            self.carried[row].push(carried);
        }
    }

    fn note_carried_half(&mut self, row: usize, half: CarriedHalf) {
        let mut alike =
            self.carried_halves[row].iter().filter(|known| (known.loses, known.gains) == (half.loses, half.gains));
        let enough = alike.next().is_some_and(|first| first.top == half.top || alike.next().is_some());
        if !enough {
            self.carried_halves[row].push(half);
        }
    }

    /// Pairs the open halves and protects every small cell that is still unprotected, from the leaves upwards.
    pub(super) fn finish(mut self, before: Option<&Decision>) -> Decision {
        self.find_paths();
        for row in (0..self.free.len()).rev() {
            let mut through = self.pair_below(row);
            if self.free[row] {
                for column in 0..C {
                    if self.small[row].has(column) && !self.hidden[row].has(column) {
                        self.open_halves(row, column, &mut through);
                    }
                }
            }
            for open in through {
                self.seek_other_half(open);
            }
            let carried_halves = std::mem::take(&mut self.carried_halves[row]);
            if let Some(above) = self.table.above(row).filter(|_| self.free[row]) {
                carried_halves
                    .into_iter()
                    .for_each(|half| self.note_carried_half(above, CarriedHalf { top: row, ..half }));
            }
        }
        self.decide(before)
    }

    fn newly_hidden(&self, row: usize, column: usize) -> u32 {
        u32::from(!self.hidden[row].has(column) && !self.small[row].has(column))
    }

    /// Opens halves that would hide a small cell, unless a half that runs through the row already does. Of several for
    /// one cell, the rest are dropped once one is paired.
    fn open_halves(&mut self, row: usize, column: usize, through: &mut Vec<OpenHalf>) {
        let mut is_open = false;
        for open in through.iter_mut() {
            match &mut open.target {
                Target::HideCell { column: asked, rows } | Target::Continue { other_cell: Some((asked, rows)), .. }
                    if *asked == column =>
                {
                    rows.push(row);
                    is_open = true;
                }
                Target::Continue { loses, gains, other_cell: None } if [*loses, *gains].contains(&column) => return,
                Target::HideCell { .. } | Target::Continue { .. } => {}
            }
        }
        let mut leaves: Vec<usize> = Vec::new();
        let columns = (0..C).map(|step| (column + step) % C);
        for leaf in columns.filter_map(|column| self.path(row, column)).map(|path| path.leaf as usize) {
            if !is_open && !leaves.contains(&leaf) {
                leaves.push(leaf);
            }
        }
        let cells = leaves.into_iter().map(|leaf| (leaf, Target::HideCell { column, rows: vec![row] }));
        let carried_halves =
            self.carried_halves[row].iter().filter(|half| [half.loses, half.gains].contains(&column)).map(|half| {
                let CarriedHalf { leaf, loses, gains, .. } = *half;
                (leaf, Target::Continue { loses, gains, other_cell: Some((column, vec![row])) })
            });
        through.extend(cells.chain(carried_halves).map(|(leaf, target)| OpenHalf { leaf, top: row, target }));
    }

    fn decide(mut self, before: Option<&Decision>) -> Decision {
        let mut decision = Decision::default();
        for (row, facts) in self.table.rows().iter().enumerate() {
            let mut due = self.small[row];
            if let Some(before) = before.filter(|_| !self.free[row]) {
                due.join(before.hidden(facts.place));
            }
            let protected = self.hidden[row];
            due.join(protected);
            decision.exposed += (due.bits().count_ones() - protected.bits().count_ones()) as usize;
            if !due.is_empty() {
                decision.hidden.insert(facts.place, due);
            }
        }
        self.exchanges.sort_unstable();
        self.exchanges.dedup();
        decision.exchanges = self.exchanges;
        decision
    }
}

fn index(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}
