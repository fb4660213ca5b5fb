//! What the rows about one person make of the posts that the person has on file. History is never rewritten: another unit,
//! contract, family, band, WTE or line manager ends one spell of a post and begins another.

use entity::interner::Symbol;
use entity::period::{Day, Validity};

use super::super::board::{Post, UnitIx};
use super::super::findings::Taken;
use super::super::layout::{Has, StaffColumn as At};
use super::super::parse::Line;

/// One person's posts in the file and on file, each oldest first.
pub(super) struct Holding<'a> {
    pub(super) rows: &'a [Line<Post>],
    pub(super) on_file: &'a [(i64, Post)],
    /// Assignment numbers of rejected rows about the person; none where a row did not say which.
    pub(super) spared: &'a [Option<Symbol>],
    pub(super) has: Has,
    pub(super) as_at: Day,
    /// Whether an earlier list of the employer is on file, so that a new post has begun since.
    pub(super) is_later: bool,
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
    /// Whether it ends because the assignment goes on under other terms.
    pub(super) change: Change,
    /// A row has been found to be about it.
    matched: bool,
    /// It belongs to an assignment that the file names.
    named: bool,
}

/// Whether an assignment goes on under other terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Change {
    /// It does not.
    #[default]
    None,
    /// Only its line manager is another one.
    LineManager,
    /// Its unit, contract, family, band or WTE is another one.
    Terms,
}

/// What names a post (IMPORT.md, "Columns"): the assignment number, or the unit where there is none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Assignment(Symbol),
    Unit(UnitIx),
}

fn name(post: &Post) -> Name {
    post.assignment.map_or(Name::Unit(post.unit), Name::Assignment)
}

/// Whether a row names the place of a post: the same unit, and Bank or not alike.
fn same_place(row: &Post, held: &Post, has: Has) -> bool {
    row.unit == held.unit && row.bank == has.or(At::ContractType, held.bank, row.bank)
}

/// Where the posts of a name are, oldest first: a file in which everybody has the same number must not take for ever.
struct ByName(Vec<(Name, usize)>);

impl ByName {
    fn new(on_file: &[(i64, Post)]) -> Self {
        let mut places: Vec<_> = on_file.iter().enumerate().map(|(at, (_, post))| (name(post), at)).collect();
        places.sort_unstable();
        Self(places)
    }

    /// Those that hold on any day at all.
    fn of(&self, name: Name, fates: &[Fate]) -> Vec<usize> {
        let start = self.0.partition_point(|(known, _)| *known < name);
        let places = self.0[start..].iter().take_while(|(known, _)| *known == name).map(|(_, at)| *at);
        places.filter(|at| !fates[*at].post.validity.is_empty()).collect()
    }
}

/// Settles one person.
pub(super) fn settle<'a>(holding: &Holding<'a>) -> Settled<'a> {
    let Holding { rows, on_file, spared, has: _, as_at, is_later: _ } = *holding;
    let fate =
        |(_, post): &(i64, Post)| Fate { post: *post, gone: false, change: Change::None, matched: false, named: false };
    let mut settled = Settled {
        rows: Vec::with_capacity(rows.len()),
        on_file: OnFile { added: Vec::new(), fates: on_file.iter().map(fate).collect() },
    };
    let mut ordered: Vec<_> = rows.iter().collect();
    ordered.sort_by_key(|line| name(&line.row));
    for fate in &mut settled.on_file.fates {
        fate.named = ordered.binary_search_by_key(&name(&fate.post), |line| name(&line.row)).is_ok();
    }
    let by_name = ByName::new(on_file);
    for group in ordered.chunk_by(|a, b| name(&a.row) == name(&b.row)) {
        one_assignment(holding, &by_name, group, &mut settled);
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

fn one_assignment<'a>(holding: &Holding<'a>, by_name: &ByName, group: &[&'a Line<Post>], settled: &mut Settled<'a>) {
    let Holding { rows: _, on_file, spared, has, as_at, is_later } = *holding;
    let mut rows: Vec<&'a Line<Post>> = Vec::with_capacity(group.len());
    for line in group {
        // Oldest first and apart from each other: only the last can reach into this one.
        match rows.last().filter(|earlier| earlier.row.validity.overlaps(line.row.validity)) {
            Some(earlier) => settled.rows.push((line, Err(earlier.line))),
            None => rows.push(line),
        }
    }
    let fates = &mut settled.on_file.fates;
    let mut mine = by_name.of(name(&rows[0].row), fates);
    let single = rows.len() == 1;
    if single
        && mine.is_empty()
        && let Some(adopted) = adopted(&rows[0].row, fates, has, as_at)
    {
        mine = by_name.of(name(&fates[adopted].post), fates);
        for at in &mine {
            fates[*at].named = true;
            fates[*at].post.assignment = rows[0].row.assignment.or(fates[*at].post.assignment);
        }
    }
    // The validity that each row ends up with.
    let mut found: Vec<Option<Validity>> = vec![None; rows.len()];
    for (line, found) in rows.iter().zip(&mut found) {
        if let Some(at) = exact(&line.row, single, &mine, fates, has, as_at) {
            *found = Some(take(line, &on_file[at].1, &mut fates[at], line.row.validity, has, as_at, &mut settled.rows));
        }
    }
    for (line, found) in rows.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
        let row = &line.row;
        // A row that is over is about the days that it gives, and so is one of several.
        let over = row.validity.ended_by(as_at);
        let about = if single && !over {
            current(row, &mine, fates, has, as_at)
        } else {
            pair(row, &mine, fates, has, as_at).or_else(|| same_start(row, &mine, fates).filter(|_| !over))
        };
        let fits = about.and_then(|at| restarted(row, at, &mine, fates, as_at));
        // What is over is corrected where it stands; what goes on has other terms from a day on.
        let same_terms = |at: usize| over || fates[at].post.has_terms_of(row, has);
        let (validity, taken) = match (about, fits) {
            (Some(at), Some(validity)) if same_place(row, &fates[at].post, has) && same_terms(at) => {
                *found = Some(take(line, &on_file[at].1, &mut fates[at], validity, has, as_at, &mut settled.rows));
                continue;
            }
            (Some(at), _) if !same_place(row, &fates[at].post, has) || !same_terms(at) => {
                let began = fates[at].post.validity.from;
                let from = row.validity.from.filter(|from| began.is_none_or(|began| *from > began)).unwrap_or(as_at);
                // What is on file has not lasted a day yet, so there is no history to keep, unless the row ends before it.
                let is_unbegun = began == Some(from) || began.is_some_and(|began| began > as_at);
                let corrected = fits.unwrap_or(row.validity);
                let is_before = row.validity.to.zip(corrected.from.or(began)).is_some_and(|(to, from)| to <= from);
                if is_unbegun && !is_before {
                    *found = Some(take(line, &on_file[at].1, &mut fates[at], corrected, has, as_at, &mut settled.rows));
                    continue;
                }
                if is_unbegun {
                    (row.validity, Taken::Added)
                } else {
                    fates[at].change = match fates[at].post.has_counted_terms_of(row, has) {
                        true => Change::LineManager,
                        false => Change::Terms,
                    };
                    (Validity { from: Some(from), to: row.validity.to }, Taken::Changed)
                }
            }
            // Days on which the assignment was elsewhere are not rewritten.
            (None, _) if single && over && mine.iter().any(|at| fates[*at].post.validity.overlaps(row.validity)) => {
                settled.rows.push((line, Ok(Taken::Unchanged)));
                continue;
            }
            // A post that was not on the list before has begun since.
            _ if is_later && row.validity.from.is_none() && !over => {
                (Validity { from: Some(as_at), to: row.validity.to }, Taken::Added)
            }
            _ => (row.validity, Taken::Added),
        };
        *found = Some(validity);
        let held = about.map_or(*row, |at| row.fill(&fates[at].post, has));
        settled.on_file.added.push(Post { validity, ..held });
        settled.rows.push((line, Ok(taken)));
    }
    let kept = spared.iter().any(|number| number.is_none() || *number == rows[0].row.assignment);
    for at in mine.into_iter().filter(|_| !kept) {
        let fate = &mut fates[at];
        if fate.matched || !is_open(fate.post.validity, as_at) {
            continue;
        }
        match moves_on(fate.post.validity, &found, as_at) {
            Some(day) => {
                fate.post.validity.to = Some(fate.post.validity.to.map_or(day, |to| to.min(day)));
                if fate.change == Change::None {
                    fate.change = Change::Terms;
                }
            }
            None => {
                fate.change = Change::None;
                end(fate, as_at);
            }
        }
    }
}

/// The day on which the holder of a post goes on to another under the same assignment number: where that one begins, or the day
/// of the list where it is said to have begun before this one. A post that has not begun is not gone on from.
fn moves_on(post: Validity, found: &[Option<Validity>], as_at: Day) -> Option<Day> {
    if post.begins_after(as_at) {
        return None;
    }
    let found = || found.iter().flatten();
    if let Some(now) = found().find(|validity| validity.holds_on(as_at)) {
        return Some(now.from.filter(|from| post.from.is_none_or(|began| *from > began)).unwrap_or(as_at));
    }
    found().filter_map(|validity| validity.from).filter(|from| *from > as_at).min()
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
            && (row.validity.ended_by(as_at) || held.has_terms_of(row, has))
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

/// Among several rows: a post in the same place on some of the same days. Of a row that is not over it is one that goes on, where
/// there is such a one: what has ended under other terms is left alone.
fn pair(row: &Post, mine: &[usize], fates: &[Fate], has: Has, as_at: Day) -> Option<usize> {
    let fits = |at: &&usize| {
        let fate = &fates[**at];
        !fate.matched && same_place(row, &fate.post, has) && fate.post.validity.overlaps(row.validity)
    };
    let goes_on = |at: &&usize| fits(at) && !fates[**at].post.validity.ended_by(as_at);
    let current = if row.validity.ended_by(as_at) {
        None
    } else {
        let same_terms = |at: &&usize| goes_on(at) && fates[**at].post.has_terms_of(row, has);
        mine.iter().find(same_terms).or_else(|| mine.iter().find(goes_on))
    };
    current.or_else(|| mine.iter().find(fits)).copied()
}

/// Among several rows: the post that began on the row's very day, wherever it was.
fn same_start(row: &Post, mine: &[usize], fates: &[Fate]) -> Option<usize> {
    mine.iter().copied().find(|at| !fates[*at].matched && fates[*at].post.validity.from == row.validity.from)
}

/// The days of the post at `at` as `row` corrects them; nothing where the two have no day in common, so that the row is about
/// another post. The start of the assignment is not the start of this post where earlier posts of it are on file.
fn restarted(row: &Post, at: usize, mine: &[usize], fates: &[Fate], as_at: Day) -> Option<Validity> {
    let held = fates[at].post.validity;
    if row.validity.from.zip(held.to).is_some_and(|(from, to)| to <= from) {
        return None;
    }
    let runs_over = |other: &usize| {
        let earlier = fates[*other].post.validity;
        let before = earlier.from < held.from && !earlier.begins_after(as_at);
        before && *other != at && earlier.to.is_some_and(|to| row.validity.from.is_none_or(|from| from < to))
    };
    // A blank start says nothing of when it was: it may be a post that was new on a later list.
    let from = if mine.iter().any(runs_over) { held.from } else { row.validity.from.or(held.from) };
    Some(Validity { from, to: row.validity.to }).filter(|validity| !validity.is_empty())
}

/// A post whose assignment number the file has begun, or ceased, to give: the only one of the person in that place.
fn adopted(row: &Post, fates: &[Fate], has: Has, as_at: Day) -> Option<usize> {
    let fits = |fate: &Fate| {
        let Post { validity, assignment, .. } = fate.post;
        let one_number = assignment.is_some() != row.assignment.is_some();
        let same_days = is_open(validity, as_at) && is_open(row.validity, as_at) && validity.overlaps(row.validity);
        one_number && same_days && !fate.named && same_place(row, &fate.post, has)
    };
    let mut found = (0..fates.len()).filter(|at| fits(&fates[*at]));
    found.next().filter(|_| found.next().is_none())
}

/// The row is about this post.
fn take<'a>(
    line: &'a Line<Post>,
    old: &Post,
    fate: &mut Fate,
    validity: Validity,
    has: Has,
    as_at: Day,
    rows: &mut Vec<(&'a Line<Post>, Result<Taken, u32>)>,
) -> Validity {
    let validity = Validity {
        from: has.or(At::StartDate, validity.from, old.validity.from).or(old.validity.from),
        // A file without ends says at least that the post has not ended by its day.
        to: has.or(At::EndDate, validity.to, old.validity.to.filter(|to| *to > as_at)),
    };
    fate.post = Post { validity, ..line.row.fill(old, has) };
    fate.matched = true;
    rows.push((line, Ok(if fate.post == *old { Taken::Unchanged } else { Taken::Changed })));
    validity
}

#[cfg(test)]
mod tests;
