//! Approvals: which of an allocation hold, and whether their approvers held the office (COVERAGE.md section 4, "More than one
//! approval" and "The approver's office").

use super::index::Index;
use super::policy::PolicyTerms;
use super::roster::{Allocation, Approval, PersonIx};
use crate::period::Day;
use crate::value::{AppointmentRole, ApproverOffice};

/// What approvals of one capacity come to on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Approved {
    /// None holds.
    No,
    /// One holds; none that holds was given by a person who held the office.
    Unproven,
    /// One holds that was given by a person who held the office.
    Proven,
}

/// The line manager's and the senior manager's approval of an allocation on `day`.
pub(super) fn approvals(
    index: &Index,
    allocation: &Allocation,
    day: Day,
    policy: &PolicyTerms,
) -> (Approved, Approved) {
    let supporter = allocation.person;
    // One person's word is not two: a person named as line approver by then, lapsed or not, cannot be the senior one.
    let is_line_approver =
        |by: PersonIx| allocation.line.iter().any(|approval| approval.on <= day && approval.by == Some(by));
    let line =
        judge(&allocation.line, day, policy, |by| by != supporter, |by, on| is_line_manager(index, supporter, by, on));
    let senior = judge(
        &allocation.senior,
        day,
        policy,
        |by| by != supporter && !is_line_approver(by),
        |by, on| is_senior_manager(index, allocation, by, on),
    );
    (line, senior)
}

/// What `approvals` come to: one holds if it was decided on or before `day` and has not lapsed (decided + approval_months is
/// the first day without it), by a person who may be the approver.
fn judge(
    approvals: &[Approval],
    day: Day,
    policy: &PolicyTerms,
    may_approve: impl Fn(PersonIx) -> bool,
    held_office: impl Fn(PersonIx, Day) -> bool,
) -> Approved {
    let mut found = Approved::No;
    for Approval { on, by } in approvals {
        let Some(by) = by.filter(|by| may_approve(*by)) else { continue };
        if day < *on || on.plus_months(policy.approval_months) <= day {
            continue;
        }
        if held_office(by, *on) {
            return Approved::Proven;
        }
        if policy.approver_office == ApproverOffice::Shown {
            found = Approved::Unproven;
        }
    }
    found
}

/// Whether `by` was the line manager named on a post of the supporter that was valid on `day` (a Bank post too), or stood in
/// for that manager.
fn is_line_manager(index: &Index, supporter: PersonIx, by: PersonIx, day: Day) -> bool {
    let managers =
        index.posts_of(supporter).filter(|post| post.validity.holds_on(day)).filter_map(|post| post.line_manager);
    let stands_in =
        |manager: PersonIx| index.appointments_of(manager).iter().any(|appointment| appointment.has_delegate(by, day));
    managers.into_iter().any(|manager| manager == by || stands_in(manager))
}

/// Whether `by` held an appointment as Senior Manager of the allocation's unit or of one above it on `day`, or was the
/// delegate of a person who did.
fn is_senior_manager(index: &Index, allocation: &Allocation, by: PersonIx, day: Day) -> bool {
    index
        .tree(day)
        .upwards(allocation.unit)
        .flat_map(|unit| index.appointments_for(unit))
        .any(|appointment| appointment.role == AppointmentRole::SeniorManager && appointment.is_held_by(by, day))
}
