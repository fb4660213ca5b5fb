//! The line manager of a post is dated: the one before the list stays on file for the days before it.

use entity::period::Validity;

use super::super::super::super::findings::RowResult;
use super::super::super::super::layout::{Column as _, ColumnSet, FileKind, StaffColumn};
use super::super::super::super::parse::NumberedRow;
use super::super::super::super::record::Post;
use super::super::super::super::reference::{PersonIx, UnitIx};
use super::super::{PersonPosts, Reconciled, TermsChange, reconcile};
use super::day;

const ALL: ColumnSet = ColumnSet((1 << FileKind::Staff.columns().len()) - 1);
/// The day of the list.
const AS_AT: i64 = 100;

/// A post between these days under a line manager.
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

/// Applies a list with this row to the one post on file. Returns the posts on file after it.
fn reconciled(held: Post, row: Post, columns: ColumnSet) -> (RowResult, TermsChange, Vec<Post>) {
    let (rows, on_file) = ([NumberedRow { line: 2, row }], [(1, held)]);
    let person_posts =
        PersonPosts { rows: &rows, on_file: &on_file, protected: &[], columns, as_at: day(AS_AT), is_later: true };
    let Reconciled { rows, changes } = reconcile(&person_posts);
    let [(_, Ok(taken))] = rows.as_slice() else { panic!("the row is taken") };
    let [update] = changes.updates.as_slice() else { panic!("one post was on file") };
    let after = [update.post].into_iter().chain(changes.added).collect();
    (*taken, update.change, after)
}

#[test]
fn a_new_manager_starts_a_new_spell() {
    for manager in [Some(2), None] {
        let (taken, change, after) = reconciled(post(Some(1), Some(0), None), post(manager, Some(0), None), ALL);
        assert_eq!((taken, change), (RowResult::Changed, TermsChange::LineManager));
        let expected = [post(Some(1), Some(0), Some(AS_AT)), post(manager, Some(AS_AT), None)];
        assert_eq!(after, expected, "{manager:?}");
    }
    // Also for a post without a start date, on a list without one.
    let (_, _, after) = reconciled(post(None, None, None), post(Some(2), None, None), ALL);
    assert_eq!(after, [post(None, None, Some(AS_AT)), post(Some(2), Some(AS_AT), None)]);
}

#[test]
fn a_later_start_date_dates_the_change() {
    let (_, change, after) = reconciled(post(Some(1), Some(0), None), post(Some(2), Some(90), None), ALL);
    assert_eq!(change, TermsChange::LineManager);
    assert_eq!(after, [post(Some(1), Some(0), Some(90)), post(Some(2), Some(90), None)]);
}

#[test]
fn other_changes_make_it_a_terms_change() {
    let row = Post { wte: 50, ..post(Some(2), Some(0), None) };
    let (_, change, after) = reconciled(post(Some(1), Some(0), None), row, ALL);
    assert_eq!(change, TermsChange::Terms);
    assert_eq!(after[1].line_manager, Some(PersonIx::new(2)));
}

#[test]
fn a_post_starting_that_day_is_corrected() {
    let (taken, change, after) = reconciled(post(Some(1), Some(AS_AT), None), post(Some(2), Some(AS_AT), None), ALL);
    assert_eq!((taken, change), (RowResult::Changed, TermsChange::None));
    assert_eq!(after, [post(Some(2), Some(AS_AT), None)]);
}

#[test]
fn a_missing_column_changes_nothing() {
    let without = ColumnSet(ALL.0 & !(1 << StaffColumn::ManagerNumber.at()));
    let held = post(Some(1), Some(0), None);
    let (taken, change, after) = reconciled(held, post(None, Some(0), None), without);
    assert_eq!((taken, change, after), (RowResult::Unchanged, TermsChange::None, vec![held]));
}

#[test]
fn a_listed_end_date_stays() {
    let (_, _, after) = reconciled(post(Some(1), Some(0), None), post(Some(2), Some(0), Some(200)), ALL);
    assert_eq!(after, [post(Some(1), Some(0), Some(AS_AT)), post(Some(2), Some(AS_AT), Some(200))]);
}
