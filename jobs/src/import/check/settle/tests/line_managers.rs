//! The line manager of a post is dated: who it was before the list stays on file for the days before.

use entity::period::Validity;

use super::super::super::super::board::{PersonIx, Post, UnitIx};
use super::super::super::super::findings::Taken;
use super::super::super::super::layout::{Column as _, FileKind, Has, StaffColumn};
use super::super::super::super::parse::Line;
use super::super::{Change, Holding, Settled, settle};
use super::day;

const ALL: Has = Has((1 << FileKind::Staff.columns().len()) - 1);
/// The day of the list.
const AS_AT: i64 = 100;

/// A post from and until these days, under a line manager.
fn post(manager: Option<usize>, from: Option<i64>, to: Option<i64>) -> Post {
    Post {
        person: PersonIx::new(0),
        unit: UnitIx::new(0),
        assignment: None,
        job_title: None,
        job_family: None,
        band: None,
        line_manager: manager.map(PersonIx::new),
        wte: 100,
        contract_type: None,
        bank: false,
        validity: Validity { from: from.map(day), to: to.map(day) },
    }
}

/// What a list with this row makes of the one post on file: the post on file, and the new one if there is one.
fn settled(held: Post, row: Post, has: Has) -> (Taken, Change, Vec<Post>) {
    let (rows, on_file) = ([Line { line: 2, row }], [(1, held)]);
    let holding = Holding { rows: &rows, on_file: &on_file, spared: &[], has, as_at: day(AS_AT), is_later: true };
    let Settled { rows, on_file } = settle(&holding);
    let [(_, Ok(taken))] = rows.as_slice() else { panic!("the row is taken") };
    let [fate] = on_file.fates.as_slice() else { panic!("one post was on file") };
    let after = [fate.post].into_iter().chain(on_file.added).collect();
    (*taken, fate.change, after)
}

#[test]
fn another_one_begins_a_spell_on_the_day_of_the_list() {
    for manager in [Some(2), None] {
        let (taken, change, after) = settled(post(Some(1), Some(0), None), post(manager, Some(0), None), ALL);
        assert_eq!((taken, change), (Taken::Changed, Change::LineManager));
        let expected = [post(Some(1), Some(0), Some(AS_AT)), post(manager, Some(AS_AT), None)];
        assert_eq!(after, expected, "{manager:?}");
    }
    // Also of a post without a start date, on a list without one.
    let (_, _, after) = settled(post(None, None, None), post(Some(2), None, None), ALL);
    assert_eq!(after, [post(None, None, Some(AS_AT)), post(Some(2), Some(AS_AT), None)]);
}

#[test]
fn a_later_start_date_is_the_day_of_the_change() {
    let (_, change, after) = settled(post(Some(1), Some(0), None), post(Some(2), Some(90), None), ALL);
    assert_eq!(change, Change::LineManager);
    assert_eq!(after, [post(Some(1), Some(0), Some(90)), post(Some(2), Some(90), None)]);
}

#[test]
fn with_other_terms_it_is_a_change_of_terms() {
    let row = Post { wte: 50, ..post(Some(2), Some(0), None) };
    let (_, change, after) = settled(post(Some(1), Some(0), None), row, ALL);
    assert_eq!(change, Change::Terms);
    assert_eq!(after[1].line_manager, Some(PersonIx::new(2)));
}

#[test]
fn on_a_post_that_begins_with_the_list_it_is_corrected() {
    let (taken, change, after) = settled(post(Some(1), Some(AS_AT), None), post(Some(2), Some(AS_AT), None), ALL);
    assert_eq!((taken, change), (Taken::Changed, Change::None));
    assert_eq!(after, [post(Some(2), Some(AS_AT), None)]);
}

#[test]
fn a_list_without_the_column_changes_none() {
    let without = Has(ALL.0 & !(1 << StaffColumn::ManagerNumber.at()));
    let held = post(Some(1), Some(0), None);
    let (taken, change, after) = settled(held, post(None, Some(0), None), without);
    assert_eq!((taken, change, after), (Taken::Unchanged, Change::None, vec![held]));
}

#[test]
fn an_end_that_is_on_the_list_is_kept_with_the_new_one() {
    let (_, _, after) = settled(post(Some(1), Some(0), None), post(Some(2), Some(0), Some(200)), ALL);
    assert_eq!(after, [post(Some(1), Some(0), Some(AS_AT)), post(Some(2), Some(AS_AT), Some(200))]);
}
