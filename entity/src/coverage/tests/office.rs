//! COVERAGE.md section 4, "The approver's office": which approvals are proven, and how the others are treated.

use super::board::{Board, day, through};
use crate::period::Validity;
use crate::value::register::DelegationKind;
use crate::value::{AppointmentRole, ApproverOffice, Reason, Status};

const SENIOR: AppointmentRole = AppointmentRole::SeniorManager;
const DECIDED: &str = "2026-03-10";

/// BOARD > P > T, and Q beside P. Lin is Ann's line manager and Sam the senior manager of P.
fn offices() -> Board {
    let board = Board::new().unit("P").below("P", "T").below("T", "V").unit("Q").staff("T", 3);
    board.post_under("Ann", "T", "Lin").appointment("Sam", SENIOR, "P", Validity::ALWAYS)
}

/// Ann as a supporter of T with these approvals, each an approver and a day.
fn approved(mut board: Board, line: &[(&str, &str)], senior: &[(&str, &str)]) -> Board {
    let line = line.iter().map(|(by, on)| board.approval(by, on)).collect();
    let senior = senior.iter().map(|(by, on)| board.approval(by, on)).collect();
    board.supporter_with("Ann", "T", |allocation| (allocation.line, allocation.senior) = (line, senior))
}

/// Whether Ann's approvals by these two people on the day are both proven.
fn are_proven(board: Board, line: &str, senior: &str) -> bool {
    let board = approved(board, &[(line, DECIDED)], &[(senior, DECIDED)]);
    let shown = board.today();
    assert_eq!(shown.reasons("Ann", "T"), [], "an unproven approval holds where offices are shown");
    let required = board.policy("T", "2021-01-01", |policy| policy.approver_office = ApproverOffice::Required).today();
    let is_proven = required.reasons("Ann", "T").is_empty();
    assert_eq!(shown.team("T").unproven, u32::from(!is_proven), "the two kinds of policy judge alike");
    is_proven
}

/// Replaces the validity of Ann's post.
fn posted(mut board: Board, validity: Validity) -> Board {
    let ann = board.person("Ann");
    board.roster.posts.iter_mut().filter(|post| post.person == ann).for_each(|post| post.validity = validity);
    board.post("Ann", "T")
}

#[test]
fn the_line_manager_and_the_senior_manager_prove() {
    assert!(are_proven(offices(), "Lin", "Sam"));
    assert!(!are_proven(offices(), "Lou", "Sam"));
    assert!(!are_proven(offices(), "Lin", "Sue"));
}

#[test]
fn each_capacity_is_required_by_itself() {
    let required = |board: Board| {
        board.policy("T", "2021-01-01", |policy| policy.approver_office = ApproverOffice::Required).today()
    };
    let board = approved(offices(), &[("Lou", DECIDED)], &[("Sam", DECIDED)]);
    assert_eq!(required(board).reasons("Ann", "T"), [Reason::LineApprovalMissing]);
    let board = approved(offices(), &[("Lin", DECIDED)], &[("Sue", DECIDED)]);
    assert_eq!(required(board.clone()).reasons("Ann", "T"), [Reason::SeniorApprovalMissing]);
    assert_eq!((board.today().status("T"), required(board).status("T")), (Status::Covered, Status::None));
}

#[test]
fn the_post_is_judged_on_the_day_of_the_decision() {
    assert!(are_proven(posted(offices(), through("", DECIDED)), "Lin", "Sam"));
    assert!(!are_proven(posted(offices(), through("", "2026-03-09")), "Lin", "Sam"));
    assert!(are_proven(posted(offices(), through(DECIDED, "")), "Lin", "Sam"));
    assert!(!are_proven(posted(offices(), through("2026-03-11", "")), "Lin", "Sam"));
}

#[test]
fn a_bank_post_names_a_line_manager_too() {
    let mut board = offices();
    let lou = board.person("Lou");
    let board = board.post_with("Ann", "Q", |post| (post.bank, post.line_manager) = (true, Some(lou)));
    assert!(are_proven(board, "Lou", "Sam"));
}

#[test]
fn a_colleagues_line_manager_proves_nothing() {
    assert!(!are_proven(offices().post_under("Bob", "T", "Lou"), "Lou", "Sam"));
}

#[test]
fn a_line_managers_delegate_proves_on_their_days() {
    let deputy = |validity: Validity, delegate: Validity| {
        offices().appointment("Lin", AppointmentRole::Coordinator, "Q", validity).delegate("Dee", delegate)
    };
    assert!(are_proven(deputy(Validity::ALWAYS, through(DECIDED, DECIDED)), "Dee", "Sam"));
    assert!(!are_proven(deputy(Validity::ALWAYS, through("", "2026-03-09")), "Dee", "Sam"));
    assert!(!are_proven(deputy(Validity::ALWAYS, through("2026-03-11", "")), "Dee", "Sam"));
    assert!(!are_proven(deputy(through("", "2026-03-09"), Validity::ALWAYS), "Dee", "Sam"));
}

#[test]
fn a_delegate_of_a_manager_without_an_appointment_proves() {
    let dee = |principal: &str, validity: Validity| {
        offices().delegation(DelegationKind::Delegate, principal, "Dee", validity)
    };
    assert!(are_proven(dee("Lin", through(DECIDED, DECIDED)), "Dee", "Sam"));
    assert!(!are_proven(dee("Lin", through("", "2026-03-09")), "Dee", "Sam"));
    assert!(!are_proven(dee("Lin", through("2026-03-11", "")), "Dee", "Sam"));
    assert!(!are_proven(dee("Lou", Validity::ALWAYS), "Dee", "Sam"));
    // Delegation reaches one person only, and no senior manager's office.
    let onward = dee("Lin", Validity::ALWAYS).delegation(DelegationKind::Delegate, "Dee", "Eve", Validity::ALWAYS);
    assert!(!are_proven(onward, "Eve", "Sam"));
    assert!(!are_proven(dee("Sam", Validity::ALWAYS), "Lin", "Dee"));
}

#[test]
fn an_acting_line_manager_proves_on_their_days() {
    let acting =
        |person: &str, validity: Validity| offices().delegation(DelegationKind::Acting, person, "Dee", validity);
    assert!(are_proven(acting("Ann", through(DECIDED, DECIDED)), "Dee", "Sam"));
    assert!(!are_proven(acting("Ann", through("", "2026-03-09")), "Dee", "Sam"));
    assert!(!are_proven(acting("Lin", Validity::ALWAYS), "Dee", "Sam"));
}

#[test]
fn a_senior_manager_of_the_unit_or_above_proves() {
    let sue_at = |unit: &str| offices().appointment("Sue", SENIOR, unit, Validity::ALWAYS);
    assert!(are_proven(sue_at("T"), "Lin", "Sue"));
    assert!(are_proven(sue_at("BOARD"), "Lin", "Sue"));
    assert!(!are_proven(sue_at("V"), "Lin", "Sue"));
    assert!(!are_proven(sue_at("Q"), "Lin", "Sue"));
}

#[test]
fn a_coordinator_is_no_senior_manager() {
    let board = offices().appointment("Sue", AppointmentRole::Coordinator, "T", Validity::ALWAYS);
    assert!(!are_proven(board, "Lin", "Sue"));
}

#[test]
fn the_appointment_holds_from_its_first_day_through_its_last() {
    let sue = |validity: Validity| offices().appointment("Sue", SENIOR, "T", validity);
    assert!(are_proven(sue(through(DECIDED, DECIDED)), "Lin", "Sue"));
    assert!(!are_proven(sue(through("2026-03-11", "")), "Lin", "Sue"));
    assert!(!are_proven(sue(through("", "2026-03-09")), "Lin", "Sue"));
}

#[test]
fn a_delegate_proves_within_the_appointment() {
    let deputy = |validity: Validity, delegate: Validity| {
        offices().appointment("Sue", SENIOR, "T", validity).delegate("Dee", delegate)
    };
    assert!(are_proven(deputy(through(DECIDED, DECIDED), Validity::ALWAYS), "Lin", "Dee"));
    assert!(are_proven(deputy(Validity::ALWAYS, through(DECIDED, DECIDED)), "Lin", "Dee"));
    assert!(!are_proven(deputy(Validity::ALWAYS, through("2026-03-11", "")), "Lin", "Dee"));
    assert!(!are_proven(deputy(Validity::ALWAYS, through("", "2026-03-09")), "Lin", "Dee"));
    assert!(!are_proven(deputy(through("", "2026-03-09"), Validity::ALWAYS), "Lin", "Dee"));
    // With a delegate the appointed person still holds the office.
    assert!(are_proven(deputy(Validity::ALWAYS, Validity::ALWAYS), "Lin", "Sue"));
}

#[test]
fn the_tree_on_the_day_of_decision_applies() {
    let sue = |on: &str| offices().appointment("Sue", SENIOR, "Q", Validity::ALWAYS).moved("T", on, "Q");
    assert!(are_proven(sue(DECIDED), "Lin", "Sue"));
    assert!(!are_proven(sue("2026-03-11"), "Lin", "Sue"));
    assert!(!are_proven(sue(DECIDED), "Lin", "Sam"));
}

#[test]
fn one_proven_approval_of_several_is_enough() {
    let line = [("Lou", "2026-01-01"), ("Lin", DECIDED)];
    let board = approved(offices(), &line, &[("Sam", "2026-01-01"), ("Sue", DECIDED)]);
    assert_eq!(board.on("2026-03-09").team("T").unproven, 1);
    assert_eq!(board.on(DECIDED).team("T").unproven, 0);
}

#[test]
fn a_lapsed_proven_approval_leaves_the_unproven_one() {
    let board = approved(offices(), &[("Lin", "2024-11-16"), ("Lou", "2026-01-01")], &[("Sam", "2026-01-01")]);
    assert_eq!(board.on("2026-11-15").team("T").unproven, 0);
    assert_eq!(board.on("2026-11-16").team("T").unproven, 1);
    let required = board.policy("T", "2021-01-01", |policy| policy.approver_office = ApproverOffice::Required);
    assert_eq!(required.on("2026-11-15").reasons("Ann", "T"), []);
    assert_eq!(required.on("2026-11-16").reasons("Ann", "T"), [Reason::LineApprovalMissing]);
}

#[test]
fn a_team_counts_unproven_people_once_and_only_if_active() {
    let board = approved(offices(), &[("Lou", DECIDED)], &[("Sue", DECIDED)]);
    let board = approved(board, &[("Lou", DECIDED)], &[("Sue", DECIDED)]);
    assert_eq!(board.today().team("T").unproven, 1);
    let board = board.post("Bob", "T").supporter("Bob", "T");
    assert_eq!(board.today().team("T").unproven, 2);
    assert_eq!(board.away("Bob", "2026-11-01", "2026-12-31").today().team("T").unproven, 1);
}

#[test]
fn a_required_office_to_come_is_seen_ahead() {
    let board = approved(offices(), &[("Lou", DECIDED)], &[("Sam", DECIDED)]);
    let board = board.policy("T", "2026-12-01", |policy| policy.approver_office = ApproverOffice::Required);
    assert_eq!(board.today().risk("T"), Some((day("2026-12-01"), Status::None)));
}
