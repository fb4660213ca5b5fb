mod line_managers;

use entity::interner::{Interner, Symbol};
use entity::period::{Day, Validity};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::super::super::findings::RowResult;
use super::super::super::layout::{ColumnSet, FileKind};
use super::super::super::parse::NumberedRow;
use super::super::super::record::Post;
use super::super::super::reference::{PersonIx, UnitIx};
use super::{PersonPosts, TermsChange, reconcile};

fn day(number: i64) -> Day {
    Day::new(2026, 1, 1).unwrap().plus_days(number)
}

/// A list: rows of one person, as `(assignment, unit, terms, first day, days)`.
type List = Vec<(Option<usize>, usize, Agreed, Option<i64>, Option<i64>)>;

/// `(whether Bank, WTE)`: the terms of a post. A change of either is dated.
type Agreed = (bool, i32);

fn lists() -> impl Strategy<Value = Vec<(i64, List)>> {
    let agreed = (any::<bool>(), prop_oneof![Just(100_i32), Just(50)]);
    let row = (option::weighted(0.8, 0_usize..2), 0_usize..3, agreed, option::of(-20_i64..60), option::of(0_i64..40));
    // Successive lists, a few days apart.
    vec((0_i64..15, vec(row, 0..4)), 1..6).prop_map(|lists| {
        let mut as_at = 0;
        lists
            .into_iter()
            .map(|(later, list)| {
                as_at += later;
                (as_at, list)
            })
            .collect()
    })
}

fn rows(list: &List, numbers: &[Symbol; 2]) -> Vec<NumberedRow<Post>> {
    let mut rows: Vec<_> = list
        .iter()
        .zip(1..)
        .map(|((assignment, unit, (bank, wte), from, days), line)| {
            let from = from.map(day);
            let to = days.map(|days| from.unwrap_or(day(0)).plus_days(days + 1));
            let post = Post {
                person: PersonIx::new(0),
                unit: UnitIx::new(*unit),
                assignment: assignment.map(|at| numbers[at]),
                job_title: None,
                job_family: None,
                band: None,
                line_manager: None,
                wte: *wte,
                contract_type: None,
                bank: *bank,
                validity: Validity { from, to },
            };
            NumberedRow { line, row: post }
        })
        .collect();
    rows.sort_by_key(|line: &NumberedRow<Post>| (line.row.validity.from, line.line));
    rows
}

fn in_words(posts: impl Iterator<Item = Post>) -> String {
    posts
        .map(|post| format!("{:?} {:?} {} {} {:?}; ", post.assignment, post.unit, post.bank, post.wte, post.validity))
        .collect()
}

/// Applies a list. Returns the posts on file after it, and whether anything changed.
fn apply(on_file: &[(i64, Post)], rows: &[NumberedRow<Post>], as_at: Day) -> (Vec<(i64, Post)>, bool) {
    let columns = ColumnSet((1 << FileKind::Staff.columns().len()) - 1);
    let reconciled = reconcile(&PersonPosts { rows, on_file, protected: &[], columns, as_at, is_later: false });
    assert_eq!(reconciled.rows.len(), rows.len(), "every row is counted once");
    let mut after: Vec<_> =
        on_file.iter().zip(&reconciled.changes.updates).map(|((id, _), update)| (*id, update.post)).collect();
    let quiet = reconciled.changes.added.is_empty() && after == on_file;
    let all_unchanged = reconciled.rows.iter().all(|(_, taken)| matches!(taken, Ok(RowResult::Unchanged) | Err(_)));
    assert!(
        quiet
            || !all_unchanged
            || reconciled.changes.updates.iter().any(|update| update.gone || update.change != TermsChange::None),
        "a change is counted"
    );
    after.extend((i64::try_from(on_file.len()).unwrap()..).zip(reconciled.changes.added));
    after.sort_by_key(|(id, post)| (post.validity.from, *id));
    (after, !quiet)
}

proptest! {
    #[test]
    fn a_repeated_list_changes_nothing(lists in lists()) {
        let mut words = Interner::default();
        let numbers = [words.intern("a"), words.intern("b")];
        let mut on_file = Vec::new();
        for (as_at, list) in &lists {
            let rows = rows(list, &numbers);
            let (after, _) = apply(&on_file, &rows, day(*as_at));
            let (again, changed) = apply(&after, &rows, day(*as_at));
            prop_assert!(!changed, "{}\nmade {}\nand then {}", in_words(rows.iter().map(|line| line.row)), in_words(after.iter().map(|(_, post)| *post)), in_words(again.iter().map(|(_, post)| *post)));
            on_file = after;
        }
    }

    #[test]
    fn undated_lists_do_not_rewrite_earlier_days(lists in lists()) {
        // With lists without dates, a post that was valid before the list stays valid on those days.
        let mut words = Interner::default();
        let numbers = [words.intern("a"), words.intern("b")];
        let mut on_file: Vec<(i64, Post)> = Vec::new();
        for (as_at, list) in &lists {
            let undated = list.iter().map(|(number, unit, agreed, _, _)| (*number, *unit, *agreed, Some(-100), None)).collect();
            let rows = rows(&undated, &numbers);
            let (after, _) = apply(&on_file, &rows, day(*as_at));
            let before = |posts: &[(i64, Post)], on: i64| {
                let mut there: Vec<_> =
                    posts.iter().filter(|(_, post)| post.validity.holds_on(day(on))).map(|(_, post)| (post.unit, post.bank, post.wte)).collect();
                there.sort();
                there
            };
            for on in as_at - 20..*as_at {
                let (was, is) = (before(&on_file, on), before(&after, on));
                prop_assert!(was.iter().all(|post| is.contains(post)), "day {on}: {was:?} became {is:?}\non file {}\nlist {}\nmade {}", in_words(on_file.iter().map(|(_, post)| *post)), in_words(rows.iter().map(|line| line.row)), in_words(after.iter().map(|(_, post)| *post)));
            }
            on_file = after;
        }
    }

    #[test]
    fn on_the_as_at_day_the_list_holds(lists in lists()) {
        let mut words = Interner::default();
        let numbers = [words.intern("a"), words.intern("b")];
        let mut on_file: Vec<(i64, Post)> = Vec::new();
        for (as_at, list) in &lists {
            // Undated rows, one per assignment.
            let mut undated: List = list.iter().map(|(number, unit, agreed, _, _)| (*number, *unit, *agreed, None, None)).collect();
            undated.sort();
            undated.dedup_by_key(|(number, unit, _, _, _)| (*number, number.is_none().then_some(*unit)));
            let rows = rows(&undated, &numbers);
            let (after, _) = apply(&on_file, &rows, day(*as_at));
            let key = |post: &Post| (post.unit, post.bank, post.wte);
            let mut said: Vec<_> = rows.iter().map(|line| key(&line.row)).collect();
            let mut holds: Vec<_> =
                after.iter().filter(|(_, post)| post.validity.holds_on(day(*as_at))).map(|(_, post)| key(post)).collect();
            said.sort();
            holds.sort();
            prop_assert_eq!(said, holds);
            on_file = after;
        }
    }
}
