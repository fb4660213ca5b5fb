//! Digests by examples: Ann works in team T of service S; her line manager is Lin.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{DigestItem, KnownNomination, LastTold, Part, Stage, Told, digests};
use crate::coverage::Index;
use crate::coverage::roster::PersonIx;
use crate::coverage::tests::board::{Board, ROOT, TODAY, day};
use crate::coverage::tests::random::{CASES, any_day, any_roster, any_unit};
use crate::id::NominationId;
use crate::period::{Day, Validity};
use crate::register::approvers::approvers;
use crate::register::facts::{DecisionFacts, NominationFacts, capacities};
use crate::register::sight::{NominationSight, NominationViewer, sight};
use crate::register::terms::RegisterTerms;
use crate::register::tests::{decision, index, nomination};
use crate::value::AppointmentRole::SeniorManager;
use crate::value::ApproverCapacity::{Line, Senior};
use crate::value::Role;
use crate::value::register::DecisionKind::{Accept, Ask};

const NAMES: [&str; 6] = ["Ann", "Lin", "Sam", "Tom", "Bob", "Kim"];

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

fn known(facts: &NominationFacts) -> KnownNomination {
    KnownNomination { id: NominationId(1), facts: facts.clone(), terms: RegisterTerms::default() }
}

/// Who is asked on the day `days` after the default one, with the stage in days and the part. Kim is the coordinator.
fn asked(board: &mut Board, facts: &NominationFacts, told: &Told, days: i64) -> Vec<(String, i32, Part)> {
    let coordinators = BTreeSet::from([board.person("Kim")]);
    let found = digests(&index(board), &[known(facts)], told, &coordinators, day(TODAY).plus_days(days));
    let people: BTreeMap<_, _> = NAMES.map(|name| (board.person(name), name)).into();
    let mut asked: Vec<_> = found
        .into_iter()
        .flat_map(|(person, items)| items.into_iter().map(move |item| (person, item)))
        .map(|(person, item): (PersonIx, DigestItem)| (people[&person].to_owned(), item.stage.days(), item.part))
        .collect();
    asked.sort();
    asked
}

fn told(board: &mut Board, names: &[&str], stage: Stage) -> Told {
    let of =
        |name: &&str| (board.person(name), BTreeMap::from([(NominationId(1), LastTold { stage, on: day(TODAY) })]));
    names.iter().map(of).collect()
}

fn one(name: &str, days: i32, part: Part) -> (String, i32, Part) {
    (name.to_owned(), days, part)
}

#[test]
fn both_managers_are_asked_on_the_day_after_the_acceptance() {
    let mut board = board();
    let facts = nomination(&mut board, "Ann", "T");
    assert_eq!(asked(&mut board, &facts, &Told::new(), 0), []);
    let both = [one("Lin", 0, Part::Decide), one("Sam", 0, Part::Decide)];
    assert_eq!(asked(&mut board, &facts, &Told::new(), 1), both);
    let before = told(&mut board, &["Lin", "Sam"], Stage::New);
    for days in 1..7 {
        assert_eq!(asked(&mut board, &facts, &before, days), []);
    }
}

#[test]
fn no_approver_hears_of_it_before_the_nominee_accepts() {
    let mut board = board();
    let facts = NominationFacts { accepted_on: None, ..nomination(&mut board, "Ann", "T") };
    for days in 0..89 {
        assert_eq!(asked(&mut board, &facts, &Told::new(), days), []);
    }
}

#[test]
fn reminders_come_after_one_week_and_two() {
    let mut board = board();
    let facts = nomination(&mut board, "Ann", "T");
    let before = told(&mut board, &["Lin", "Sam"], Stage::New);
    assert_eq!(asked(&mut board, &facts, &before, 7), [one("Lin", 7, Part::Decide), one("Sam", 7, Part::Decide)]);
    let reminded = told(&mut board, &["Lin", "Sam"], Stage::Week);
    assert_eq!(asked(&mut board, &facts, &reminded, 13), []);
    assert_eq!(asked(&mut board, &facts, &reminded, 14), [one("Lin", 14, Part::Decide), one("Sam", 14, Part::Decide)]);
    // One who missed the first reminder gets the second only.
    assert_eq!(asked(&mut board, &facts, &before, 15), [one("Lin", 14, Part::Decide), one("Sam", 14, Part::Decide)]);
}

#[test]
fn after_three_weeks_the_next_tier_is_asked_without_a_right_to_decide() {
    let mut board = board();
    let facts = nomination(&mut board, "Ann", "T");
    let before = told(&mut board, &["Lin", "Sam"], Stage::Fortnight);
    let unseen = Part::WatchUnseen(board.place(ROOT));
    // Of the line manager's decision Sam hears, who may decide too; of Sam's Tom, who may not see the nomination.
    assert_eq!(asked(&mut board, &facts, &before, 21), [one("Tom", 21, unseen)]);
    let mut senior_done = facts.clone();
    senior_done.decisions.push(decision(&mut board, Senior, Accept, "Sam", TODAY));
    assert_eq!(asked(&mut board, &senior_done, &before, 21), [one("Sam", 21, Part::Watch)]);
    let all = told(&mut board, &["Lin", "Sam", "Tom"], Stage::Escalated);
    assert_eq!(asked(&mut board, &facts, &all, 40), []);
}

#[test]
fn without_a_next_tier_the_coordinators_are_asked() {
    let mut board = Board::new().unit("S").below("S", "T").staff("T", 3).post_under("Ann", "T", "Lin");
    let facts = NominationFacts { role: Role::Champion, ..nomination(&mut board, "Ann", "T") };
    let before = told(&mut board, &["Lin"], Stage::Fortnight);
    assert_eq!(asked(&mut board, &facts, &before, 21), [one("Kim", 21, Part::Watch)]);
}

#[test]
fn a_manager_who_waits_for_an_answer_is_not_reminded() {
    let mut board = board();
    let mut facts = nomination(&mut board, "Ann", "T");
    facts.decisions.push(decision(&mut board, Line, Ask, "Lin", TODAY));
    assert_eq!(asked(&mut board, &facts, &Told::new(), 7), [one("Sam", 7, Part::Decide)]);
}

#[test]
fn a_manager_who_has_an_answer_is_asked_again_once() {
    let mut board = board();
    let mut facts = nomination(&mut board, "Ann", "T");
    facts.decisions.push(DecisionFacts { answered: true, ..decision(&mut board, Line, Ask, "Lin", TODAY) });
    let before = told(&mut board, &["Lin", "Sam"], Stage::New);
    assert_eq!(asked(&mut board, &facts, &before, 1), [one("Lin", 0, Part::Decide)]);
    let mut after = before;
    let lin = after.get_mut(&board.person("Lin")).unwrap().get_mut(&NominationId(1)).unwrap();
    lin.on = day(TODAY).plus_days(1);
    assert_eq!(asked(&mut board, &facts, &after, 2), []);
    assert_eq!(asked(&mut board, &facts, &after, 7).len(), 2, "the reminders go on");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    /// Day by day, with what was told kept: each person hears of each stage once at most, no one who may not see the
    /// nomination is told which it is, and only those who may decide are asked to.
    #[test]
    fn each_stage_reaches_a_person_once_and_says_what_they_may_see(
        roster in any_roster(),
        (unit, outside_team) in (any_unit(), any::<bool>()),
        (opened_on, accepted_after) in (any_day(), proptest::option::of(0i64..20)),
    ) {
        let people: Vec<_> = (0..u32::try_from(roster.people.len()).unwrap()).map(PersonIx).collect();
        let index = Index::new(roster);
        let terms = RegisterTerms::default();
        for person in people.iter().copied().take(3) {
            let facts = NominationFacts {
                person,
                role: Role::PeerSupporter,
                unit,
                share: 500,
                outside_team,
                nominator: people[0],
                opened_on,
                counted_from: opened_on,
                in_dispute: false,
                accepted_on: accepted_after.map(|days| opened_on.plus_days(days)),
                wished_start: None,
                ended: None,
                decisions: Vec::new(),
            };
            check(&index, &facts, &terms, people[0])?;
        }
    }
}

fn check(
    index: &Index,
    facts: &NominationFacts,
    terms: &RegisterTerms,
    coordinator: PersonIx,
) -> Result<(), TestCaseError> {
    let coordinators = BTreeSet::from([coordinator]);
    let mut told = Told::new();
    for today in (0..45).map(|days| facts.opened_on.plus_days(days)) {
        // A later process knows nothing but what was told.
        for (person, items) in digests(index, &[known(facts)], &told, &coordinators, today) {
            prop_assert_eq!(items.len(), 1);
            prop_assert!(facts.accepted_on.is_some_and(|on| on < today) && person != facts.person);
            let DigestItem { nomination, stage, part } = items[0];
            let last = told.entry(person).or_default().insert(nomination, LastTold { stage, on: today });
            let is_answered = |last: LastTold| facts.decisions.iter().any(|by| by.answered && last.on <= by.on);
            prop_assert!(last.is_none_or(|last| last.stage < stage || is_answered(last)));
            prop_assert!(i64::from(stage.days()) <= days_waited(facts, today));
            let viewer = NominationViewer { person, is_coordinator: person == coordinator };
            let sees = sight(index, facts, terms, viewer, today) >= NominationSight::Content;
            prop_assert!(sees || matches!(part, Part::WatchUnseen(_)));
            let all = capacities(facts.role).iter().flat_map(|capacity| approvers(index, *capacity, facts, today));
            let may_decide = all.into_iter().any(|approver| approver.decider == person);
            prop_assert!(part != Part::Decide || may_decide);
        }
    }
    Ok(())
}

fn days_waited(facts: &NominationFacts, today: Day) -> i64 {
    facts.accepted_on.map_or(-1, |on| today.days_since(on))
}
