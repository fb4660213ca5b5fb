//! Finds the post on file that a row is about.

use entity::interner::Symbol;
use entity::period::{Day, Validity};

use super::super::super::layout::{ColumnSet, StaffColumn as At};
use super::super::super::record::Post;
use super::super::super::reference::UnitIx;
use super::post_update::{PostUpdate, is_open};

/// What identifies a post (IMPORT.md, "Columns"): the assignment number, or the unit if there is none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PostName {
    Assignment(Symbol),
    Unit(UnitIx),
}

pub(super) fn post_name(post: &Post) -> PostName {
    post.assignment.map_or(PostName::Unit(post.unit), PostName::Assignment)
}

/// Whether a row and a post have the same unit and are both Bank, or both not.
pub(super) fn same_place(row: &Post, held: &Post, columns: ColumnSet) -> bool {
    row.unit == held.unit && row.bank == columns.given_or(At::ContractType, held.bank, row.bank)
}

/// Positions of posts by name, oldest first, so that a file in which everyone has the same number does not take too
/// long.
pub(super) struct PostIndex(Vec<(PostName, usize)>);

impl PostIndex {
    pub(super) fn new(on_file: &[(i64, Post)]) -> Self {
        let mut places: Vec<_> = on_file.iter().enumerate().map(|(at, (_, post))| (post_name(post), at)).collect();
        places.sort_unstable();
        Self(places)
    }

    /// Returns the posts of a name that are valid on at least one day.
    pub(super) fn positions_of(&self, name: PostName, updates: &[PostUpdate]) -> Vec<usize> {
        let start = self.0.partition_point(|(known, _)| *known < name);
        let places = self.0[start..].iter().take_while(|(known, _)| *known == name).map(|(_, at)| *at);
        places.filter(|at| !updates[*at].post.validity.is_empty()).collect()
    }
}

/// Returns the post with the same start as the row. A single row must also name the same place, and must not overlap a
/// later move of the assignment on file.
pub(super) fn find_exact(
    row: &Post,
    single: bool,
    mine: &[usize],
    updates: &[PostUpdate],
    columns: ColumnSet,
    as_at: Day,
) -> Option<usize> {
    let begun = |at: usize| !updates[at].post.validity.begins_after(as_at);
    mine.iter().copied().find(|at| {
        let held = &updates[*at].post;
        let alone = || {
            mine.iter()
                .all(|other| other == at || !begun(*other) || !updates[*other].post.validity.overlaps(row.validity))
        };
        !updates[*at].matched
            && held.validity.from == row.validity.from
            && (row.validity.ended_by(as_at) || held.has_terms_of(row, columns))
            && (!single || same_place(row, held, columns) && alone())
    })
}

/// Returns the current post of an assignment, or its last one. Returns a post that has not started only if the row
/// corrects its start.
pub(super) fn find_current(
    row: &Post,
    mine: &[usize],
    updates: &[PostUpdate],
    columns: ColumnSet,
    as_at: Day,
) -> Option<usize> {
    let begun = |at: &usize| !updates[*at].post.validity.begins_after(as_at);
    let ahead = |at: &usize| !begun(at) && same_place(row, &updates[*at].post, columns);
    let mut free = mine.iter().copied().filter(|at| !updates[*at].matched);
    free.clone().rfind(begun).or_else(|| free.find(ahead))
}

/// For one of several rows, returns a post in the same place on overlapping days. For a current row, prefers a post
/// that continues: posts that ended under other terms stay unchanged.
pub(super) fn find_pair(
    row: &Post,
    mine: &[usize],
    updates: &[PostUpdate],
    columns: ColumnSet,
    as_at: Day,
) -> Option<usize> {
    let fits = |at: &&usize| {
        let update = &updates[**at];
        !update.matched && same_place(row, &update.post, columns) && update.post.validity.overlaps(row.validity)
    };
    let goes_on = |at: &&usize| fits(at) && !updates[**at].post.validity.ended_by(as_at);
    let current = if row.validity.ended_by(as_at) {
        None
    } else {
        let same_terms = |at: &&usize| goes_on(at) && updates[**at].post.has_terms_of(row, columns);
        mine.iter().find(same_terms).or_else(|| mine.iter().find(goes_on))
    };
    current.or_else(|| mine.iter().find(fits)).copied()
}

/// For one of several rows, returns the post with the same start, in any place.
pub(super) fn find_same_start(row: &Post, mine: &[usize], updates: &[PostUpdate]) -> Option<usize> {
    mine.iter().copied().find(|at| !updates[*at].matched && updates[*at].post.validity.from == row.validity.from)
}

/// Returns the days of the post at `at` as corrected by `row`, or `None` if they have no day in common, so that the row
/// is about another post. If earlier posts of the assignment are on file, the start of the assignment is not the start
/// of this post.
pub(super) fn corrected_days(
    row: &Post,
    at: usize,
    mine: &[usize],
    updates: &[PostUpdate],
    as_at: Day,
) -> Option<Validity> {
    let held = updates[at].post.validity;
    if row.validity.from.zip(held.to).is_some_and(|(from, to)| to <= from) {
        return None;
    }
    let runs_over = |other: &usize| {
        let earlier = updates[*other].post.validity;
        let before = earlier.from < held.from && !earlier.begins_after(as_at);
        before && *other != at && earlier.to.is_some_and(|to| row.validity.from.is_none_or(|from| from < to))
    };
    // A blank start does not say when the post started: it may have been new on a later list.
    let from = if mine.iter().any(runs_over) { held.from } else { row.validity.from.or(held.from) };
    Some(Validity { from, to: row.validity.to }).filter(|validity| !validity.is_empty())
}

/// Returns the post to which the file has started or stopped giving an assignment number: the only one of the person in
/// that place.
pub(super) fn find_adopted(row: &Post, updates: &[PostUpdate], columns: ColumnSet, as_at: Day) -> Option<usize> {
    let fits = |update: &PostUpdate| {
        let Post { validity, assignment, .. } = update.post;
        let one_number = assignment.is_some() != row.assignment.is_some();
        let same_days = is_open(validity, as_at) && is_open(row.validity, as_at) && validity.overlaps(row.validity);
        one_number && same_days && !update.named && same_place(row, &update.post, columns)
    };
    let mut found = (0..updates.len()).filter(|at| fits(&updates[*at]));
    found.next().filter(|_| found.next().is_none())
}
