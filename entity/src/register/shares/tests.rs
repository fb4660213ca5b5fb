//! Sums of shares by examples.

use super::{ShareChange, ShareSum, first_excess, largest, percent, sums};
use crate::coverage::roster::PersonIx;
use crate::coverage::tests::board::{Board, TODAY, day, through};
use crate::period::{Day, Validity};
use crate::register::tests::index;

const DURING_MAY: (&str, &str) = ("2027-05-01", "2027-05-31");

/// Ann with a share of 500 in one team always, and of 300 in another during May.
fn ann() -> (Board, PersonIx) {
    let mut board = Board::new().unit("T").unit("U").post("Ann", "T").share("Ann", "T", 500);
    board = board.supporter_with("Ann", "U", |allocation| {
        (allocation.share, allocation.validity) = (300, through(DURING_MAY.0, DURING_MAY.1));
    });
    let ann = board.person("Ann");
    (board, ann)
}

fn largest_of(from: &str, change: ShareChange) -> (Option<Day>, u32) {
    let (board, ann) = ann();
    let ShareSum { from, share } = largest(&index(&board), ann, day(from), &change);
    (from, share)
}

#[test]
fn the_first_of_the_largest_sums_is_found() {
    let unchanged = ShareChange::default();
    assert_eq!(largest_of(TODAY, unchanged), (Some(day("2027-05-01")), 800));
    assert_eq!(largest_of("2027-05-20", unchanged), (Some(day("2027-05-20")), 800));
    assert_eq!(largest_of("2027-06-01", unchanged), (Some(day("2027-06-01")), 500));
}

#[test]
fn a_new_share_is_added_and_one_left_out() {
    assert_eq!(largest_of(TODAY, ShareChange { extra: 400, without: None }), (Some(day("2027-05-01")), 1200));
    let (board, _) = ann();
    let without = Some(board.roster.allocations[0].id);
    assert_eq!(largest_of(TODAY, ShareChange { extra: 400, without }), (Some(day("2027-05-01")), 700));
    assert_eq!(largest_of("2027-07-01", ShareChange { extra: 0, without }), (Some(day("2027-07-01")), 0));
}

#[test]
fn shares_that_follow_each_other_do_not_add_up() {
    let shares = [(through("", "2027-04-30"), 1000), (through("2027-05-01", ""), 1000)];
    assert_eq!(first_excess(shares), None);
    let shares = [(through("", "2027-05-01"), 1000), (through("2027-05-01", ""), 1)];
    assert_eq!(first_excess(shares), Some(ShareSum { from: Some(day("2027-05-01")), share: 1001 }));
    let always = [(Validity::ALWAYS, 600), (Validity::ALWAYS, 600)];
    assert_eq!(first_excess(always), Some(ShareSum { from: None, share: 1200 }));
}

#[test]
fn an_empty_validity_adds_nothing() {
    assert_eq!(sums([(through("2027-05-02", "2027-05-01"), 1000)]), []);
}

#[test]
fn percentages_have_a_decimal_place_if_needed() {
    assert_eq!([1000, 805, 5, 0].map(percent), ["100", "80.5", "0.5", "0"]);
}
