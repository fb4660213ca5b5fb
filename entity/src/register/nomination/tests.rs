//! States of nominations by examples: Ann of team T, whose line manager is Lin and whose senior manager is Sam.

use std::sync::Arc;

use super::{
    EndedNomination, NominationFacts, NominationState, agreed_hours, first_day, is_complete, lapses_on,
    may_come_again_on, state,
};
use crate::coverage::tests::board::{Board, ROOT, TODAY, day, through};
use crate::period::{Day, Validity};
use crate::register::terms::RegisterTerms;
use crate::register::tests::{decision, index, nomination};
use crate::value::ApproverCapacity::{Line, Senior};
use crate::value::register::DecisionKind::{Accept, Ask, Decline};
use crate::value::register::NominationEnd;
use crate::value::{AppointmentRole, Role};

fn team() -> Board {
    Board::new().unit("T").staff("T", 3).post_under("Ann", "T", "Lin").appointment(
        "Sam",
        AppointmentRole::SeniorManager,
        ROOT,
        Validity::ALWAYS,
    )
}

fn state_on(board: &Board, facts: &NominationFacts, on: &str) -> NominationState {
    state(&index(board), facts, &RegisterTerms::default(), day(on))
}

fn lapse(board: &Board, facts: &NominationFacts, today: &str) -> Day {
    lapses_on(&index(board), facts, &RegisterTerms::default(), day(today))
}

#[test]
fn a_nomination_waits_for_the_nominee_then_for_approval() {
    let mut board = team();
    let mut facts = nomination(&mut board, "Ann", "T");
    facts.accepted_on = Some(day("2026-11-20"));
    assert_eq!(state_on(&board, &facts, "2026-11-19"), NominationState::AwaitingNominee);
    assert_eq!(state_on(&board, &facts, "2026-11-20"), NominationState::AwaitingApproval);
}

#[test]
fn a_question_waits_for_its_answer() {
    let mut board = team();
    let mut facts = nomination(&mut board, "Ann", "T");
    facts.decisions.push(decision(&mut board, Line, Ask, "Lin", "2026-11-18"));
    assert_eq!(state_on(&board, &facts, "2026-11-17"), NominationState::AwaitingApproval);
    assert_eq!(state_on(&board, &facts, "2026-11-18"), NominationState::Question);
    facts.decisions[0].answered = true;
    assert_eq!(state_on(&board, &facts, "2026-11-18"), NominationState::AwaitingApproval);
}

#[test]
fn an_end_decides_the_state_from_its_day_on() {
    let mut board = team();
    let mut facts = nomination(&mut board, "Ann", "T");
    for (how, then) in [
        (NominationEnd::Approved, NominationState::Approved),
        (NominationEnd::DeclinedByNominee, NominationState::Declined),
        (NominationEnd::DeclinedByApprover, NominationState::Declined),
        (NominationEnd::Withdrawn, NominationState::Withdrawn),
    ] {
        facts.ended = Some(EndedNomination { how, on: day("2026-12-01") });
        assert_eq!(state_on(&board, &facts, "2026-11-30"), NominationState::AwaitingApproval);
        assert_eq!(state_on(&board, &facts, "2026-12-01"), then);
        assert_eq!(state_on(&board, &facts, "2027-12-01"), then);
    }
}

#[test]
fn it_lapses_on_the_day_opened_plus_ninety() {
    let mut board = team();
    let facts = nomination(&mut board, "Ann", "T");
    assert_eq!(lapse(&board, &facts, TODAY), day("2027-02-14"));
    assert_eq!(state_on(&board, &facts, "2027-02-13"), NominationState::AwaitingApproval);
    assert_eq!(state_on(&board, &facts, "2027-02-14"), NominationState::Lapsed);
}

#[test]
fn days_without_an_approver_do_not_count() {
    let mut board = team();
    // Sam leaves for the ten days from 21 to 30 November.
    board.roster.appointments[0].validity = through("", "2026-11-20");
    board = board.appointment("Sue", AppointmentRole::SeniorManager, ROOT, through("2026-12-01", ""));
    let mut facts = nomination(&mut board, "Ann", "T");
    assert_eq!(state_on(&board, &facts, "2026-11-21"), NominationState::NoApprover);
    assert_eq!(state_on(&board, &facts, "2026-12-01"), NominationState::AwaitingApproval);
    assert_eq!(lapse(&board, &facts, "2026-11-20"), day("2027-02-14"));
    assert_eq!(lapse(&board, &facts, "2026-11-21"), day("2027-02-15"));
    assert_eq!(lapse(&board, &facts, "2026-12-24"), day("2027-02-24"));
    // No one is asked before the nominee has accepted, so these days count.
    facts.accepted_on = Some(day("2026-11-26"));
    assert_eq!(lapse(&board, &facts, "2026-12-24"), day("2027-02-19"));
    // Nothing is missing from a capacity that has approved.
    facts.accepted_on = Some(day(TODAY));
    facts.decisions.push(decision(&mut board, Senior, Accept, "Sam", "2026-11-20"));
    assert_eq!(lapse(&board, &facts, "2026-12-24"), day("2027-02-14"));
    assert_eq!(state_on(&board, &facts, "2026-11-21"), NominationState::AwaitingApproval);
}

#[test]
fn it_waits_for_ever_without_an_approver() {
    let mut board = Board::new().unit("T").staff("T", 3).post_under("Ann", "T", "Lin");
    let facts = nomination(&mut board, "Ann", "T");
    assert_eq!(state_on(&board, &facts, "2029-01-01"), NominationState::NoApprover);
}

#[test]
fn it_lapses_with_the_unit_and_with_the_last_post() {
    let mut closing = team().open("T", through("", "2026-11-30"));
    let facts = nomination(&mut closing, "Ann", "T");
    assert_eq!(state_on(&closing, &facts, "2026-11-30"), NominationState::AwaitingApproval);
    assert_eq!(state_on(&closing, &facts, "2026-12-01"), NominationState::Lapsed);

    let mut board = Board::new().unit("T").staff("T", 3);
    let lin = board.person("Lin");
    board = board.post_with("Ann", "T", |post| {
        (post.validity, post.line_manager) = (through("", "2026-11-30"), Some(lin));
    });
    let facts = nomination(&mut board, "Ann", "T");
    assert_eq!(state_on(&board, &facts, "2026-12-01"), NominationState::Lapsed);
    // A lapsed nomination does not come back with a new post, in which another may have been opened.
    board = board.post_with("Ann", "T", |post| post.validity = through("2026-12-02", ""));
    assert_eq!(state_on(&board, &facts, "2026-12-03"), NominationState::Lapsed);
}

#[test]
fn it_is_blocked_while_a_hard_item_fails() {
    let mut board = team().unit("U").share("Ann", "U", 500);
    let mut facts = nomination(&mut board, "Ann", "T");
    assert_eq!(state_on(&board, &facts, TODAY), NominationState::Blocked);
    facts.share = 500;
    assert_eq!(state_on(&board, &facts, TODAY), NominationState::AwaitingApproval);
    // The other allocation ends before the wished start.
    facts.share = 1000;
    facts.wished_start = Some(day("2026-12-01"));
    Arc::make_mut(&mut board.roster.allocations[0]).validity = through("", "2026-11-30");
    assert_eq!(state_on(&board, &facts, TODAY), NominationState::AwaitingApproval);
}

#[test]
fn both_approvals_and_the_acceptance_complete_it() {
    let mut board = team();
    let mut facts = nomination(&mut board, "Ann", "T");
    facts.accepted_on = Some(day("2026-11-17"));
    facts.decisions.push(decision(&mut board, Senior, Accept, "Sam", "2026-11-20"));
    assert_eq!((is_complete(&facts), first_day(&facts), agreed_hours(&facts)), (false, None, None));
    facts.decisions.push(decision(&mut board, Line, Accept, "Lin", "2026-11-18"));
    facts.decisions[1].protected_hours = Some(250);
    assert!(is_complete(&facts));
    assert_eq!((first_day(&facts), agreed_hours(&facts)), (Some(day("2026-11-20")), Some(250)));
    facts.wished_start = Some(day("2027-01-04"));
    assert_eq!(first_day(&facts), Some(day("2027-01-04")));
    facts.accepted_on = None;
    assert_eq!((is_complete(&facts), first_day(&facts)), (false, None));
}

#[test]
fn the_last_decision_of_a_capacity_decides() {
    let mut board = team();
    let mut facts = nomination(&mut board, "Ann", "T");
    facts.decisions = vec![
        decision(&mut board, Line, Accept, "Lin", "2026-11-17"),
        decision(&mut board, Senior, Accept, "Sam", "2026-11-17"),
        decision(&mut board, Line, Ask, "Lin", "2026-11-18"),
    ];
    assert!(!is_complete(&facts));
    facts.decisions.push(decision(&mut board, Line, Accept, "Lin", "2026-11-19"));
    facts.decisions[3].protected_hours = Some(100);
    assert!(is_complete(&facts));
    assert_eq!((first_day(&facts), agreed_hours(&facts)), (Some(day("2026-11-19")), Some(100)));
}

#[test]
fn a_champion_needs_the_line_manager_only() {
    let mut board = Board::new().unit("T").staff("T", 3).post_under("Ann", "T", "Lin");
    let mut facts = nomination(&mut board, "Ann", "T");
    facts.role = Role::Champion;
    assert_eq!(state_on(&board, &facts, TODAY), NominationState::AwaitingApproval);
    facts.decisions.push(decision(&mut board, Line, Accept, "Lin", "2026-11-17"));
    assert!(is_complete(&facts));
    assert_eq!((first_day(&facts), agreed_hours(&facts)), (Some(day("2026-11-17")), Some(400)));
}

#[test]
fn a_decline_or_silence_leaves_it_to_the_person() {
    let mut board = team();
    let (ann, bob) = (board.person("Ann"), board.person("Bob"));
    let mut facts = nomination(&mut board, "Ann", "T");
    (facts.nominator, facts.accepted_on) = (bob, None);
    let index = index(&board);
    let again = |facts: &NominationFacts, nominator, today| {
        may_come_again_on(&index, facts, &RegisterTerms::default(), nominator, day(today))
    };
    assert_eq!(again(&facts, bob, "2027-02-13"), None);
    assert_eq!(again(&facts, bob, "2027-02-14"), Some(day("2028-02-14")));
    assert_eq!(again(&facts, ann, "2027-02-14"), None);
    facts.ended = Some(EndedNomination { how: NominationEnd::DeclinedByNominee, on: day("2026-12-01") });
    assert_eq!(again(&facts, bob, "2027-11-30"), Some(day("2027-12-01")));
    assert_eq!(again(&facts, bob, "2027-12-01"), None);
    assert_eq!(again(&facts, ann, "2026-12-02"), None);
}

#[test]
fn after_an_approver_declined_everyone_waits() {
    let mut board = team();
    let ann = board.person("Ann");
    let mut facts = nomination(&mut board, "Ann", "T");
    facts.decisions.push(decision(&mut board, Line, Decline, "Lin", "2026-12-01"));
    facts.ended = Some(EndedNomination { how: NominationEnd::DeclinedByApprover, on: day("2026-12-01") });
    let again = |today| may_come_again_on(&index(&board), &facts, &RegisterTerms::default(), ann, day(today));
    assert_eq!(again("2026-12-01"), Some(day("2027-03-01")));
    assert_eq!(again("2027-03-01"), None);
}
