//! Computes coverage after a change of the network's facts from the coverage before it: only the teams that the change
//! can affect are assessed again, and only the figures of the units above them are added up again.

mod places;
mod roll_up;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::affected::FactChange;
use super::colleagues::CoverScope;
use super::index::Index;
use super::roster::UnitIx;
use super::team::{TeamRow, assess_scopes, unknown_standings};
use super::{Coverage, Question, affected, compute, parallel};

/// If more than one in this many units is affected, computing everything is as fast.
const MOST_AFFECTED: usize = 4;

/// The teams before and after a change, where they may differ.
struct TeamChange {
    unit: UnitIx,
    before: Option<Arc<TeamRow>>,
    after: Option<Arc<TeamRow>>,
}

/// Computes what [`compute`] computes from the facts after a change. `coverage` must be the answer of the same question
/// from the facts before.
#[must_use]
pub fn update(coverage: &Coverage, change: &FactChange<'_>, question: &Question<'_>) -> Coverage {
    let scopes: Vec<CoverScope> = affected::scopes(change).into_iter().collect();
    let units: usize = scopes.iter().map(|scope| scope.units(change.after).len()).sum();
    let is_same = coverage.day == question.day && question.what_if.is_none();
    if !is_same || units * MOST_AFFECTED > change.after.roster().units.len() {
        return compute(change.after, question);
    }
    update_scopes(coverage, change, question, &scopes)
}

/// Assesses these scopes again, which are all that the change affects.
pub(super) fn update_scopes(
    coverage: &Coverage,
    change: &FactChange<'_>,
    question: &Question<'_>,
    scopes: &[CoverScope],
) -> Coverage {
    let FactChange { before, after, extent: _ } = *change;
    let moved = places::moved(&before.roster().allocations, &after.roster().allocations);
    let mut standings = unknown_standings(after);
    for standing in &coverage.standings {
        if let Some(place) = moved.place(standing.allocation) {
            standings[place as usize] = super::Standing { allocation: place, ..*standing };
        }
    }
    let mut fresh: BTreeMap<UnitIx, Arc<TeamRow>> = BTreeMap::new();
    for assessed in assess_scopes(after, question, scopes, parallel::cores()) {
        fresh.extend(assessed.rows.into_iter().map(|row| (row.unit, row)));
        for standing in assessed.standings {
            standings[standing.allocation as usize] = standing;
        }
    }
    let mut teams = moved.rows(&coverage.teams);
    let affected = scopes.iter().flat_map(|scope| scope.units(after)).copied();
    let changes: Vec<TeamChange> = affected
        .map(|unit| {
            let row = fresh.remove(&unit);
            TeamChange { unit, before: replace_row(after, &mut teams, unit, row.clone()), after: row }
        })
        .collect();
    let mut updated = Coverage { day: question.day, teams, units: Vec::new(), standings };
    updated.units = roll_up::update(coverage, &updated, change, question, &changes);
    updated
}

/// Replaces the row of a unit among rows by unit code, and returns the one before.
fn replace_row(
    index: &Index,
    rows: &mut Vec<Arc<TeamRow>>,
    unit: UnitIx,
    row: Option<Arc<TeamRow>>,
) -> Option<Arc<TeamRow>> {
    match (place_of(index, rows, unit), row) {
        (Ok(place), Some(row)) => Some(std::mem::replace(&mut rows[place], row)),
        (Ok(place), None) => Some(rows.remove(place)),
        (Err(place), Some(row)) => {
            rows.insert(place, row);
            None
        }
        (Err(_), None) => None,
    }
}

/// Returns the place of a unit's row among rows by unit code, or where it would be.
fn place_of(index: &Index, rows: &[Arc<TeamRow>], unit: UnitIx) -> Result<usize, usize> {
    let code = |unit: UnitIx| &index.roster().units[unit.at()].code;
    rows.binary_search_by(|row| code(row.unit).cmp(code(unit)))
}
