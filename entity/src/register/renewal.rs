//! The rules for renewing and withdrawing a manager's approval of an allocation (REGISTER.md section 3).

use crate::coverage::Index;
use crate::coverage::approval::approvals;
use crate::coverage::assessment::judging_policy;
use crate::coverage::roster::{Allocation, Approval, UnitIx};
use crate::period::Day;
use crate::value::ApproverCapacity;

/// How many days before its end an approval may be renewed.
const DAYS_BEFORE_END: i64 = 60;

/// Whether the approval of a capacity may be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewable {
    /// It may be renewed today.
    Now,
    /// It may be renewed from this day on.
    From(Day),
    /// There never was an approval of this capacity to renew.
    Never,
}

/// Returns whether the approval of a capacity may be renewed on `today`: from [`DAYS_BEFORE_END`] before the end of
/// those that hold, and at any time if none holds any more.
#[must_use]
pub fn renewable(index: &Index, allocation: &Allocation, capacity: ApproverCapacity, today: Day) -> Renewable {
    let given = match capacity {
        ApproverCapacity::Line => &allocation.line,
        ApproverCapacity::Senior => &allocation.senior,
    };
    if given.iter().all(|approval| today < approval.on) {
        return Renewable::Never;
    }
    let (line, senior) = approvals(index, allocation, today, &judging_policy(index, allocation.unit, today));
    let holding = match capacity {
        ApproverCapacity::Line => line,
        ApproverCapacity::Senior => senior,
    };
    match holding.lapse_on.map(|end| end.plus_days(-DAYS_BEFORE_END)) {
        Some(from) if today < from => Renewable::From(from),
        Some(_) | None => Renewable::Now,
    }
}

/// Whether an approval for a unit has ended by `day`: it has lapsed, or was withdrawn.
#[must_use]
pub fn has_ended(index: &Index, unit: UnitIx, approval: Approval, day: Day) -> bool {
    approval.ends(judging_policy(index, unit, day).approval_months) <= day
}

/// Returns the protected hours that hold from a renewal on, in hundredths per month: the smaller of what the approver
/// agrees now and what the other capacity agreed last. If the other capacity has agreed to none in the register, the hours
/// on file stand for it.
#[must_use]
pub fn hours_after(agreed: i32, last_of_other: Option<i32>, on_file: Option<i32>) -> i32 {
    last_of_other.or(on_file).map_or(agreed, |other| other.min(agreed))
}

/// Returns the first day without an approval that is withdrawn on `day`. `None` if the withdrawal changes nothing about
/// it: it was decided later, or was withdrawn by then.
#[must_use]
pub fn withdrawn_on(decided_on: Day, withdrawn_before: Option<Day>, day: Day) -> Option<Day> {
    (decided_on <= day && withdrawn_before.is_none_or(|before| day < before)).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn the_smaller_of_two_figures_holds() {
        assert_eq!(hours_after(400, Some(300), Some(800)), 300);
        assert_eq!(hours_after(400, Some(500), None), 400);
        assert_eq!(hours_after(400, None, Some(300)), 300);
        assert_eq!(hours_after(400, None, None), 400);
    }

    #[test]
    fn a_withdrawal_ends_what_was_decided_by_then() {
        let on = day("2026-11-16");
        assert_eq!(withdrawn_on(day("2024-01-01"), None, on), Some(on));
        assert_eq!(withdrawn_on(on, None, on), Some(on));
        assert_eq!(withdrawn_on(day("2026-11-17"), None, on), None);
        assert_eq!(withdrawn_on(day("2024-01-01"), Some(day("2026-11-01")), on), None);
        assert_eq!(withdrawn_on(day("2024-01-01"), Some(day("2026-11-20")), on), Some(on));
    }
}
