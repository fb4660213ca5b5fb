//! Finds the other half of an open half: the cheapest other path down, or an exchange of last week that can be continued.

use super::{CarriedExchange, CarriedHalf, DownPath, OpenHalf, Suppression, Target, index};

/// For one column, the two best paths below a row, each through a different row directly below it.
type BestTwo = [Option<(DownPath, usize)>; 2];

impl<const C: usize> Suppression<'_, C> {
    /// Pairs each open half below `row` with another path down. Returns the halves without one, extended up through the
    /// row.
    pub(super) fn pair_below(&mut self, row: usize) -> Vec<OpenHalf> {
        let open = std::mem::take(&mut self.open[row]);
        let best = if open.is_empty() { [[None; 2]; C] } else { self.best_two(row) };
        let mut through = Vec::new();
        for open in open {
            if self.is_satisfied(&open) {
                continue;
            }
            let half = self.other_half(&open, &best, &self.carried_halves[row]);
            match (half, self.carried_below(row, &open)) {
                (Some((DownPath { newly_hidden: 0, leaf, .. }, loses, gains)), _)
                | (Some((DownPath { leaf, .. }, loses, gains)), None) => {
                    self.exchange(open.leaf, Some(leaf as usize), loses, gains);
                }
                (_, Some(CarriedExchange { other: Ok(other), loses, gains })) => {
                    self.exchange(open.leaf, Some(other), loses, gains);
                }
                (_, Some(CarriedExchange { other: Err(top), loses, gains })) => {
                    self.seek_other_half(OpenHalf {
                        leaf: open.leaf,
                        top,
                        target: Target::Continue { loses, gains, other_cell: None },
                    });
                }
                (None, None) if self.free[row] => through.push(OpenHalf { top: row, ..open }),
                // `decide` counts it as exposed, once everything that is hidden is known.
                (None, None) => {}
            }
        }
        through
    }

    /// Returns an exchange of last week through `row` in which the open half's leaf can replace the leaf of last week.
    fn carried_below(&self, row: usize, open: &OpenHalf) -> Option<CarriedExchange> {
        let Target::HideCell { column, .. } = open.target else { return None };
        let fits = |carried: &&CarriedExchange| {
            [carried.loses, carried.gains].contains(&column) && self.has(open.leaf, carried.loses)
        };
        self.carried[row].iter().find(fits).copied()
    }

    fn is_satisfied(&self, open: &OpenHalf) -> bool {
        match &open.target {
            Target::HideCell { column, rows } | Target::Continue { other_cell: Some((column, rows)), .. } => {
                rows.iter().all(|row| self.hidden[*row].has(*column))
            }
            Target::Continue { other_cell: None, .. } => false,
        }
    }

    fn best_two(&self, row: usize) -> [BestTwo; C] {
        let mut best: [BestTwo; C] = [[None; 2]; C];
        for below in self.table.below(row) {
            for (column, [first, second]) in best.iter_mut().enumerate() {
                let Some(path) = self.paths[below][column] else { continue };
                if first.is_none_or(|(known, _)| path < known) {
                    *second = first.replace((path, below));
                } else if second.is_none_or(|(known, _)| path < known) {
                    *second = Some((path, below));
                }
            }
        }
        best
    }

    /// Returns the cheapest other half, and the columns that the open half loses and gains.
    fn other_half(
        &self,
        open: &OpenHalf,
        best: &[BestTwo; C],
        carried_halves: &[CarriedHalf],
    ) -> Option<(DownPath, usize, usize)> {
        let elsewhere = |column: usize| {
            let elsewhere = best[column].iter().flatten().find(|(_, below)| *below != open.top);
            elsewhere.map(|(path, _)| *path)
        };
        match open.target {
            Target::Continue { loses, gains, .. } => elsewhere(gains).map(|path| (path, loses, gains)),
            Target::HideCell { column, .. } => {
                let options = self.directions(open.leaf, column).filter_map(|(loses, gains)| {
                    // Any other column may be hidden together with the small one. One that is hidden anyway costs
                    // least.
                    let with = loses + gains - column;
                    elsewhere(gains).map(|path| {
                        (
                            DownPath { newly_hidden: path.newly_hidden + self.newly_hidden(open.leaf, with), ..path },
                            loses,
                            gains,
                        )
                    })
                });
                // A half of last week is hidden already, so it costs as little as a path that hides nothing new.
                let continued = carried_halves.iter().filter(|half| half.top != open.top).filter_map(|half| {
                    let (loses, gains) = (half.gains, half.loses);
                    let fits = [loses, gains].contains(&column) && self.has(open.leaf, loses);
                    let path = DownPath { leaf: index(half.leaf), ..DownPath::default() };
                    let with = (loses + gains).wrapping_sub(column);
                    fits.then(|| (DownPath { newly_hidden: self.newly_hidden(open.leaf, with), ..path }, loses, gains))
                });
                options.chain(continued).min()
            }
        }
    }

    /// Returns the pairs (loses, gains) that are possible for a leaf and contain `column`.
    fn directions(&self, leaf: usize, column: usize) -> impl Iterator<Item = (usize, usize)> {
        (0..C)
            .filter(move |other| *other != column)
            .flat_map(move |other| [(column, other), (other, column)])
            .filter(move |(loses, _)| self.has(leaf, *loses))
    }

    /// Completes a half that has reached the top: without another half, the exchange runs through the root.
    pub(super) fn pair_through_root(&mut self, open: &OpenHalf) {
        if self.is_satisfied(open) {
            return;
        }
        let columns = match open.target {
            Target::Continue { loses, gains, .. } => Some((loses, gains)),
            Target::HideCell { column, .. } => self.directions(open.leaf, column).min_by_key(|(loses, gains)| {
                let with = loses + gains - column;
                let newly_hidden = self.newly_hidden(open.leaf, with) + self.newly_hidden(open.top, with);
                (newly_hidden, self.table.rows()[open.top].cells[with], *loses, *gains)
            }),
        };
        if let Some((loses, gains)) = columns {
            self.exchange(open.leaf, None, loses, gains);
        }
    }
}
