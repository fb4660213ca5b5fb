//! The grade.

use super::{Board, Grade, Nominee, ann, item};
use crate::value::Role;
use crate::value::register::ChecklistResult::{self, Met, NotKnown, NotMet};

/// Ann and her colleagues, each with one of these bands; the first is Ann's.
fn board(bands: &[&str]) -> (Board, Nominee) {
    let mut board = Board::new().unit("T");
    for (at, band) in bands.iter().enumerate() {
        let band = board.roster.words.value(band);
        let name = if at == 0 { "Ann".to_owned() } else { format!("colleague {at}") };
        board = board.post_with(&name, "T", |post| post.band = band);
    }
    let nominee = ann(&mut board, "T", 1000);
    (board, nominee)
}

fn grade(bands: &[&str]) -> (ChecklistResult, String) {
    let (board, nominee) = board(bands);
    item(&board, &nominee, Grade)
}

#[test]
fn a_higher_band_in_the_team_is_enough() {
    let sentence = "Some people here have a higher band than the nominee (Band 7).";
    assert_eq!(grade(&["Band 7", "Band 5", "Band 8A"]), (Met, sentence.into()));
    assert_eq!(grade(&["band 8a", "Band 8B"]).0, Met);
    assert_eq!(grade(&["8d", "9"]).0, Met);
}

#[test]
fn the_highest_band_is_not_met_unless_a_quarter_have_it() {
    let sentence = "The nominee has the highest band here (Band 7), and less than a quarter of the people have it.";
    assert_eq!(grade(&["Band 7", "Band 6", "Band 6", "Band 5", "Band 5"]), (NotMet, sentence.into()));
    let sentence = "1 of the 4 people here have the nominee's band (Band 7), at least a quarter.";
    assert_eq!(grade(&["Band 7", "Band 6", "Band 6", "Band 5"]), (Met, sentence.into()));
    assert_eq!(grade(&["Band 7", "7", "Band 6", "Band 5", "Band 5", "Band 5", "Band 5", "Band 5"]).0, Met);
}

#[test]
fn bands_without_a_rank_leave_it_unknown() {
    assert_eq!(grade(&["Consultant", "Band 6"]).0, NotKnown);
    assert_eq!(grade(&["", "Band 6"]).0, NotKnown);
    // Only if such a band decides.
    let sentence = "Whether Band 7 is the highest band here is not known: some bands have no rank.";
    assert_eq!(grade(&["Band 7", "Consultant", "Band 5", "Band 5", "Band 5"]), (NotKnown, sentence.into()));
    assert_eq!(grade(&["Band 7", "Consultant", "Band 9", "Band 5", "Band 5"]).0, Met);
    assert_eq!(grade(&["Band 7", "Consultant", "Band 5", "Band 5"]).0, Met);
}

#[test]
fn cover_from_outside_is_compared_with_the_team() {
    let (board, _) = board(&["Band 7", "Band 6"]);
    let mut board = board.unit("U").staff("U", 1);
    let band = board.roster.words.value("Band 6");
    board.roster.posts.last_mut().expect("a post").band = band;
    let nominee = Nominee { outside_team: true, ..ann(&mut board, "U", 500) };
    assert_eq!(item(&board, &nominee, Grade).0, NotMet);
}

#[test]
fn the_band_of_a_trainer_is_shown() {
    let (board, nominee) = board(&["Band 7", "Band 5", "Band 5", "Band 5", "Band 5"]);
    let nominee = Nominee { role: Role::Trainer, ..nominee };
    assert_eq!(item(&board, &nominee, Grade), (Met, "The nominee's band: Band 7.".into()));
}
