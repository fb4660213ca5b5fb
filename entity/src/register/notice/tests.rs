//! Mails about changes by examples: Ann works in team T of service S; Lin is her line manager, Sam the senior manager.

use serde_json::{Value as Json, json};

use super::{ChangeFacts, Notice, notices};
use crate::coverage::tests::board::{Board, TODAY, day};
use crate::period::Validity;
use crate::register::facts::{EndedNomination, NominationFacts};
use crate::register::terms::RegisterTerms;
use crate::register::tests::{index, nomination};
use crate::value::AppointmentRole::SeniorManager;
use crate::value::command::Command;
use crate::value::register::NominationEnd;

const NAMES: [&str; 5] = ["Ann", "Bob", "Kim", "Lin", "Sam"];

fn board() -> Board {
    Board::new().unit("S").below("S", "T").staff("T", 3).post_under("Ann", "T", "Lin").post("Bob", "T").appointment(
        "Sam",
        SeniorManager,
        "S",
        Validity::ALWAYS,
    )
}

/// Bob has nominated Ann, who has not answered.
fn by_bob(board: &mut Board) -> NominationFacts {
    let nominator = board.person("Bob");
    NominationFacts { nominator, accepted_on: None, ..nomination(board, "Ann", "T") }
}

/// The mails about a command, by name.
fn told(
    board: &mut Board,
    command: Command,
    actor: &str,
    facts: Option<&NominationFacts>,
    after: &Json,
) -> Vec<(String, Notice)> {
    let terms = RegisterTerms::default();
    let (actor, ann, unit) = (board.person(actor), board.person("Ann"), board.place("T"));
    let change = ChangeFacts {
        command,
        actor,
        people: &[ann],
        unit: Some(unit),
        nomination: facts.map(|facts| (facts, &terms)),
        begins_role: after["endedAs"] == "APPROVED",
        after,
        on_paper: None,
        told_before: &[],
    };
    let found = notices(&index(board), change, day(TODAY));
    let name = |person| NAMES.into_iter().find(|name| board.person(name) == person).expect("a known name").to_owned();
    let mut all: Vec<_> = found.into_iter().collect();
    all.sort_by_key(|(person, _)| person.0);
    let mut name = name;
    let mut named: Vec<_> = all.into_iter().map(|(person, notice)| (name(person), notice)).collect();
    named.sort_by(|a, b| a.0.cmp(&b.0));
    named
}

fn one(name: &str, notice: Notice) -> (String, Notice) {
    (name.to_owned(), notice)
}

#[test]
fn a_nominee_is_asked_once_a_colleague_nominates_them() {
    let mut board = board();
    let facts = by_bob(&mut board);
    assert_eq!(told(&mut board, Command::Nominate, "Bob", Some(&facts), &Json::Null), [one("Ann", Notice::Nominated)]);
    let own = NominationFacts { nominator: facts.person, accepted_on: Some(facts.opened_on), ..facts };
    assert_eq!(told(&mut board, Command::Nominate, "Ann", Some(&own), &Json::Null), []);
}

#[test]
fn a_decline_by_the_nominee_did_not_go_ahead() {
    let mut board = board();
    let ended = Some(EndedNomination { how: NominationEnd::DeclinedByNominee, on: day(TODAY) });
    let facts = NominationFacts { ended, ..by_bob(&mut board) };
    let after = json!({ "endedAs": NominationEnd::DeclinedByNominee });
    let mails = told(&mut board, Command::RespondToNomination, "Ann", Some(&facts), &after);
    assert_eq!(mails, [], "not before the day on which it would have lapsed");
    let accepted = NominationFacts { accepted_on: Some(day(TODAY)), ..facts };
    let mails = told(&mut board, Command::RespondToNomination, "Ann", Some(&accepted), &after);
    assert_eq!(mails, [one("Bob", Notice::DidNotGoAhead)]);
}

#[test]
fn a_withdrawal_by_the_nominee_reads_like_a_decline() {
    let mut board = board();
    let ended = Some(EndedNomination { how: NominationEnd::Withdrawn, on: day(TODAY) });
    let facts = NominationFacts { ended, ..by_bob(&mut board) };
    let after = json!({ "endedAs": NominationEnd::Withdrawn });
    let by = |board: &mut Board, actor: &str, facts: &NominationFacts| {
        told(board, Command::WithdrawNomination, actor, Some(facts), &after)
    };
    assert_eq!(by(&mut board, "Ann", &facts), []);
    assert_eq!(by(&mut board, "Bob", &facts), [one("Ann", Notice::TakenBack)]);
    let accepted = NominationFacts { accepted_on: Some(day(TODAY)), ..facts };
    assert_eq!(by(&mut board, "Ann", &accepted), [one("Bob", Notice::DidNotGoAhead)]);
}

#[test]
fn a_managers_decision_reaches_nominee_and_nominator() {
    let mut board = board();
    let facts = NominationFacts { accepted_on: Some(day(TODAY)), ..by_bob(&mut board) };
    let mails = told(&mut board, Command::DecideNomination, "Lin", Some(&facts), &json!({ "decision": "DECLINE" }));
    assert_eq!(mails, [one("Ann", Notice::Declined), one("Bob", Notice::DidNotGoAhead)]);
    let first = told(&mut board, Command::DecideNomination, "Lin", Some(&facts), &json!({ "decision": "ACCEPT" }));
    assert_eq!(first, [], "one of two approvals is not told");
}

#[test]
fn the_nearest_senior_manager_hears_of_a_policy() {
    let mut board = board();
    let unit = board.place("T");
    let mails = told(&mut board, Command::PublishPolicy, "Kim", None, &Json::Null);
    assert_eq!(mails, [one("Ann", Notice::Recorded), one("Sam", Notice::UnitChanged(unit))]);
}

#[test]
fn only_steps_by_others_are_mailed() {
    let mut board = board();
    for command in [Command::Pause, Command::Resume, Command::StandDown, Command::ChangeAllocation] {
        assert_eq!(told(&mut board, command, "Ann", None, &Json::Null), []);
        assert_eq!(told(&mut board, command, "Kim", None, &Json::Null), [one("Ann", Notice::Recorded)]);
    }
}
