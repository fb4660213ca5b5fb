//! What the rows about one person make of the posts that the person has on file. History is never rewritten: a move to another
//! unit, or to or from Bank, ends one post and begins another.

use entity::period::{Day, Validity};

use super::super::board::{Post, UnitIx};
use super::super::findings::Taken;
use super::super::layout::{Has, StaffColumn as At};
use super::super::parse::Line;
use super::super::words::Text;

/// One person's posts in the file and on file, each oldest first.
pub(super) struct Holding<'a> {
    pub(super) rows: &'a [Line<Post>],
    pub(super) on_file: &'a [(i64, Post)],
    /// Assignment numbers of rejected rows about the person; none where a row did not say which.
    pub(super) spared: &'a [Option<Text>],
    pub(super) has: Has,
    pub(super) as_at: Day,
}

/// What came out.
pub(super) struct Settled<'a> {
    /// Each row, with what became of it, or the line of the earlier row about the same post and days.
    pub(super) rows: Vec<(&'a Line<Post>, Result<Taken, u32>)>,
    pub(super) on_file: OnFile,
}

/// What becomes of the posts.
#[derive(Default)]
pub(super) struct OnFile {
    pub(super) added: Vec<Post>,
    /// One for each post on file.
    pub(super) fates: Vec<Fate>,
}

/// What becomes of a post on file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fate {
    pub(super) post: Post,
    /// The file names it no longer.
    pub(super) gone: bool,
    /// It ends because its holder goes on elsewhere under the same assignment number.
    pub(super) moved: bool,
    /// A row has been found to be about it.
    matched: bool,
    /// It belongs to an assignment that the file names.
    named: bool,
}

/// What names a post (IMPORT.md, "Columns"): the assignment number, or the unit where there is none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Assignment(Text),
    Unit(UnitIx),
}

fn name(post: &Post) -> Name {
    post.assignment.map_or(Name::Unit(post.unit), Name::Assignment)
}

/// Whether a row names the place of a post: the same unit, and Bank or not alike.
fn same_place(row: &Post, held: &Post, has: Has) -> bool {
    row.unit == held.unit && row.bank == has.or(At::ContractType, held.bank, row.bank)
}

/// Settles one person.
pub(super) fn settle<'a>(holding: &Holding<'a>) -> Settled<'a> {
    let Holding { rows, on_file, spared, has: _, as_at } = *holding;
    let fate = |(_, post): &(i64, Post)| Fate { post: *post, gone: false, moved: false, matched: false, named: false };
    let mut settled = Settled {
        rows: Vec::with_capacity(rows.len()),
        on_file: OnFile { added: Vec::new(), fates: on_file.iter().map(fate).collect() },
    };
    let mut ordered: Vec<_> = rows.iter().collect();
    ordered.sort_by_key(|line| name(&line.row));
    let groups: Vec<_> = ordered.chunk_by(|a, b| name(&a.row) == name(&b.row)).collect();
    for group in &groups {
        for fate in settled.on_file.fates.iter_mut().filter(|fate| name(&fate.post) == name(&group[0].row)) {
            fate.named = true;
        }
    }
    for group in groups {
        one_assignment(holding, group, &mut settled);
    }
    for fate in settled.on_file.fates.iter_mut().filter(|fate| !fate.named) {
        let spared = spared.iter().any(|number| number.is_none() || *number == fate.post.assignment);
        if !spared && is_open(fate.post.validity, as_at) {
            end(fate, as_at);
        }
    }
    settled
}

fn is_open(validity: Validity, day: Day) -> bool {
    !validity.is_empty() && !validity.ended_by(day)
}

/// Not listed: the last day is the day before. A post that has not begun by then never does.
fn end(fate: &mut Fate, as_at: Day) {
    let from = fate.post.validity.from;
    fate.post.validity.to = Some(from.map_or(as_at, |from| from.max(as_at)));
    fate.gone = true;
}

fn one_assignment<'a>(holding: &Holding<'a>, group: &[&'a Line<Post>], settled: &mut Settled<'a>) {
    let Holding { rows: _, on_file: _, spared, has, as_at } = *holding;
    let mut rows: Vec<&'a Line<Post>> = Vec::with_capacity(group.len());
    for line in group {
        let apart = |earlier: &&Line<Post>| {
            let (a, b) = (earlier.row.validity, line.row.validity);
            a.from != b.from && !a.overlaps(b)
        };
        match rows.iter().find(|earlier| !apart(earlier)) {
            Some(earlier) => settled.rows.push((line, Err(earlier.line))),
            None => rows.push(line),
        }
    }
    let fates = &mut settled.on_file.fates;
    let mut mine: Vec<usize> = (0..fates.len())
        .filter(|at| name(&fates[*at].post) == name(&rows[0].row) && !fates[*at].post.validity.is_empty())
        .collect();
    if mine.is_empty()
        && let Some(adopted) = adopted(&rows[0].row, fates, has, as_at)
    {
        fates[adopted].named = true;
        mine.push(adopted);
    }
    // The validity that each row ends up with.
    let mut found: Vec<Option<Validity>> = vec![None; rows.len()];
    let single = rows.len() == 1;
    for (line, found) in rows.iter().zip(&mut found) {
        if let Some(at) = exact(&line.row, single, &mine, fates, has, as_at) {
            *found = Some(take(line, fates, at, line.row.validity, has, as_at, &mut settled.rows));
        }
    }
    for (line, found) in rows.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
        let current =
            if single { current(&line.row, &mine, fates, has, as_at) } else { pair(&line.row, &mine, fates, has) };
        let Some(at) = current else {
            *found = Some(line.row.validity);
            settled.on_file.added.push(line.row);
            settled.rows.push((line, Ok(Taken::Added)));
            continue;
        };
        let held = fates[at].post;
        let fits = restarted(&line.row, &held, at, &mine, fates);
        if same_place(&line.row, &held, has) {
            if let Some(validity) = fits {
                *found = Some(take(line, fates, at, validity, has, as_at, &mut settled.rows));
            } else {
                *found = Some(line.row.validity);
                settled.on_file.added.push(line.row);
                settled.rows.push((line, Ok(Taken::Added)));
            }
            continue;
        }
        let moves_on =
            line.row.validity.from.filter(|from| held.validity.from.is_none_or(|began| *from > began)).unwrap_or(as_at);
        if line.row.validity.to.is_some_and(|to| to <= moves_on) {
            // The row is over before it could begin: what it says has no day left that is not on file otherwise.
            let apart = mine.iter().all(|at| !fates[*at].post.validity.overlaps(line.row.validity));
            if apart {
                settled.on_file.added.push(line.row);
            }
            settled.rows.push((line, Ok(if apart { Taken::Added } else { Taken::Unchanged })));
        } else if held.validity.from == Some(moves_on) {
            let validity = Validity { from: Some(moves_on), to: line.row.validity.to };
            *found = Some(take(line, fates, at, validity, has, as_at, &mut settled.rows));
        } else {
            let validity = Validity { from: Some(moves_on), to: line.row.validity.to };
            *found = Some(validity);
            settled.on_file.added.push(Post { validity, ..line.row.fill(&held, has) });
            settled.rows.push((line, Ok(Taken::Changed)));
        }
    }
    let kept = spared.iter().any(|number| number.is_none() || *number == rows[0].row.assignment);
    for at in mine.into_iter().filter(|_| !kept) {
        let fate = &mut fates[at];
        if fate.matched || !is_open(fate.post.validity, as_at) {
            continue;
        }
        let began = fate.post.validity.from;
        // One that has begun goes on elsewhere on the day on which the next one begins; one that has not begun is not listed.
        let follows = |from: &Day| began.is_none_or(|began| *from > began && began <= as_at);
        let next = found.iter().flatten().filter_map(|validity| validity.from).filter(follows).min();
        match next {
            Some(next) => {
                fate.post.validity.to = Some(fate.post.validity.to.map_or(next, |to| to.min(next)));
                fate.moved = true;
            }
            None => end(fate, as_at),
        }
    }
}

/// The post that began on the row's very day. A row that stands alone must also name the same place, and must not run over a
/// later move of the assignment that is on file.
fn exact(row: &Post, single: bool, mine: &[usize], fates: &[Fate], has: Has, as_at: Day) -> Option<usize> {
    let begun = |at: usize| !fates[at].post.validity.begins_after(as_at);
    mine.iter().copied().find(|at| {
        let held = &fates[*at].post;
        let alone = || {
            mine.iter()
                .all(|other| other == at || !begun(*other) || !fates[*other].post.validity.overlaps(row.validity))
        };
        !fates[*at].matched
            && held.validity.from == row.validity.from
            && (!single || same_place(row, held, has) && alone())
    })
}

/// The post of an assignment that holds now, or held last; one that has not begun only where the row corrects its start.
fn current(row: &Post, mine: &[usize], fates: &[Fate], has: Has, as_at: Day) -> Option<usize> {
    let begun = |at: &usize| !fates[*at].post.validity.begins_after(as_at);
    let ahead = |at: &usize| !begun(at) && same_place(row, &fates[*at].post, has);
    let mut free = mine.iter().copied().filter(|at| !fates[*at].matched);
    free.clone().rfind(begun).or_else(|| free.find(ahead))
}

/// Among several rows: a post in the same place on some of the same days.
fn pair(row: &Post, mine: &[usize], fates: &[Fate], has: Has) -> Option<usize> {
    let fits = |at: &&usize| {
        let fate = &fates[**at];
        !fate.matched && same_place(row, &fate.post, has) && fate.post.validity.overlaps(row.validity)
    };
    mine.iter().find(fits).copied()
}

/// The days of the post at `at` as `row` corrects them; nothing where it had ended before the row's start, so that the row is
/// about a new post. The start of the assignment is not the start of this post where earlier posts of it are on file.
fn restarted(row: &Post, held: &Post, at: usize, mine: &[usize], fates: &[Fate]) -> Option<Validity> {
    if let (Some(from), Some(to)) = (row.validity.from, held.validity.to)
        && to <= from
    {
        return None;
    }
    let runs_over = |other: &usize| {
        let earlier = fates[*other].post.validity;
        *other != at
            && earlier.from < held.validity.from
            && earlier.to.is_some_and(|to| row.validity.from.is_none_or(|from| from < to))
    };
    let from = if mine.iter().any(runs_over) { held.validity.from } else { row.validity.from };
    let to = row.validity.to.map(|to| from.map_or(to, |from| to.max(from)));
    Some(Validity { from, to })
}

/// A post whose assignment number the file has begun, or ceased, to give: the only one of the person in that place.
fn adopted(row: &Post, fates: &[Fate], has: Has, as_at: Day) -> Option<usize> {
    let fits = |fate: &Fate| {
        let one_number = fate.post.assignment.is_some() != row.assignment.is_some();
        one_number && !fate.named && same_place(row, &fate.post, has) && is_open(fate.post.validity, as_at)
    };
    let mut found = (0..fates.len()).filter(|at| fits(&fates[*at]));
    found.next().filter(|_| found.next().is_none())
}

/// The row is about the post at `at`.
fn take<'a>(
    line: &'a Line<Post>,
    fates: &mut [Fate],
    at: usize,
    validity: Validity,
    has: Has,
    as_at: Day,
    rows: &mut Vec<(&'a Line<Post>, Result<Taken, u32>)>,
) -> Validity {
    let old = fates[at].post;
    let validity = Validity {
        from: has.or(At::StartDate, validity.from, old.validity.from),
        // A file without ends says at least that the post has not ended by its day.
        to: has.or(At::EndDate, validity.to, old.validity.to.filter(|to| *to > as_at)),
    };
    let post = Post { validity, ..line.row.fill(&old, has) };
    fates[at].post = post;
    fates[at].matched = true;
    rows.push((line, Ok(if post == old { Taken::Unchanged } else { Taken::Changed })));
    validity
}
