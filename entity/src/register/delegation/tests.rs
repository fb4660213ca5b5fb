use proptest::prelude::*;

use super::*;
use crate::coverage::tests::board::{Board, TODAY, day, through};
use crate::register::approvers::approvers;
use crate::register::tests::{decision, index, nomination};
use crate::value::register::DecisionKind::Accept;
use crate::value::register::DelegationKind;

fn today() -> Day {
    day(TODAY)
}

fn days(from: &str, until: &str) -> WishedDays {
    WishedDays { from: day(from), until: (!until.is_empty()).then(|| day(until)) }
}

/// Ann works in T under Lin, and Sam is Senior Manager of T until the end of the year. Cora is a coordinator.
fn board() -> Board {
    let board = Board::new().unit("T").staff("T", 3).post_under("Ann", "T", "Lin").post("Cora", "T");
    board.appointment("Sam", AppointmentRole::SeniorManager, "T", through("", "2026-12-31"))
}

fn named(
    board: &mut Board,
    principal: &str,
    delegate: &str,
    unit: Option<UnitIx>,
    days: WishedDays,
) -> Result<Office, AuthorityRefusal> {
    let new = NewDelegate { principal: board.person(principal), delegate: board.person(delegate), unit, days };
    let actor = board.person("Cora");
    check_delegate(&index(board), &new, actor, today()).map(|checked| checked.office)
}

#[test]
fn only_holders_of_an_office_have_a_delegate() {
    let mut board = board().delegate("Dee", Validity::ALWAYS);
    let unit = board.place("T");
    let mut check = |principal: &str, delegate: &str, unit: Option<UnitIx>, days: WishedDays| {
        named(&mut board, principal, delegate, unit, days)
    };
    let december = days("2026-12-01", "2026-12-31");
    assert_eq!(check("Sam", "Ann", None, december), Err(AuthorityRefusal::UnitNeeded));
    assert!(matches!(check("Sam", "Ann", Some(unit), december), Ok(Office::Appointment { .. })));
    assert_eq!(check("Sam", "Dee", Some(unit), december), Err(AuthorityRefusal::Already));
    let beyond = days("2026-12-01", "2027-01-01");
    assert_eq!(check("Sam", "Ann", Some(unit), beyond), Err(AuthorityRefusal::OutsideAppointment));
    assert_eq!(check("Dee", "Ann", Some(unit), december), Err(AuthorityRefusal::NoOffice));
    assert_eq!(check("Dee", "Ann", None, december), Err(AuthorityRefusal::NoOffice));
    assert_eq!(check("Lin", "Ann", None, december), Ok(Office::LineManager));
    assert_eq!(check("Lin", "Lin", None, december), Err(AuthorityRefusal::OwnCase));
    assert_eq!(check("Lin", "Cora", None, december), Err(AuthorityRefusal::OwnCase));
}

#[test]
fn appointments_that_follow_each_other_are_one_office() {
    let senior = AppointmentRole::SeniorManager;
    let mut board = board().appointment("Sam", senior, "T", through("2027-01-01", "2027-02-28"));
    board = board.appointment("Sam", senior, "T", through("2027-03-02", ""));
    let unit = board.place("T");
    let mut until = |last: &str| named(&mut board, "Sam", "Ann", Some(unit), days("2026-12-01", last));
    assert_eq!(until("2027-02-28"), Ok(Office::Appointment { unit, role: senior }));
    assert_eq!(until("2027-03-01"), Err(AuthorityRefusal::OutsideAppointment));
    assert_eq!(until("2027-03-02"), Err(AuthorityRefusal::OutsideAppointment), "not on 1 March");
}

fn any_day() -> impl Strategy<Value = Option<Day>> {
    proptest::option::of((0i64..30).prop_map(|days| today().plus_days(days)))
}

fn any_validity() -> impl Strategy<Value = Validity> {
    (any_day(), any_day()).prop_map(|(from, to)| Validity { from, to })
}

proptest! {
    /// On every day of the appointment exactly one part holds; the new delegate stands in on the new days, and the earlier
    /// one on all others of theirs.
    #[test]
    fn a_new_delegate_takes_no_other_days(
        held in any_validity(),
        earlier in proptest::option::of(any_validity()),
        (from, length) in (0i64..30, 1i64..20),
    ) {
        let from = today().plus_days(from);
        let new = Validity { from: Some(from), to: Some(from.plus_days(length)) };
        prop_assume!(held.overlaps(new));
        let parts = divided(held, earlier, new);
        prop_assert!(parts.iter().all(|part| !part.validity.is_empty()));
        for day in (-5..60).map(|days| today().plus_days(days)) {
            let of_day: Vec<_> = parts.iter().filter(|part| part.validity.holds_on(day)).collect();
            prop_assert_eq!(of_day.len(), usize::from(held.holds_on(day)));
            for part in of_day {
                let stands_in = if part.is_new { new.holds_on(day) } else { earlier.is_some_and(|days| days.holds_on(day)) };
                let has_earlier = earlier.is_some_and(|days| days.holds_on(day));
                prop_assert_eq!(stands_in, new.holds_on(day) || has_earlier);
                prop_assert_eq!(part.is_new && stands_in, new.holds_on(day));
            }
        }
    }
}

/// Ann's post in T names no line manager; Sam is Senior Manager. Bob, Lou and Cora work there too.
fn without_line_manager() -> Board {
    let board = Board::new().unit("T").staff("T", 3).post("Ann", "T").post("Bob", "T").post("Lou", "T");
    let board = board.post("Sam", "T").post("Cora", "T");
    board.appointment("Sam", AppointmentRole::SeniorManager, "T", Validity::ALWAYS)
}

/// Checks an acting line manager for Ann from the default day until the end of the year, with her nomination for T.
fn acting(board: &mut Board, acting: &str, actor: &str) -> Result<(), AuthorityRefusal> {
    let facts = nomination(board, "Ann", "T");
    acting_for(board, &[facts], acting, actor)
}

fn acting_for(board: &mut Board, cases: &[NominationFacts], acting: &str, actor: &str) -> Result<(), AuthorityRefusal> {
    let (for_person, acting, actor) = (board.person("Ann"), board.person(acting), board.person(actor));
    let new = NewActing { for_person, acting, days: days(TODAY, "2026-12-31") };
    check_acting(&index(board), cases, &new, actor, today()).map(drop)
}

#[test]
fn an_acting_line_manager_is_none_of_the_others() {
    let mut board = without_line_manager();
    assert_eq!(acting(&mut board, "Lou", "Cora"), Ok(()));
    assert_eq!(acting(&mut board, "Ann", "Cora"), Err(AuthorityRefusal::OwnCase), "the nominee");
    assert_eq!(acting(&mut board, "Cora", "Cora"), Err(AuthorityRefusal::OwnCase), "the coordinator");
    assert_eq!(acting(&mut board, "Lou", "Ann"), Err(AuthorityRefusal::OwnCase), "the nominee's own step");
    assert_eq!(acting(&mut board, "Sam", "Cora"), Err(AuthorityRefusal::BothApprovals), "the only senior manager");
    let mut with_tom = board.appointment("Tom", AppointmentRole::SeniorManager, "T", Validity::ALWAYS);
    assert_eq!(acting(&mut with_tom, "Sam", "Cora"), Ok(()));
    // Bob has decided in Sam's place.
    let mut facts = nomination(&mut with_tom, "Ann", "T");
    let mut by_bob = decision(&mut with_tom, ApproverCapacity::Senior, Accept, "Bob", TODAY);
    by_bob.principal = with_tom.person("Sam");
    facts.decisions.push(by_bob);
    for party in ["Bob", "Sam"] {
        let refused = acting_for(&mut with_tom, &[facts.clone()], party, "Cora");
        assert_eq!(refused, Err(AuthorityRefusal::BothApprovals), "{party}");
    }
    assert_eq!(acting_for(&mut with_tom, &[facts], "Tom", "Cora"), Ok(()));
}

#[test]
fn no_one_acts_while_a_line_manager_is_there() {
    let mut board = without_line_manager().post_under("Ann", "T", "Lin");
    assert_eq!(acting(&mut board, "Lou", "Cora"), Ok(()), "Lin has no post");
    let mut board = board.post("Lin", "T");
    assert_eq!(acting(&mut board, "Lou", "Cora"), Err(AuthorityRefusal::NotNeeded));
    assert_eq!(acting_for(&mut without_line_manager(), &[], "Lou", "Cora"), Err(AuthorityRefusal::NotNeeded));
    let mut twice = without_line_manager().delegation(DelegationKind::Acting, "Ann", "Lou", through(TODAY, TODAY));
    assert_eq!(acting(&mut twice, "Lou", "Cora"), Err(AuthorityRefusal::Already));
    assert_eq!(acting(&mut twice, "Bob", "Cora"), Ok(()), "another one may take over");
}

#[test]
fn an_acting_line_manager_gives_way_to_a_line_manager() {
    let board = without_line_manager().delegation(DelegationKind::Acting, "Ann", "Lou", through(TODAY, ""));
    let decides = |mut board: Board| {
        let facts = nomination(&mut board, "Ann", "T");
        let (found, lou) = (approvers(&index(&board), ApproverCapacity::Line, &facts, today()), board.person("Lou"));
        found.iter().any(|approver| approver.decider == lou)
    };
    assert!(decides(board.clone()));
    assert!(decides(board.clone().post_under("Ann", "T", "Lin")));
    assert!(!decides(board.post_under("Ann", "T", "Lin").post("Lin", "T")));
}

#[test]
fn only_an_accepted_nomination_waits_for_a_line_manager() {
    let mut board = without_line_manager();
    let facts = nomination(&mut board, "Ann", "T");
    let waits = |board: &Board, facts: &NominationFacts| {
        waits_for_line(&index(board), facts, &RegisterTerms::default(), today())
    };
    assert!(waits(&board, &facts));
    assert!(!waits(&board, &NominationFacts { accepted_on: None, ..facts.clone() }));
    let mut approved = facts;
    approved.decisions.push(decision(&mut board, ApproverCapacity::Line, Accept, "Lou", TODAY));
    assert!(!waits(&board, &approved));
}
