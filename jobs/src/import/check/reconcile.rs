//! Reconciles the rows about one person with the person's posts on file. History is never rewritten: a different unit,
//! contract, family, band, WTE or line manager ends one spell of a post and starts another.

mod matching;
mod post_update;

use entity::interner::Symbol;
use entity::period::{Day, Validity};

use super::super::findings::RowResult;
use super::super::layout::{ColumnSet, StaffColumn as At};
use super::super::parse::NumberedRow;
use super::super::record::Post;
pub(super) use post_update::{PostUpdate, TermsChange};

use matching::{
    PostIndex, corrected_days, find_adopted, find_current, find_exact, find_pair, find_same_start, post_name,
    same_place,
};
use post_update::{end_post, is_open};

/// One person's posts in the file and on file, each oldest first.
pub(super) struct PersonPosts<'a> {
    pub(super) rows: &'a [NumberedRow<Post>],
    pub(super) on_file: &'a [(i64, Post)],
    /// Assignment numbers of rejected rows about the person. `None` if a row had no readable number.
    pub(super) protected: &'a [Option<Symbol>],
    pub(super) columns: ColumnSet,
    pub(super) as_at: Day,
    /// Whether an earlier list of the employer is on file, so that a new post has started since then.
    pub(super) is_later: bool,
}

/// The result for one person.
pub(super) struct Reconciled<'a> {
    /// Each row with its result, or the line of an earlier row about the same post and days.
    pub(super) rows: Vec<(&'a NumberedRow<Post>, Result<RowResult, u32>)>,
    pub(super) changes: PostChanges,
}

/// How the posts change.
#[derive(Default)]
pub(super) struct PostChanges {
    pub(super) added: Vec<Post>,
    /// One per post on file.
    pub(super) updates: Vec<PostUpdate>,
}

/// Reconciles the posts of one person.
pub(super) fn reconcile<'a>(person_posts: &PersonPosts<'a>) -> Reconciled<'a> {
    let PersonPosts { rows, on_file, protected, columns: _, as_at, is_later: _ } = *person_posts;
    let update = |(_, post): &(i64, Post)| PostUpdate {
        post: *post,
        gone: false,
        change: TermsChange::None,
        matched: false,
        named: false,
    };
    let mut reconciled = Reconciled {
        rows: Vec::with_capacity(rows.len()),
        changes: PostChanges { added: Vec::new(), updates: on_file.iter().map(update).collect() },
    };
    let mut ordered: Vec<_> = rows.iter().collect();
    ordered.sort_by_key(|line| post_name(&line.row));
    for update in &mut reconciled.changes.updates {
        update.named = ordered.binary_search_by_key(&post_name(&update.post), |line| post_name(&line.row)).is_ok();
    }
    let by_name = PostIndex::new(on_file);
    for group in ordered.chunk_by(|a, b| post_name(&a.row) == post_name(&b.row)) {
        one_assignment(person_posts, &by_name, group, &mut reconciled);
    }
    for update in reconciled.changes.updates.iter_mut().filter(|update| !update.named) {
        let protected = protected.iter().any(|number| number.is_none() || *number == update.post.assignment);
        if !protected && is_open(update.post.validity, as_at) {
            end_post(update, as_at);
        }
    }
    reconciled
}

fn one_assignment<'a>(
    person_posts: &PersonPosts<'a>,
    by_name: &PostIndex,
    group: &[&'a NumberedRow<Post>],
    reconciled: &mut Reconciled<'a>,
) {
    let PersonPosts { rows: _, on_file, protected, columns, as_at, is_later } = *person_posts;
    let mut rows: Vec<&'a NumberedRow<Post>> = Vec::with_capacity(group.len());
    for line in group {
        // The rows are sorted and do not overlap, so only the last one can overlap this row.
        match rows.last().filter(|earlier| earlier.row.validity.overlaps(line.row.validity)) {
            Some(earlier) => reconciled.rows.push((line, Err(earlier.line))),
            None => rows.push(line),
        }
    }
    let updates = &mut reconciled.changes.updates;
    let mut mine = by_name.positions_of(post_name(&rows[0].row), updates);
    let single = rows.len() == 1;
    if single
        && mine.is_empty()
        && let Some(adopted) = find_adopted(&rows[0].row, updates, columns, as_at)
    {
        mine = by_name.positions_of(post_name(&updates[adopted].post), updates);
        for at in &mine {
            updates[*at].named = true;
            updates[*at].post.assignment = rows[0].row.assignment.or(updates[*at].post.assignment);
        }
    }
    // The resulting validity of each row.
    let mut found: Vec<Option<Validity>> = vec![None; rows.len()];
    for (line, found) in rows.iter().zip(&mut found) {
        if let Some(at) = find_exact(&line.row, single, &mine, updates, columns, as_at) {
            *found = Some(update_post(
                line,
                &on_file[at].1,
                &mut updates[at],
                line.row.validity,
                columns,
                as_at,
                &mut reconciled.rows,
            ));
        }
    }
    for (line, found) in rows.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
        let row = &line.row;
        // A row that has ended applies to its own days only, and so does one of several rows.
        let over = row.validity.ended_by(as_at);
        let about = if single && !over {
            find_current(row, &mine, updates, columns, as_at)
        } else {
            find_pair(row, &mine, updates, columns, as_at)
                .or_else(|| find_same_start(row, &mine, updates).filter(|_| !over))
        };
        let fits = about.and_then(|at| corrected_days(row, at, &mine, updates, as_at));
        // A row that has ended corrects the post in place; a current row changes the terms from a day on.
        let same_terms = |at: usize| over || updates[at].post.has_terms_of(row, columns);
        let (validity, taken) = match (about, fits) {
            (Some(at), Some(validity)) if same_place(row, &updates[at].post, columns) && same_terms(at) => {
                *found = Some(update_post(
                    line,
                    &on_file[at].1,
                    &mut updates[at],
                    validity,
                    columns,
                    as_at,
                    &mut reconciled.rows,
                ));
                continue;
            }
            (Some(at), _) if !same_place(row, &updates[at].post, columns) || !same_terms(at) => {
                let began = updates[at].post.validity.from;
                let from = row.validity.from.filter(|from| began.is_none_or(|began| *from > began)).unwrap_or(as_at);
                // The post on file has not lasted a day yet, so there is no history to keep, unless the row ends before
                // it.
                let is_unbegun = began == Some(from) || began.is_some_and(|began| began > as_at);
                let corrected = fits.unwrap_or(row.validity);
                let is_before = row.validity.to.zip(corrected.from.or(began)).is_some_and(|(to, from)| to <= from);
                if is_unbegun && !is_before {
                    *found = Some(update_post(
                        line,
                        &on_file[at].1,
                        &mut updates[at],
                        corrected,
                        columns,
                        as_at,
                        &mut reconciled.rows,
                    ));
                    continue;
                }
                if is_unbegun {
                    (row.validity, RowResult::Added)
                } else {
                    updates[at].change = match updates[at].post.has_counted_terms_of(row, columns) {
                        true => TermsChange::LineManager,
                        false => TermsChange::Terms,
                    };
                    (Validity { from: Some(from), to: row.validity.to }, RowResult::Changed)
                }
            }
            // Days on which the assignment was elsewhere are not rewritten.
            (None, _) if single && over && mine.iter().any(|at| updates[*at].post.validity.overlaps(row.validity)) => {
                reconciled.rows.push((line, Ok(RowResult::Unchanged)));
                continue;
            }
            // A post that was not on an earlier list has started since then.
            _ if is_later && row.validity.from.is_none() && !over => {
                (Validity { from: Some(as_at), to: row.validity.to }, RowResult::Added)
            }
            _ => (row.validity, RowResult::Added),
        };
        *found = Some(validity);
        let held = about.map_or(*row, |at| row.fill(&updates[at].post, columns));
        reconciled.changes.added.push(Post { validity, ..held });
        reconciled.rows.push((line, Ok(taken)));
    }
    let kept = protected.iter().any(|number| number.is_none() || *number == rows[0].row.assignment);
    for at in mine.into_iter().filter(|_| !kept) {
        let update = &mut updates[at];
        if update.matched || !is_open(update.post.validity, as_at) {
            continue;
        }
        match next_start(update.post.validity, &found, as_at) {
            Some(day) => {
                update.post.validity.to = Some(update.post.validity.to.map_or(day, |to| to.min(day)));
                if update.change == TermsChange::None {
                    update.change = TermsChange::Terms;
                }
            }
            None => {
                update.change = TermsChange::None;
                end_post(update, as_at);
            }
        }
    }
}

/// Returns the day on which the holder of a post moves to another under the same assignment number: the start of that
/// one, or the as-at day if it started before this one. A post that has not started has no next start.
fn next_start(post: Validity, found: &[Option<Validity>], as_at: Day) -> Option<Day> {
    if post.begins_after(as_at) {
        return None;
    }
    let found = || found.iter().flatten();
    if let Some(now) = found().find(|validity| validity.holds_on(as_at)) {
        return Some(now.from.filter(|from| post.from.is_none_or(|began| *from > began)).unwrap_or(as_at));
    }
    found().filter_map(|validity| validity.from).filter(|from| *from > as_at).min()
}

/// Updates a post from its row.
fn update_post<'a>(
    line: &'a NumberedRow<Post>,
    old: &Post,
    update: &mut PostUpdate,
    validity: Validity,
    columns: ColumnSet,
    as_at: Day,
    rows: &mut Vec<(&'a NumberedRow<Post>, Result<RowResult, u32>)>,
) -> Validity {
    let validity = Validity {
        from: columns.given_or(At::StartDate, validity.from, old.validity.from).or(old.validity.from),
        // A file without end dates says at least that the post has not ended by its as-at day.
        to: columns.given_or(At::EndDate, validity.to, old.validity.to.filter(|to| *to > as_at)),
    };
    update.post = Post { validity, ..line.row.fill(old, columns) };
    update.matched = true;
    rows.push((line, Ok(if update.post == *old { RowResult::Unchanged } else { RowResult::Changed })));
    validity
}

#[cfg(test)]
mod tests;
