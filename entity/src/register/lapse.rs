//! Which approvals of Peer Supporters lapse soon, for the mails to the Peer Supporter and to those who may renew them.

use std::collections::{BTreeMap, HashMap};

use crate::coverage::Index;
use crate::coverage::approval::approvals;
use crate::coverage::assessment::judging_policy;
use crate::coverage::roster::{Allocation, PersonIx, UnitIx};
use crate::id::AllocationId;
use crate::period::Day;
use crate::value::ApproverCapacity;

/// The numbers of days before the end at which people get a mail, nearest first.
const DAYS_BEFORE: [i64; 3] = [7, 30, 60];

/// An approval that lapses soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApprovalLapse {
    /// The allocation.
    pub allocation: AllocationId,
    /// The Peer Supporter.
    pub person: PersonIx,
    /// The unit.
    pub unit: UnitIx,
    /// As line or as senior manager.
    pub capacity: ApproverCapacity,
    /// The first day without the approval.
    pub on: Day,
    /// The nearest of 60, 30 and 7 days that is not shorter than the time left.
    pub within: i64,
}

/// Returns the approvals that lapse within 60 days from `today`, per allocation and capacity, unless the allocation ends by
/// then.
#[must_use]
pub fn capacity_lapses(index: &Index, today: Day) -> Vec<ApprovalLapse> {
    let mut policies = HashMap::new();
    let held = index.roster().allocations.iter().filter(|allocation| allocation.validity.holds_on(today));
    let mut of_allocation = |allocation: &Allocation| {
        let Allocation { id, person, unit, validity, .. } = allocation;
        let policy = policies.entry(*unit).or_insert_with(|| judging_policy(index, *unit, today));
        let (line, senior) = approvals(index, allocation, today, policy);
        let of_capacity = [(ApproverCapacity::Line, line.lapse_on), (ApproverCapacity::Senior, senior.lapse_on)];
        let lapse = |(capacity, lapse_on): (ApproverCapacity, Option<Day>)| {
            let on = lapse_on.filter(|on| validity.to.is_none_or(|to| *on < to))?;
            let within = DAYS_BEFORE.into_iter().find(|days| on.days_since(today) <= *days)?;
            Some(ApprovalLapse { allocation: *id, person: *person, unit: *unit, capacity, on, within })
        };
        of_capacity.into_iter().filter_map(lapse).collect::<Vec<_>>()
    };
    held.flat_map(|allocation| of_allocation(allocation)).collect()
}

/// Returns the first of those per allocation.
#[must_use]
pub fn lapses(index: &Index, today: Day) -> Vec<ApprovalLapse> {
    let mut first: BTreeMap<AllocationId, ApprovalLapse> = BTreeMap::new();
    for lapse in capacity_lapses(index, today) {
        let known = first.entry(lapse.allocation).or_insert(lapse);
        if lapse.on < known.on {
            *known = lapse;
        }
    }
    first.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::lapses;
    use crate::coverage::tests::board::{Board, day};
    use crate::register::tests::index;

    /// The days left that a mail on each day says.
    fn within(board: &Board, on: &str) -> Option<i64> {
        lapses(&index(board), day(on)).first().map(|lapse| lapse.within)
    }

    #[test]
    fn the_nearest_of_60_30_and_7_days_is_named() {
        let board = Board::new().unit("T").staff("T", 3).post("Ann", "T").supporter("Ann", "T");
        // The line manager's approval of 30 November 2025 lapses first, after 24 months.
        let on = lapses(&index(&board), day("2027-11-20")).first().map(|lapse| lapse.on);
        assert_eq!(on, Some(day("2027-11-30")));
        assert_eq!(within(&board, "2027-09-30"), None);
        assert_eq!(within(&board, "2027-10-01"), Some(60));
        assert_eq!(within(&board, "2027-10-30"), Some(60));
        assert_eq!(within(&board, "2027-10-31"), Some(30));
        assert_eq!(within(&board, "2027-11-22"), Some(30));
        assert_eq!(within(&board, "2027-11-23"), Some(7));
        assert_eq!(within(&board, "2027-11-29"), Some(7));
    }

    #[test]
    fn an_allocation_that_ends_by_then_needs_no_renewal() {
        let board = Board::new().unit("T").staff("T", 3).post("Ann", "T").supporter_with("Ann", "T", |allocation| {
            allocation.validity.to = Some(day("2027-11-30"));
        });
        assert_eq!(within(&board, "2027-11-20"), None);
    }
}
