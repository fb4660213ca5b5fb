//! Approvers by examples: Ann works in team T of service S; her line manager is Lin.

use super::{Approver, ApproverBecause, CannotDecide, approvers, may_decide};
use crate::coverage::tests::board::{Board, ROOT, TODAY, day, through};
use crate::period::Validity;
use crate::register::facts::NominationFacts;
use crate::register::tests::{decision, index, nomination};
use crate::value::AppointmentRole::{Coordinator, SeniorManager};
use crate::value::ApproverCapacity::{self, Line, Senior};
use crate::value::Role;
use crate::value::register::DecisionKind::{Accept, Ask};
use crate::value::register::DelegationKind;

/// With Sam as Senior Manager of the service and Tom as that of the whole board.
fn board() -> Board {
    Board::new()
        .unit("S")
        .below("S", "T")
        .staff("T", 3)
        .post_under("Ann", "T", "Lin")
        .appointment("Tom", SeniorManager, ROOT, Validity::ALWAYS)
        .appointment("Sam", SeniorManager, "S", Validity::ALWAYS)
}

/// The approvers on the default day, each as "decider" or "decider for principal".
fn named(board: &mut Board, capacity: ApproverCapacity, facts: &NominationFacts) -> Vec<String> {
    let found = approvers(&index(board), capacity, facts, day(TODAY));
    let name = |approver: &Approver| {
        let names = ["Ann", "Lin", "Lou", "Sam", "Tom", "Dee", "Bob"];
        let mut of = |person| names.into_iter().find(|name| board.person(name) == person).expect("a known name");
        match (of(approver.decider), of(approver.principal)) {
            (decider, principal) if decider == principal => decider.to_owned(),
            (decider, principal) => format!("{decider} for {principal}"),
        }
    };
    found.iter().map(name).collect()
}

fn asked(
    board: &mut Board,
    capacity: ApproverCapacity,
    facts: &NominationFacts,
    decider: &str,
) -> Result<ApproverBecause, CannotDecide> {
    let decider = board.person(decider);
    may_decide(&index(board), capacity, facts, decider, None, day(TODAY)).map(|approver| approver.why)
}

#[test]
fn the_line_manager_of_a_post_in_the_team_approves() {
    let mut board = board().unit("U").post_under("Ann", "U", "Lou");
    let facts = nomination(&mut board, "Ann", "T");
    assert_eq!(named(&mut board, Line, &facts), ["Lin"]);
    assert_eq!(asked(&mut board, Line, &facts, "Lin"), Ok(ApproverBecause::LineManager));
    assert_eq!(asked(&mut board, Line, &facts, "Lou"), Err(CannotDecide::NotApprover));
    assert_eq!(asked(&mut board, Line, &facts, "Sam"), Err(CannotDecide::NotApprover));
}

#[test]
fn any_post_of_the_nominee_gives_a_line_manager_for_cover_from_outside() {
    let mut board = board().unit("U");
    let mut facts = nomination(&mut board, "Ann", "U");
    assert_eq!(named(&mut board, Line, &facts), [""; 0]);
    facts.outside_team = true;
    assert_eq!(named(&mut board, Line, &facts), ["Lin"]);
    // A Champion only counts in a team of their own.
    facts.role = Role::Champion;
    assert_eq!(named(&mut board, Line, &facts), [""; 0]);
}

#[test]
fn a_post_in_the_cover_group_is_a_post_in_the_team() {
    let mut board = board().unit("U").staff("U", 1).group("G", &["T", "U"]);
    let facts = nomination(&mut board, "Ann", "U");
    assert_eq!(named(&mut board, Line, &facts), ["Lin"]);
}

#[test]
fn a_post_below_the_unit_is_enough_for_a_trainer() {
    let mut board = board();
    let mut facts = nomination(&mut board, "Ann", "S");
    assert_eq!(named(&mut board, Line, &facts), [""; 0]);
    facts.role = Role::Trainer;
    assert_eq!(named(&mut board, Line, &facts), ["Lin"]);
    assert_eq!(named(&mut board, Senior, &facts), ["Sam"]);
}

#[test]
fn the_nearest_senior_manager_approves() {
    let mut board = board().appointment("Lou", Coordinator, "T", Validity::ALWAYS);
    let unit = board.place("S");
    let facts = nomination(&mut board, "Ann", "T");
    assert_eq!(named(&mut board, Senior, &facts), ["Sam"]);
    assert_eq!(asked(&mut board, Senior, &facts, "Sam"), Ok(ApproverBecause::SeniorManager(unit)));
    assert_eq!(asked(&mut board, Senior, &facts, "Tom"), Err(CannotDecide::NotApprover));
    assert_eq!(asked(&mut board, Senior, &facts, "Lou"), Err(CannotDecide::NotApprover));
}

#[test]
fn an_appointment_that_has_ended_gives_no_right() {
    let mut board = board();
    board.roster.appointments[1].validity = through("", "2026-11-15");
    let facts = nomination(&mut board, "Ann", "T");
    assert_eq!(named(&mut board, Senior, &facts), ["Tom"]);
}

#[test]
fn a_barred_senior_manager_is_passed_over() {
    // Sam is also Ann's line manager in another team, or the nominee.
    let mut as_manager = board().unit("U").post_under("Ann", "U", "Sam");
    let facts = nomination(&mut as_manager, "Ann", "T");
    assert_eq!(named(&mut as_manager, Senior, &facts), ["Tom"]);
    let mut as_nominee = board().post_under("Sam", "T", "Lin");
    let facts = nomination(&mut as_nominee, "Sam", "T");
    assert_eq!(named(&mut as_nominee, Senior, &facts), ["Tom"]);
    assert_eq!(asked(&mut as_nominee, Senior, &facts, "Sam"), Err(CannotDecide::OwnCase));
}

#[test]
fn a_line_approver_of_the_allocation_is_never_its_senior_approver() {
    let mut board = board();
    let approval = board.approval("Sam", "2019-03-01");
    board = board.supporter_with("Ann", "T", |allocation| {
        (allocation.share, allocation.line) = (300, vec![approval]);
    });
    let facts = nomination(&mut board, "Ann", "T");
    assert_eq!(named(&mut board, Senior, &facts), ["Tom"]);
    assert_eq!(asked(&mut board, Senior, &facts, "Sam"), Err(CannotDecide::WouldNotCount));
    // Another team is another allocation.
    let elsewhere = nomination(&mut board, "Ann", "S");
    assert_eq!(named(&mut board, Senior, &elsewhere), ["Sam"]);
}

#[test]
fn a_delegate_stands_in_within_both_periods() {
    let mut board = board().delegate("Dee", through("2026-11-16", "2026-11-30"));
    let unit = board.place("S");
    let facts = nomination(&mut board, "Ann", "T");
    assert_eq!(named(&mut board, Senior, &facts), ["Sam", "Dee for Sam"]);
    assert_eq!(asked(&mut board, Senior, &facts, "Dee"), Ok(ApproverBecause::SeniorManagerDelegate(unit)));
    board.roster.appointments[1].delegate = Some((board.person("Dee"), through("2026-11-17", "")));
    assert_eq!(named(&mut board, Senior, &facts), ["Sam"]);
    // A line manager's delegate is that of any of their appointments, as in coverage.
    let mut with_line = board.appointment("Lin", Coordinator, "T", Validity::ALWAYS).delegate("Dee", Validity::ALWAYS);
    assert_eq!(named(&mut with_line, Line, &facts), ["Lin", "Dee for Lin"]);
    assert_eq!(asked(&mut with_line, Line, &facts, "Dee"), Ok(ApproverBecause::LineManagerDelegate));
}

#[test]
fn a_manager_without_an_appointment_has_a_delegate() {
    let dee = |validity: Validity| board().delegation(DelegationKind::Delegate, "Lin", "Dee", validity);
    let mut with_dee = dee(through(TODAY, TODAY));
    let facts = nomination(&mut with_dee, "Ann", "T");
    assert_eq!(named(&mut with_dee, Line, &facts), ["Lin", "Dee for Lin"]);
    assert_eq!(asked(&mut with_dee, Line, &facts, "Dee"), Ok(ApproverBecause::LineManagerDelegate));
    let mut later = dee(through("2026-11-17", ""));
    assert_eq!(named(&mut later, Line, &facts), ["Lin"]);
    // No one stands in for a delegate.
    let mut onward = dee(Validity::ALWAYS).delegation(DelegationKind::Delegate, "Dee", "Bob", Validity::ALWAYS);
    assert_eq!(named(&mut onward, Line, &facts), ["Lin", "Dee for Lin"]);
}

#[test]
fn an_acting_line_manager_approves_as_line_only() {
    let mut board = Board::new().unit("S").below("S", "T").staff("T", 3).post("Ann", "T");
    board = board.appointment("Sam", SeniorManager, "S", Validity::ALWAYS);
    let facts = nomination(&mut board, "Ann", "T");
    assert_eq!(named(&mut board, Line, &facts), Vec::<String>::new());
    let mut board = board.delegation(DelegationKind::Acting, "Ann", "Lou", through(TODAY, TODAY));
    assert_eq!(named(&mut board, Line, &facts), ["Lou"]);
    assert_eq!(asked(&mut board, Line, &facts, "Lou"), Ok(ApproverBecause::ActingLineManager));
    let mut sam_too = board.delegation(DelegationKind::Acting, "Ann", "Sam", Validity::ALWAYS);
    assert_eq!(named(&mut sam_too, Senior, &facts), Vec::<String>::new());
}

#[test]
fn no_one_takes_part_in_both_approvals() {
    let mut board = board()
        .delegate("Dee", Validity::ALWAYS)
        .appointment("Lin", Coordinator, "T", Validity::ALWAYS)
        .delegate("Dee", Validity::ALWAYS);
    let mut facts = nomination(&mut board, "Ann", "T");
    let mut by_delegate = decision(&mut board, Line, Accept, "Dee", TODAY);
    by_delegate.principal = board.person("Lin");
    facts.decisions.push(by_delegate);
    assert_eq!(named(&mut board, Senior, &facts), ["Sam"]);
    assert_eq!(asked(&mut board, Senior, &facts, "Dee"), Err(CannotDecide::BothApprovals));
    assert_eq!(asked(&mut board, Senior, &facts, "Lin"), Err(CannotDecide::BothApprovals));

    // The other way round.
    facts.decisions[0].capacity = Senior;
    facts.decisions[0].principal = board.person("Sam");
    assert_eq!(named(&mut board, Line, &facts), ["Lin"]);
    assert_eq!(asked(&mut board, Line, &facts, "Dee"), Err(CannotDecide::BothApprovals));
    // A person who only asked a question gives no approval.
    facts.decisions[0].kind = Ask;
    assert_eq!(named(&mut board, Line, &facts), ["Lin", "Dee for Lin"]);
}

#[test]
fn no_one_decides_for_the_nominee() {
    // Ann is her own line manager on file, and Bob her delegate.
    let mut board = Board::new()
        .unit("T")
        .post_under("Ann", "T", "Ann")
        .appointment("Ann", SeniorManager, ROOT, Validity::ALWAYS)
        .delegate("Bob", Validity::ALWAYS);
    let facts = nomination(&mut board, "Ann", "T");
    for capacity in [Line, Senior] {
        assert_eq!(named(&mut board, capacity, &facts), [""; 0]);
        assert_eq!(asked(&mut board, capacity, &facts, "Ann"), Err(CannotDecide::OwnCase));
        assert_eq!(asked(&mut board, capacity, &facts, "Bob"), Err(CannotDecide::NotApprover));
        let (bob, ann) = (board.person("Bob"), board.person("Ann"));
        let answer = may_decide(&index(&board), capacity, &facts, bob, Some(ann), day(TODAY));
        assert_eq!(answer, Err(CannotDecide::OwnCase));
    }
}

#[test]
fn a_champion_needs_no_senior_manager() {
    let mut board = board();
    let mut facts = nomination(&mut board, "Ann", "T");
    facts.role = Role::Champion;
    assert_eq!(named(&mut board, Senior, &facts), [""; 0]);
    assert_eq!(asked(&mut board, Senior, &facts, "Sam"), Err(CannotDecide::NotApprover));
    assert_eq!(asked(&mut board, Line, &facts, "Lin"), Ok(ApproverBecause::LineManager));
}

#[test]
fn an_approval_that_has_lapsed_by_the_other_would_not_count() {
    // Sam's approval is recorded late, for a day so early that it has lapsed by the day of Lin's.
    let mut board = board();
    let mut facts = nomination(&mut board, "Ann", "T");
    facts.decisions.push(decision(&mut board, Line, Accept, "Lin", TODAY));
    let sam = board.person("Sam");
    let on = |on: &str| may_decide(&index(&board), Senior, &facts, sam, None, day(on)).map(|approver| approver.decider);
    assert_eq!(on("2024-11-17"), Ok(sam));
    assert_eq!(on("2024-11-16"), Err(CannotDecide::WouldNotCount));
}
