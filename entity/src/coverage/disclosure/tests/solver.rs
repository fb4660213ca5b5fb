//! An attacker: solves every equation and bound that an attacker knows, without knowing how the cells were chosen.
//!
//! Unknowns are the hidden cells of all weeks, one for all weeks in which its row did not change. The equations
//! (columns up the tree, rows to their totals) are reduced over the rationals; then each equation, as written and as
//! reduced, tightens the bounds of its unknowns until nothing changes.

use std::collections::{BTreeMap, HashMap};

use crate::coverage::disclosure::{Columns, Decision, Place, Table};

/// One week as the attacker sees it; `decision` holds which cells are hidden.
pub(super) struct Week<const C: usize> {
    pub(super) table: Table<C>,
    pub(super) decision: Decision,
}

/// A hidden cell of a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) week: usize,
    pub(super) place: Place,
    pub(super) column: usize,
    pub(super) truth: u32,
    /// The lowest and highest value that these bounds allow.
    pub(super) lowest: i128,
    pub(super) highest: i128,
}

impl Found {
    pub(super) fn is_pinned(&self) -> bool {
        self.lowest >= self.highest
    }
}

/// `sum of factor * unknown = right`, in whole numbers.
#[derive(Clone, Debug, Default)]
struct Equation {
    terms: BTreeMap<usize, i128>,
    right: i128,
}

impl Equation {
    fn add(&mut self, unknown: usize, factor: i128) {
        let sum = self.terms.entry(unknown).or_default();
        *sum += factor;
        if *sum == 0 {
            self.terms.remove(&unknown);
        }
    }

    fn shorten(&mut self) {
        let common = self.terms.values().fold(self.right.abs(), |common, factor| gcd(common, factor.abs()));
        if common > 1 {
            self.terms.values_mut().for_each(|factor| *factor /= common);
            self.right /= common;
        }
    }

    /// Subtracts a multiple of `other` to eliminate `unknown`.
    fn without(&mut self, unknown: usize, other: &Self) {
        let Some(own) = self.terms.get(&unknown).copied() else { return };
        let theirs = other.terms[&unknown];
        self.terms.values_mut().for_each(|factor| *factor *= theirs);
        self.right = self.right * theirs - other.right * own;
        for (term, factor) in &other.terms {
            self.add(*term, -factor * own);
        }
        self.shorten();
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Returns the bounds of every hidden cell of every week.
pub(super) fn solve<const C: usize>(weeks: &[Week<C>]) -> Vec<Found> {
    let mut unknowns: Vec<(i128, i128)> = Vec::new();
    let mut names: Vec<HashMap<(Place, usize), usize>> = Vec::new();
    let mut found = Vec::new();
    let mut equations = Vec::new();
    for (at, week) in weeks.iter().enumerate() {
        let mut own = HashMap::new();
        for row in week.table.rows() {
            let same = at.checked_sub(1).filter(|before| {
                let then = &weeks[*before].table;
                then.find(row.place).is_some_and(|then_row| then.rows()[then_row].cells == row.cells)
            });
            let hidden = |week: usize| weeks[week].decision.hidden(row.place);
            for column in 0..C {
                let known_before = same.and_then(|before| names[before].get(&(row.place, column)).copied());
                let published = !hidden(at).has(column);
                let published_before = same.is_some() && known_before.is_none();
                if published && !published_before {
                    if let Some(unknown) = known_before {
                        // Published now and not changed, so it is also known for last week.
                        let truth = i128::from(row.cells[column]);
                        equations.push(Equation { terms: BTreeMap::from([(unknown, 1)]), right: truth });
                        own.insert((row.place, column), unknown);
                    }
                } else if !published && published_before {
                    // Hidden now, but published before and not changed: not a secret, and reported as found.
                    unknowns.push((i128::from(row.cells[column]), i128::from(row.cells[column])));
                    own.insert((row.place, column), unknowns.len() - 1);
                } else if !published {
                    let unknown = known_before.unwrap_or_else(|| {
                        unknowns.push((0, i128::from(row.total())));
                        unknowns.len() - 1
                    });
                    own.insert((row.place, column), unknown);
                }
            }
        }
        names.push(own);
        write_down(week, &names[at], &mut equations);
    }
    equations.extend(reduced(&equations));
    draw_together(&equations, &mut unknowns);
    for (at, week) in weeks.iter().enumerate() {
        for row in week.table.rows() {
            for column in 0..C {
                if week.decision.hidden(row.place).has(column) {
                    let (lowest, highest) = unknowns[names[at][&(row.place, column)]];
                    found.push(Found { week: at, place: row.place, column, truth: row.cells[column], lowest, highest });
                }
            }
        }
    }
    found
}

fn write_down<const C: usize>(week: &Week<C>, names: &HashMap<(Place, usize), usize>, equations: &mut Vec<Equation>) {
    let rows = week.table.rows();
    let take = |equation: &mut Equation, row: usize, column: usize, factor: i128| match names
        .get(&(rows[row].place, column))
    {
        Some(unknown) => equation.add(*unknown, factor),
        None => equation.right -= factor * i128::from(rows[row].cells[column]),
    };
    for (row, facts) in rows.iter().enumerate() {
        let mut across = Equation { right: i128::from(facts.total()), ..Equation::default() };
        for column in 0..C {
            take(&mut across, row, column, 1);
            let mut down = Equation::default();
            let mut leaf = true;
            for below in week.table.below(row) {
                leaf = false;
                take(&mut down, below, column, 1);
            }
            if !leaf {
                take(&mut down, row, column, -1);
                equations.push(down);
            }
        }
        equations.push(across);
    }
    equations.retain(|equation| !equation.terms.is_empty());
}

/// Gauss-Jordan elimination over whole numbers.
fn reduced(equations: &[Equation]) -> Vec<Equation> {
    let mut basis: Vec<(usize, Equation)> = Vec::new();
    for equation in equations {
        let mut next = equation.clone();
        for (pivot, known) in &basis {
            next.without(*pivot, known);
        }
        let Some(pivot) = next.terms.keys().next().copied() else {
            assert_eq!(next.right, 0, "what is published contradicts itself");
            continue;
        };
        next.shorten();
        for (_, known) in &mut basis {
            known.without(pivot, &next);
        }
        basis.push((pivot, next));
    }
    basis.into_iter().map(|(_, equation)| equation).collect()
}

fn draw_together(equations: &[Equation], bounds: &mut [(i128, i128)]) {
    let mut moved = true;
    while moved {
        moved = false;
        for Equation { terms, right } in equations {
            for (unknown, factor) in terms {
                // factor * unknown = right - the others
                let (mut low, mut high) = (*right, *right);
                for (other, factor) in terms.iter().filter(|(other, _)| *other != unknown) {
                    let ends = [factor * bounds[*other].0, factor * bounds[*other].1];
                    low -= ends[0].max(ends[1]);
                    high -= ends[0].min(ends[1]);
                }
                let (low, high) = if *factor > 0 { (low, high) } else { (-high, -low) };
                let factor = factor.abs();
                let (low, high) = (-((-low).div_euclid(factor)), high.div_euclid(factor));
                let (before_low, before_high) = bounds[*unknown];
                let new = (before_low.max(low), before_high.min(high));
                if new != (before_low, before_high) {
                    bounds[*unknown] = new;
                    moved = true;
                }
            }
        }
    }
}

/// Hides only the small cells, with nothing to protect them: the solver must be able to break this.
pub(super) fn small_only<const C: usize>(table: &Table<C>, limit: u32) -> Decision {
    let hidden = table.rows().iter().filter_map(|row| {
        let total = row.total();
        let mut bits = 0;
        for (column, count) in row.cells.iter().enumerate() {
            let is_small = *count > 0 && (*count < limit || *count == total);
            bits |= u8::from(is_small) << column;
        }
        (bits > 0).then_some((row.place, Columns::from_bits(bits)))
    });
    Decision { hidden: hidden.collect(), ..Decision::default() }
}
