//! Approvals: which approvals of an allocation hold, and whether their approvers held the office (COVERAGE.md section
//! 4, "More than one approval" and "The approver's office").

use super::index::Index;
use super::policy::PolicyTerms;
use super::roster::{Allocation, Approval, Delegation, PersonIx};
use crate::period::Day;
use crate::value::{AppointmentRole, ApproverOffice};

/// The result of the approvals of one capacity on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Approvals {
    /// Whether at least one holds, and whether it is proven.
    pub approved: Approved,
    /// The first day on which none of those that hold today still holds. `None` if none holds today.
    pub lapse_on: Option<Day>,
}

/// Whether an approval holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Approved {
    /// None holds.
    #[default]
    No,
    /// At least one holds, but none of them was given by a person who held the office.
    Unproven,
    /// At least one holds that was given by a person who held the office.
    Proven,
}

/// Judges the line managers' and the senior managers' approvals of an allocation on `day`.
#[must_use]
pub fn approvals(index: &Index, allocation: &Allocation, day: Day, policy: &PolicyTerms) -> (Approvals, Approvals) {
    let supporter = allocation.person;
    // One person cannot give both approvals: a person named as line approver by then, even if that has lapsed, cannot
    // be the senior approver.
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

/// Judges `approvals`: one holds if it was decided on or before `day`, has not lapsed (decided + approval_months is the
/// first day without it), is not withdrawn, and was given by a person who may be the approver.
fn judge(
    approvals: &[Approval],
    day: Day,
    policy: &PolicyTerms,
    may_approve: impl Fn(PersonIx) -> bool,
    held_office: impl Fn(PersonIx, Day) -> bool,
) -> Approvals {
    let mut found = Approvals::default();
    for approval in approvals {
        let Some(by) = approval.by.filter(|by| may_approve(*by)) else { continue };
        let ends = approval.ends(policy.approval_months);
        if day < approval.on || ends <= day {
            continue;
        }
        let approved = match (held_office(by, approval.on), policy.approver_office) {
            (true, _) => Approved::Proven,
            (false, ApproverOffice::Shown) => Approved::Unproven,
            (false, ApproverOffice::Required) => continue,
        };
        found.approved = found.approved.max(approved);
        found.lapse_on = found.lapse_on.max(Some(ends));
    }
    found
}

/// Whether `by` was the line manager named on a post of the supporter that was valid on `day` (including Bank posts),
/// or that manager's delegate, or an acting line manager of the supporter.
fn is_line_manager(index: &Index, supporter: PersonIx, by: PersonIx, day: Day) -> bool {
    let managers =
        index.posts_of(supporter).filter(|post| post.validity.holds_on(day)).filter_map(|post| post.line_manager);
    let holds = |delegation: &Delegation| delegation.delegate == by && delegation.validity.holds_on(day);
    let stands_in = |manager: PersonIx| {
        index.appointments_of(manager).any(|appointment| appointment.has_delegate(by, day))
            || index.delegations_of(manager).any(holds)
    };
    managers.into_iter().any(|manager| manager == by || stands_in(manager))
        || index.acting_managers_of(supporter).any(holds)
}

/// Whether `by` held an appointment as Senior Manager of the allocation's unit or of one above it on `day`, or was the
/// delegate of a person who did.
fn is_senior_manager(index: &Index, allocation: &Allocation, by: PersonIx, day: Day) -> bool {
    index
        .tree(day)
        .ancestors(allocation.unit)
        .flat_map(|unit| index.appointments_for(unit))
        .any(|appointment| appointment.role == AppointmentRole::SeniorManager && appointment.is_held_by(by, day))
}
