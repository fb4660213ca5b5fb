//! The places of allocations in the roster's list before and after a change.

use std::collections::HashMap;
use std::sync::Arc;

use crate::coverage::roster::Allocation;
use crate::coverage::standing::Standing;
use crate::coverage::team::TeamRow;
use crate::id::AllocationId;

/// Where allocations are after a change.
pub(super) struct Moved {
    /// The allocations before this place have not moved.
    fixed: usize,
    /// The places of the others after the change. `None` if they are no longer on file.
    others: Vec<Option<u32>>,
}

/// Compares the lists before and after a change. A new allocation is nearly always the last.
pub(super) fn moved(before: &[Arc<Allocation>], after: &[Arc<Allocation>]) -> Moved {
    let is_same = |(a, b): &(&Arc<Allocation>, &Arc<Allocation>)| Arc::ptr_eq(a, b) || a.id == b.id;
    let fixed = before.iter().zip(after).take_while(is_same).count();
    let first = u32::try_from(fixed).unwrap_or(u32::MAX);
    let places: HashMap<AllocationId, u32> =
        after[fixed..].iter().zip(first..).map(|(allocation, place)| (allocation.id, place)).collect();
    Moved { fixed, others: before[fixed..].iter().map(|allocation| places.get(&allocation.id).copied()).collect() }
}

impl Moved {
    /// Returns the place after the change. `None` if the allocation is no longer on file.
    pub(super) fn place(&self, before: u32) -> Option<u32> {
        match (before as usize).checked_sub(self.fixed) {
            None => Some(before),
            Some(other) => self.others[other],
        }
    }

    /// Returns the rows with the places after the change.
    pub(super) fn rows(&self, rows: &[Arc<TeamRow>]) -> Vec<Arc<TeamRow>> {
        if self.others.is_empty() {
            return rows.to_vec();
        }
        rows.iter().map(|row| self.row(row)).collect()
    }

    fn row(&self, row: &Arc<TeamRow>) -> Arc<TeamRow> {
        if row.standings.iter().all(|standing| self.place(standing.allocation) == Some(standing.allocation)) {
            return Arc::clone(row);
        }
        let placed = |standing: &Standing| {
            let allocation = self.place(standing.allocation)?;
            Some(Standing { allocation, ..*standing })
        };
        let standings = row.standings.iter().filter_map(placed).collect();
        Arc::new(TeamRow { standings, ..TeamRow::clone(row) })
    }
}
