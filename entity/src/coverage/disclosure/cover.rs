//! The suppression of one week among the rows that are free (step 3 of the module above).

use super::{Columns, Decision, Exchange, Limit, Table};

/// A way down from a row through free rows to one that has a person in a column. The least is the best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    /// Rows that would be hidden only for this.
    new: u32,
    /// By how many people the lowest row has less room than the limit.
    narrow: u32,
    /// How many people its figures are about.
    people: u32,
    /// The lowest row.
    pub(super) leaf: u32,
}

/// One half of an exchange, from a row without rows below it up to `top`, that still wants the other.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) leaf: usize,
    /// The highest row that it has reached.
    pub(super) top: usize,
    pub(super) asks: Asks,
}

#[derive(Clone, Debug)]
pub(super) enum Asks {
    /// To hide this column of these rows, together with any other.
    Cell { column: usize, rows: Vec<usize> },
    /// To go on as before: `leaf` loses one of the first column and gains one of the second. A fork of one that has gone on
    /// already is only there to hide cells, as above.
    Fixed { loses: usize, gains: usize, fork: Option<(usize, Vec<usize>)> },
}

/// See the module.
pub(super) struct Cover<'a, const C: usize> {
    pub(super) table: &'a Table<C>,
    limit: Limit,
    /// Rows that are new or have changed.
    pub(super) free: Vec<bool>,
    small: Vec<Columns>,
    hidden: Vec<Columns>,
    ways: Vec<[Option<Way>; C]>,
    /// By the row below which they want the other half.
    open: Vec<Vec<Open>>,
    /// By the row below which they want the other half, halves of last week, two for each pair of columns: a world that
    /// went on in one way may as well go on in another, and then stands for two.
    forks: Vec<Vec<Fork>>,
    /// By unchanged row, the exchanges of last week of which it is the lowest unchanged row: another person below may move.
    held: Vec<Vec<Held>>,
    exchanges: Vec<Exchange>,
}

/// A half of last week.
#[derive(Clone, Copy, Debug)]
struct Fork {
    leaf: usize,
    top: usize,
    loses: usize,
    gains: usize,
}

/// An exchange of last week, from an unchanged row on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    /// The lowest row of the other half; else the highest unchanged row of this one, which still wants another half.
    pub(super) other: Result<usize, usize>,
    pub(super) loses: usize,
    pub(super) gains: usize,
}

/// For a column, the two best ways down below a row, by different rows directly below it.
type BestTwo = [Option<(Way, usize)>; 2];

impl<'a, const C: usize> Cover<'a, C> {
    pub(super) fn new(table: &'a Table<C>, limit: Limit, before: Option<&Table<C>>) -> Self {
        let rows = table.rows();
        let unchanged = |place, cells: &[u32; C]| {
            before.is_some_and(|before| before.find(place).is_some_and(|row| before.rows()[row].cells == *cells))
        };
        let mut cover = Self {
            table,
            limit,
            free: rows.iter().map(|row| !unchanged(row.place, &row.cells)).collect(),
            small: rows.iter().map(|row| row.small(limit)).collect(),
            hidden: vec![Columns::default(); rows.len()],
            ways: Vec::new(),
            open: vec![Vec::new(); rows.len()],
            forks: vec![Vec::new(); rows.len()],
            held: vec![Vec::new(); rows.len()],
            exchanges: Vec::new(),
        };
        cover.find_ways();
        cover
    }

    fn find_ways(&mut self) {
        let mut ways: Vec<[Option<Way>; C]> = vec![[None; C]; self.table.rows().len()];
        for row in (0..ways.len()).rev().filter(|row| self.free[*row]) {
            let facts = &self.table.rows()[row];
            let best = std::array::from_fn(|column| {
                let seen = self.hidden[row].has(column) || self.small[row].has(column);
                let best = if self.table.is_leaf(row) {
                    (facts.cells[column] > 0).then(|| Way {
                        new: 0,
                        narrow: self.limit.get().saturating_sub(facts.cells[column]),
                        people: facts.total(),
                        leaf: index(row),
                    })
                } else {
                    self.table.below(row).filter_map(|below| ways[below][column]).min()
                };
                best.map(|best| Way { new: best.new + u32::from(!seen), ..best })
            });
            ways[row] = best;
        }
        self.ways = ways;
    }

    pub(super) fn way(&self, row: usize, column: usize) -> Option<Way> {
        self.ways[row][column]
    }

    pub(super) fn has(&self, row: usize, column: usize) -> bool {
        self.table.rows()[row].cells[column] > 0
    }

    /// Hides what an exchange runs through.
    pub(super) fn exchange(&mut self, from: usize, to: Option<usize>, loses: usize, gains: usize) {
        let (one, other) = self.table.ways(from, to);
        for row in one.into_iter().chain(other) {
            self.hidden[row].add(loses);
            self.hidden[row].add(gains);
        }
        let place = |row: usize| self.table.rows()[row].place;
        let column = |column: usize| u8::try_from(column).unwrap_or(u8::MAX);
        let exchange = Exchange { from: place(from), to: to.map(place), loses: column(loses), gains: column(gains) };
        self.exchanges.push(exchange);
    }

    /// Asks for the other half of an exchange, below the row above `open.top`.
    pub(super) fn ask(&mut self, open: Open) {
        match self.table.above(open.top) {
            Some(above) => {
                if let Asks::Fixed { loses, gains, fork: None } = open.asks {
                    self.note_fork(above, Fork { leaf: open.leaf, top: open.top, loses, gains });
                }
                self.open[above].push(open);
            }
            None => self.end_above(&open),
        }
    }

    /// Notes an exchange of last week by its lowest unchanged row, one for each pair of columns.
    pub(super) fn hold(&mut self, row: usize, held: Held) {
        if !self.held[row].iter().any(|known| (known.loses, known.gains) == (held.loses, held.gains)) {
            self.held[row].push(held);
        }
    }

    fn note_fork(&mut self, row: usize, fork: Fork) {
        let mut alike = self.forks[row].iter().filter(|known| (known.loses, known.gains) == (fork.loses, fork.gains));
        let enough = alike.next().is_some_and(|first| first.top == fork.top || alike.next().is_some());
        if !enough {
            self.forks[row].push(fork);
        }
    }

    /// Finishes what is open and covers every small cell that is not yet, from the leaves upwards.
    pub(super) fn finish(mut self, before: Option<&Decision>) -> Decision {
        self.find_ways();
        for row in (0..self.free.len()).rev() {
            let mut through = self.pair_below(row);
            if self.free[row] {
                for column in 0..C {
                    if self.small[row].has(column) && !self.hidden[row].has(column) {
                        self.begin(row, column, &mut through);
                    }
                }
            }
            for open in through {
                self.ask(open);
            }
            let forks = std::mem::take(&mut self.forks[row]);
            if let Some(above) = self.table.above(row).filter(|_| self.free[row]) {
                forks.into_iter().for_each(|fork| self.note_fork(above, Fork { top: row, ..fork }));
            }
        }
        self.decide(before)
    }

    /// Gives each open half below `row` another way down, or takes it up through the row if there is no other.
    fn pair_below(&mut self, row: usize) -> Vec<Open> {
        let open = std::mem::take(&mut self.open[row]);
        let best = if open.is_empty() { [[None; 2]; C] } else { self.best_two(row) };
        let mut through = Vec::new();
        for open in open {
            if self.is_answered(&open) {
                continue;
            }
            let half = self.other_half(&open, &best, &self.forks[row]);
            match (half, self.held_below(row, &open)) {
                (Some((Way { new: 0, leaf, .. }, loses, gains)), _)
                | (Some((Way { leaf, .. }, loses, gains)), None) => {
                    self.exchange(open.leaf, Some(leaf as usize), loses, gains);
                }
                (_, Some(Held { other: Ok(other), loses, gains })) => {
                    self.exchange(open.leaf, Some(other), loses, gains);
                }
                (_, Some(Held { other: Err(top), loses, gains })) => {
                    self.ask(Open { leaf: open.leaf, top, asks: Asks::Fixed { loses, gains, fork: None } });
                }
                (None, None) if self.free[row] => through.push(Open { top: row, ..open }),
                // Counted at the end, when it is known what is hidden.
                (None, None) => {}
            }
        }
        through
    }

    /// An exchange of last week through `row` in which the open half's lowest row may take the place of another.
    fn held_below(&self, row: usize, open: &Open) -> Option<Held> {
        let Asks::Cell { column, .. } = open.asks else { return None };
        let fits = |held: &&Held| [held.loses, held.gains].contains(&column) && self.has(open.leaf, held.loses);
        self.held[row].iter().find(fits).copied()
    }

    fn is_answered(&self, open: &Open) -> bool {
        match &open.asks {
            Asks::Cell { column, rows } | Asks::Fixed { fork: Some((column, rows)), .. } => {
                rows.iter().all(|row| self.hidden[*row].has(*column))
            }
            Asks::Fixed { fork: None, .. } => false,
        }
    }

    fn best_two(&self, row: usize) -> [BestTwo; C] {
        let mut best: [BestTwo; C] = [[None; 2]; C];
        for below in self.table.below(row) {
            for (column, [first, second]) in best.iter_mut().enumerate() {
                let Some(way) = self.ways[below][column] else { continue };
                if first.is_none_or(|(known, _)| way < known) {
                    *second = first.replace((way, below));
                } else if second.is_none_or(|(known, _)| way < known) {
                    *second = Some((way, below));
                }
            }
        }
        best
    }

    /// The cheapest other half, and the columns that the open half loses and gains.
    fn other_half(&self, open: &Open, best: &[BestTwo; C], forks: &[Fork]) -> Option<(Way, usize, usize)> {
        let elsewhere = |column: usize| {
            let elsewhere = best[column].iter().flatten().find(|(_, below)| *below != open.top);
            elsewhere.map(|(way, _)| *way)
        };
        match open.asks {
            Asks::Fixed { loses, gains, .. } => elsewhere(gains).map(|way| (way, loses, gains)),
            Asks::Cell { column, .. } => {
                let options = self.directions(open.leaf, column).filter_map(|(loses, gains)| {
                    // Besides the small column, any other may be hidden with it: best one that is hidden anyway.
                    let with = loses + gains - column;
                    elsewhere(gains).map(|way| (Way { new: way.new + self.news(open.leaf, with), ..way }, loses, gains))
                });
                // A half of last week is hidden already, and so is as good as a way that hides nothing new.
                let forked = forks.iter().filter(|fork| fork.top != open.top).filter_map(|fork| {
                    let (loses, gains) = (fork.gains, fork.loses);
                    let fits = [loses, gains].contains(&column) && self.has(open.leaf, loses);
                    let way = Way { leaf: index(fork.leaf), ..Way::default() };
                    let with = (loses + gains).wrapping_sub(column);
                    fits.then(|| (Way { new: self.news(open.leaf, with), ..way }, loses, gains))
                });
                options.chain(forked).min()
            }
        }
    }

    /// What a row could lose and gain so that `column` is one of the two.
    fn directions(&self, leaf: usize, column: usize) -> impl Iterator<Item = (usize, usize)> {
        (0..C)
            .filter(move |other| *other != column)
            .flat_map(move |other| [(column, other), (other, column)])
            .filter(move |(loses, _)| self.has(leaf, *loses))
    }

    fn news(&self, row: usize, column: usize) -> u32 {
        u32::from(!self.hidden[row].has(column) && !self.small[row].has(column))
    }

    /// Opens halves that would hide a small cell, unless one that runs through the row does so already. Of several, those
    /// that are left when another has been paired are dropped.
    fn begin(&mut self, row: usize, column: usize, through: &mut Vec<Open>) {
        let mut is_open = false;
        for open in through.iter_mut() {
            match &mut open.asks {
                Asks::Cell { column: asked, rows } | Asks::Fixed { fork: Some((asked, rows)), .. }
                    if *asked == column =>
                {
                    rows.push(row);
                    is_open = true;
                }
                Asks::Fixed { loses, gains, fork: None } if [*loses, *gains].contains(&column) => return,
                Asks::Cell { .. } | Asks::Fixed { .. } => {}
            }
        }
        let mut leaves: Vec<usize> = Vec::new();
        let columns = (0..C).map(|step| (column + step) % C);
        for leaf in columns.filter_map(|column| self.way(row, column)).map(|way| way.leaf as usize) {
            if !is_open && !leaves.contains(&leaf) {
                leaves.push(leaf);
            }
        }
        let cells = leaves.into_iter().map(|leaf| (leaf, Asks::Cell { column, rows: vec![row] }));
        let forks = self.forks[row].iter().filter(|fork| [fork.loses, fork.gains].contains(&column)).map(|fork| {
            let Fork { leaf, loses, gains, .. } = *fork;
            (leaf, Asks::Fixed { loses, gains, fork: Some((column, vec![row])) })
        });
        through.extend(cells.chain(forks).map(|(leaf, asks)| Open { leaf, top: row, asks }));
    }

    /// Nothing is above: the exchange runs through the top.
    fn end_above(&mut self, open: &Open) {
        if self.is_answered(open) {
            return;
        }
        let columns = match open.asks {
            Asks::Fixed { loses, gains, .. } => Some((loses, gains)),
            Asks::Cell { column, .. } => self.directions(open.leaf, column).min_by_key(|(loses, gains)| {
                let with = loses + gains - column;
                let news = self.news(open.leaf, with) + self.news(open.top, with);
                (news, self.table.rows()[open.top].cells[with], *loses, *gains)
            }),
        };
        if let Some((loses, gains)) = columns {
            self.exchange(open.leaf, None, loses, gains);
        }
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
