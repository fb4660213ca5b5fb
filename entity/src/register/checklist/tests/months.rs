//! Months in post.

use super::{Board, MonthsInPost, Nominee, ann, day, item, through};
use crate::value::register::ChecklistResult::{Met, NotKnown, NotMet};

fn board(first: &str, last: &str) -> Board {
    Board::new().unit("T").unit("U").staff("T", 3).post_with("Ann", "T", |post| post.validity = through(first, last))
}

#[test]
fn whole_months_are_counted() {
    let mut board = board("2026-07-10", "");
    let nominee = ann(&mut board, "T", 1000);
    let sentence = "The nominee has been in post here for 4 whole months; 6 are asked for.";
    assert_eq!(item(&board, &nominee, MonthsInPost), (NotMet, sentence.into()));
    assert_eq!(item(&board, &Nominee { day: day("2027-01-09"), ..nominee }, MonthsInPost).0, NotMet);
    assert_eq!(item(&board, &Nominee { day: day("2027-01-10"), ..nominee }, MonthsInPost).0, Met);
    let sentence = "The nominee has been in post here for 1 whole month; 6 are asked for.";
    assert_eq!(item(&board, &Nominee { day: day("2026-08-10"), ..nominee }, MonthsInPost).1, sentence);
}

#[test]
fn it_is_not_known_without_a_first_day() {
    let mut board = board("", "");
    let nominee = ann(&mut board, "T", 1000);
    let sentence = "The first day of the nominee's post is not on file; 6 whole months are asked for.";
    assert_eq!(item(&board, &nominee, MonthsInPost), (NotKnown, sentence.into()));
}

#[test]
fn posts_that_follow_each_other_are_one_time() {
    let mut one = board("2026-01-01", "2026-06-30");
    one = one.post_with("Ann", "T", |post| post.validity = through("2026-07-01", ""));
    let nominee = ann(&mut one, "T", 1000);
    assert_eq!(item(&one, &nominee, MonthsInPost).0, Met);
    // A day between them begins a new time.
    one.roster.posts[3].validity = through("2026-01-01", "2026-06-29");
    assert_eq!(item(&one, &nominee, MonthsInPost).0, NotMet);
    // An earlier post without a first day is enough to make it unknown.
    one.roster.posts[3].validity = through("", "2026-06-30");
    assert_eq!(item(&one, &nominee, MonthsInPost).0, NotKnown);
}

#[test]
fn other_teams_employers_and_bank_posts_do_not_count() {
    let mut now = board("2026-07-01", "");
    let before = through("2020-01-01", "2026-06-30");
    let nominee = ann(&mut now, "T", 1000);
    let elsewhere = now.clone().post_with("Ann", "U", |post| post.validity = before);
    assert_eq!(item(&elsewhere, &nominee, MonthsInPost).0, NotMet);
    let bank = now.clone().post_with("Ann", "T", |post| (post.validity, post.bank) = (before, true));
    assert_eq!(item(&bank, &nominee, MonthsInPost).0, NotMet);
    let mut council = now.clone().post_for("Ann", "T", "Council");
    council.roster.posts.last_mut().expect("a post").validity = before;
    assert_eq!(item(&council, &nominee, MonthsInPost).0, NotMet);
    // A sister team of the cover group is the same team.
    let grouped = elsewhere.staff("U", 1).group("G", &["T", "U"]);
    assert_eq!(item(&grouped, &nominee, MonthsInPost).0, Met);
}

#[test]
fn a_closed_unit_interrupts_the_time() {
    let mut board = board("2020-01-01", "").open("T", through("2026-07-01", ""));
    let nominee = ann(&mut board, "T", 1000);
    assert_eq!(item(&board, &nominee, MonthsInPost).0, NotMet);
}

#[test]
fn cover_from_outside_is_asked_for_months_in_the_own_team() {
    let mut board = board("2020-01-01", "");
    let nominee = Nominee { outside_team: true, ..ann(&mut board, "U", 1000) };
    let sentence = "The nominee has been in post in their own team for 82 whole months; 6 are asked for.";
    assert_eq!(item(&board, &nominee, MonthsInPost), (Met, sentence.into()));
    let sentence = "The nominee is not in post; 6 whole months are asked for.";
    assert_eq!(item(&board, &Nominee { outside_team: false, ..nominee }, MonthsInPost), (NotMet, sentence.into()));
}
