//! Checklists by examples: Ann of team T.

mod grade;
mod months;
mod trainer;

use std::sync::Arc;

use super::{ChecklistItem, Nominee, checklist, hard_failures, mix_rules_met, replaced};
use crate::coverage::mix::Verdict;
use crate::coverage::roster::UnitIx;
use crate::coverage::tests::board::{Board, TODAY, day, terms, through};
use crate::period::Day;
use crate::register::terms::RegisterTerms;
use crate::register::tests::index;
use crate::value::Role;
use crate::value::register::ChecklistCode::{self, ActivePeerSupporter, Grade, HasTaught, InPost, Level1};
use crate::value::register::ChecklistCode::{MonthsActive, MonthsInPost, NotAllocated, NotLineManagerOfMost, Shares};
use crate::value::register::ChecklistResult::{self, Met, NotKnown, NotMet};

fn team() -> Board {
    Board::new().unit("T").staff("T", 3).post("Ann", "T")
}

/// Ann as Peer Supporter of a unit with this share, on the default day.
fn ann(board: &mut Board, unit: &str, share: u32) -> Nominee {
    let (person, unit) = (board.person("Ann"), board.place(unit));
    Nominee { person, role: Role::PeerSupporter, unit, share, outside_team: false, day: day(TODAY) }
}

fn items(board: &Board, nominee: &Nominee) -> Vec<ChecklistItem> {
    checklist(&index(board), nominee, &RegisterTerms::default())
}

/// The result of an item, with its sentence.
fn item(board: &Board, nominee: &Nominee, code: ChecklistCode) -> (ChecklistResult, String) {
    let found = items(board, nominee).into_iter().find(|item| item.code == code).expect("an item");
    (found.result, found.sentence)
}

/// The hard items that fail on some day, with the first such day.
fn failures(board: &Board, nominee: &Nominee) -> Vec<(ChecklistCode, Day)> {
    let found = hard_failures(&index(board), nominee, &RegisterTerms::default());
    found.into_iter().map(|failure| (failure.item.code, failure.on)).collect()
}

#[test]
fn each_role_has_its_items() {
    let mut board = team();
    let codes = |nominee: &Nominee, board: &Board| -> Vec<(ChecklistCode, bool)> {
        items(board, nominee).into_iter().map(|item| (item.code, item.hard)).collect()
    };
    let mut nominee = ann(&mut board, "T", 1000);
    assert_eq!(
        codes(&nominee, &board),
        [
            (InPost, true),
            (NotLineManagerOfMost, true),
            (NotAllocated, true),
            (Shares, true),
            (Level1, false),
            (MonthsInPost, false),
            (Grade, false),
        ]
    );
    nominee.role = Role::Trainer;
    assert_eq!(
        codes(&nominee, &board),
        [
            (InPost, true),
            (NotAllocated, true),
            (Level1, false),
            (MonthsInPost, false),
            (Grade, false),
            (ActivePeerSupporter, true),
            (MonthsActive, false),
            (HasTaught, false),
        ]
    );
    nominee.role = Role::Champion;
    assert_eq!(codes(&nominee, &board), [(InPost, true), (NotAllocated, true)]);
}

#[test]
fn the_nominee_is_in_post_in_the_team_or_agreed_as_cover_from_outside() {
    let mut board = team().unit("U").staff("U", 2);
    let here = ann(&mut board, "T", 1000);
    assert_eq!(item(&board, &here, InPost), (Met, "The nominee works in this team.".into()));
    let mut elsewhere = ann(&mut board, "U", 1000);
    let none = "The nominee has no post in this team that counts.";
    assert_eq!(item(&board, &elsewhere, InPost), (NotMet, none.into()));
    elsewhere.outside_team = true;
    let outside = "The nominee works elsewhere and would cover the team from outside.";
    assert_eq!(item(&board, &elsewhere, InPost), (Met, outside.into()));
    elsewhere.role = Role::Champion;
    assert_eq!(item(&board, &elsewhere, InPost).0, NotMet);
    // A post in a sister team of the cover group is one in the team.
    let mut board = board.group("G", &["T", "U"]);
    let grouped = ann(&mut board, "U", 1000);
    assert_eq!(item(&board, &grouped, InPost).0, Met);
}

#[test]
fn the_line_manager_of_more_than_half_is_refused() {
    let mut board = Board::new().unit("T").post("Ann", "T").post_under("Bob", "T", "Ann").post("Cem", "T");
    let nominee = ann(&mut board, "T", 1000);
    assert_eq!(item(&board, &nominee, NotLineManagerOfMost).0, Met);
    let mut board = board.post_under("Cem", "T", "Ann");
    let nominee = ann(&mut board, "T", 1000);
    let sentence = "The nominee is the line manager of 2 of the 3 people here; at most half of them is allowed.";
    assert_eq!(item(&board, &nominee, NotLineManagerOfMost), (NotMet, sentence.into()));
    assert_eq!(failures(&board, &nominee), [(NotLineManagerOfMost, day(TODAY))]);
}

#[test]
fn a_second_allocation_to_the_team_is_refused() {
    let mut board = team().share("Ann", "T", 500);
    let nominee = ann(&mut board, "T", 500);
    assert_eq!(item(&board, &nominee, NotAllocated), (NotMet, "The nominee already has this role here.".into()));
    // Also one that begins later, or one in the cover group.
    Arc::make_mut(&mut board.roster.allocations[0]).validity = through("2027-03-01", "");
    assert_eq!(item(&board, &nominee, NotAllocated).0, NotMet);
    Arc::make_mut(&mut board.roster.allocations[0]).validity = through("", "2026-11-15");
    assert_eq!(item(&board, &nominee, NotAllocated).0, Met);
    let mut grouped = team().unit("U").staff("U", 1).group("G", &["T", "U"]).share("Ann", "U", 500);
    let nominee = ann(&mut grouped, "T", 500);
    assert_eq!(item(&grouped, &nominee, NotAllocated).0, NotMet);
}

#[test]
fn a_nomination_can_raise_the_present_allocation() {
    let mut board = team().unit("U").share("Ann", "T", 500).share("Ann", "U", 300);
    let raise = |board: &Board, nominee: &Nominee| replaced(&index(board), nominee).map(|allocation| allocation.id);
    let first = Some(board.roster.allocations[0].id);
    let nominee = ann(&mut board, "T", 700);
    assert_eq!(raise(&board, &nominee), first);
    assert_eq!(item(&board, &nominee, NotAllocated).0, Met);
    // Its share does not count twice.
    let sentence = "The nominee's shares for all teams would add up to 100 percent.";
    assert_eq!(item(&board, &nominee, Shares), (Met, sentence.into()));
    assert_eq!(raise(&board, &ann(&mut board.clone(), "T", 500)), None);
    let outside = Nominee { share: 500, outside_team: true, ..nominee };
    assert_eq!(raise(&board, &outside), first);
    Arc::make_mut(&mut board.roster.allocations[0]).terms = vec![terms(None, true, true)];
    assert_eq!(raise(&board, &outside), None);
    assert_eq!(raise(&board, &Nominee { role: Role::Champion, ..nominee }), None);
}

#[test]
fn shares_are_added_up_on_every_later_day() {
    let mut board = team().unit("U").supporter_with("Ann", "U", |allocation| {
        (allocation.share, allocation.validity) = (205, through("2027-03-01", "2027-03-31"));
    });
    let nominee = ann(&mut board, "T", 1000);
    let sentence = "The nominee's shares for all teams would add up to 120.5 percent from 2027-03-01; at most 100 \
                    percent is allowed.";
    assert_eq!(item(&board, &nominee, Shares), (NotMet, sentence.into()));
    assert_eq!(failures(&board, &nominee), [(Shares, day(TODAY))]);
    assert_eq!(failures(&board, &Nominee { share: 795, ..nominee }), []);
    assert_eq!(failures(&board, &Nominee { day: day("2027-04-01"), ..nominee }), []);
}

#[test]
fn level_1_counts_from_its_day() {
    let mut board = team();
    let nominee = ann(&mut board, "T", 1000);
    assert_eq!(item(&board, &nominee, Level1), (NotMet, "The nominee has not completed Level 1.".into()));
    let board = board.level1("Ann", "2026-11-16");
    assert_eq!(item(&board, &nominee, Level1), (Met, "The nominee completed Level 1 on 2026-11-16.".into()));
    assert_eq!(item(&board, &Nominee { day: day("2026-11-15"), ..nominee }, Level1).0, NotMet);
}

#[test]
fn a_post_with_a_last_day_is_no_failure() {
    let mut board = Board::new().unit("T").staff("T", 3);
    board = board.post_with("Ann", "T", |post| post.validity = through("2026-01-01", "2027-01-31"));
    let nominee = ann(&mut board, "T", 1000);
    assert_eq!(failures(&board, &nominee), []);
    assert_eq!(failures(&board, &Nominee { day: day("2027-02-01"), ..nominee }), [(InPost, day("2027-02-01"))]);
}

#[test]
fn who_will_manage_most_of_the_team_is_refused() {
    let mut board = Board::new().unit("T").post("Ann", "T").post("Bob", "T").post("Cem", "T");
    let nominee = ann(&mut board, "T", 1000);
    assert_eq!(failures(&board, &nominee), []);
    let manager = Some(nominee.person);
    for post in &mut board.roster.posts[1..] {
        (post.line_manager, post.validity) = (manager, through("2027-01-01", ""));
    }
    board = board.post_with("Bob", "T", |post| post.validity = through("", "2026-12-31"));
    assert_eq!(failures(&board, &nominee), [(NotLineManagerOfMost, day("2027-01-01"))]);
    // Not after the nominee has left the team.
    board.roster.posts[0].validity = through("", "2026-12-31");
    assert_eq!(failures(&board, &nominee), []);
}

#[test]
fn a_champion_has_one_role_in_a_team() {
    let mut board = team().champion("Ann", "T", through("2025-01-01", "2026-12-31"));
    let nominee = Nominee { role: Role::Champion, ..ann(&mut board, "T", 1000) };
    assert_eq!(failures(&board, &nominee), [(NotAllocated, day(TODAY))]);
    assert_eq!(failures(&board, &Nominee { day: day("2027-01-01"), ..nominee }), []);
}

#[test]
fn approvers_see_which_mix_rules_the_nominee_would_meet() {
    let mut board = Board::new()
        .unit("T")
        .policy("T", "2020-01-01", |policy| {
            policy.mix = crate::coverage::mix::parse(
                "2 different job_family; 1 from Medicine of job_family; 1 from Estates of job_family",
                true,
            )
            .expect("mix rules");
        })
        .post_as("Ann", "T", "Medicine")
        .post_as("Bob", "T", "Nursing")
        .post_as("Cem", "T", "Nursing")
        .supporter("Bob", "T");
    let nominee = ann(&mut board, "T", 1000);
    let found = |board: &Board, nominee: &Nominee| -> Vec<(bool, Verdict)> {
        mix_rules_met(&index(board), nominee).into_iter().map(|rule| (rule.adds, rule.verdict)).collect()
    };
    assert_eq!(found(&board, &nominee), [(true, Verdict::Met), (true, Verdict::Met), (false, Verdict::NotApplicable)]);
    let cem = board.person("Cem");
    let like_bob = Nominee { person: cem, ..nominee };
    assert_eq!(
        found(&board, &like_bob),
        [(false, Verdict::Unmet), (false, Verdict::Unmet), (false, Verdict::NotApplicable)]
    );
    assert_eq!(found(&board, &Nominee { unit: UnitIx(0), ..nominee }), []);
}
