//! staff.csv: a full list of posts and the people who hold them.

use entity::interner::Symbol;
use entity::period::Day;

use super::super::dataset::Dataset;
use super::super::fault::Fault;
use super::super::findings::{FileCount, Findings, RowResult};
use super::super::layout::{ColumnSet, FileKind, StaffColumn as At};
use super::super::parse::{File, NumberedRow, StaffRow};
use super::super::plan::Plan;
use super::super::protected_row::ProtectedRow;
use super::super::record::{PersonDetails, Post};
use super::super::reference::{PersonIx, PersonKey};
use super::change_limits::Guard;
use super::employers::{EmployerListing, Employers};
use super::look_alike;
use super::not_read::NotRead;
use super::options::CheckOptions;
use super::reconcile::{PersonPosts, Reconciled, TermsChange, reconcile};

/// Compares the posts. Without a staff file, finds only the posts that end because their unit closes or their employer
/// is in `ends`.
pub(super) fn check(
    file: Option<File<StaffRow>>,
    dataset: &mut Dataset,
    closing: &[bool],
    ends: &[String],
    options: CheckOptions,
    plan: &mut Plan,
    findings: &mut Findings,
) -> Option<FileCount> {
    let mut employers = Employers::default();
    let mut list = file.map(|file| read(file, dataset, &mut employers, findings));
    employers.mark_ending(ends, dataset, findings);
    let mut guard = Guard::new(employers, closing, options);
    reconcile_all(list.as_mut(), options.as_at, dataset, &mut guard, plan, findings);
    let listed = guard.employers.listed().clone();
    guard.enforce(dataset, findings);
    list.map(|StaffRows { count, not_read, .. }| {
        not_read.plan(&listed, options.as_at, dataset, plan, findings, &count.imported.file);
        count
    })
}

/// A staff list as posts.
struct StaffRows {
    count: FileCount,
    columns: ColumnSet,
    /// By person, oldest first.
    posts: Vec<NumberedRow<Post>>,
    /// By person: assignment numbers of rejected rows. `None` if a row had no readable number.
    protected: Vec<(PersonIx, Option<Symbol>)>,
    /// Rejected rows that name a known unit.
    not_read: NotRead,
}

fn read(file: File<StaffRow>, dataset: &mut Dataset, employers: &mut Employers, findings: &mut Findings) -> StaffRows {
    let File { mut count, rows, columns, protected } = file;
    let parts = count.parts.clone();
    list_employers(&rows, &protected, employers);
    let not_read = NotRead::from_rejected(&protected, dataset);
    let mut protected = register_people(&rows, protected, dataset);
    let mut blank_wte: Option<(u32, u32)> = None;
    let mut unlike: Option<(u32, u32)> = None;
    let mut posts = Vec::with_capacity(rows.len());
    for line in rows {
        let StaffRow { post: written, is_wte_blank, details } = line.row;
        let keep = |fault| findings.keep_with_notice(&count.imported.file, line.line, Some(written.person), fault);
        match written.resolve(dataset, keep) {
            Ok(post) => {
                let columns = parts.columns_at([line.line]).unwrap_or(columns);
                if columns.contains(At::Wte) && is_wte_blank {
                    blank_wte = Some(blank_wte.map_or((line.line, 1), |(first, rows)| (first, rows + 1)));
                }
                if !describe(details, post.person, columns, dataset) {
                    unlike = Some(unlike.map_or((line.line, 1), |(first, rows)| (first, rows + 1)));
                }
                posts.push(NumberedRow { line: line.line, row: post });
            }
            Err(fault) => {
                findings.reject(&mut count, line.line, Some(written.person), fault);
                if let Some(person) = dataset.people.find(written.person) {
                    protected.push((person, written.assignment));
                }
            }
        }
    }
    if let Some((first, rows)) = blank_wte {
        findings.notice(&count.imported.file, Some(first), format!("WTE is blank in {rows} row(s); it counts as 0."));
    }
    if let Some((first, rows)) = unlike {
        let sentence = format!(
            "{rows} row(s) give a person a different name or email address from an earlier row; the first was kept."
        );
        findings.notice(&count.imported.file, Some(first), sentence);
    }
    posts.sort_unstable_by_key(|line| (line.row.person, line.row.validity.from, line.line));
    protected.sort_unstable();
    StaffRows { count, columns, posts, protected, not_read }
}

/// Records the employers that occur in any row, rejected or not. A file in which every row of an employer is wrong is
/// still its list.
fn list_employers(rows: &[NumberedRow<StaffRow>], protected: &[ProtectedRow], employers: &mut Employers) {
    let of_rejected = |protected: &ProtectedRow| match protected {
        ProtectedRow::Post { employer, .. } => *employer,
        ProtectedRow::Unit(_) => None,
    };
    let of_rows = rows.iter().map(|line| line.row.post.person.0);
    of_rows.chain(protected.iter().filter_map(of_rejected)).for_each(|employer| employers.mark_listed(employer));
}

/// Reconciles the list with the posts on file, person by person.
fn reconcile_all(
    list: Option<&mut StaffRows>,
    as_at: Day,
    dataset: &mut Dataset,
    guard: &mut Guard<'_>,
    plan: &mut Plan,
    findings: &mut Findings,
) {
    let on_file = std::mem::take(&mut dataset.posts);
    let mut none = FileCount::empty(FileKind::Staff, String::new());
    let mut nothing = NotRead::default();
    let (count, columns, posts, protected, not_read) = match list {
        Some(StaffRows { count, columns, posts, protected, not_read }) => {
            (count, *columns, posts.as_slice(), protected.as_slice(), not_read)
        }
        None => (&mut none, ColumnSet(0), [].as_slice(), [].as_slice(), &mut nothing),
    };
    let parts = count.parts.clone();
    let (mut held, mut listed, mut kept) = (on_file.as_slice(), posts, protected);
    // All three lists are sorted by person, so one pass is enough.
    while let Some(person) =
        held.first().map(|(_, post)| post.person).into_iter().chain(listed.first().map(|line| line.row.person)).min()
    {
        let of_person;
        (of_person, held) = held.split_at(held.partition_point(|(_, post)| post.person == person));
        let rows;
        (rows, listed) = listed.split_at(listed.partition_point(|line| line.row.person == person));
        kept = &kept[kept.partition_point(|(protected, _)| *protected < person)..];
        let protected: Vec<_> =
            kept.iter().take_while(|(protected, _)| *protected == person).map(|(_, number)| *number).collect();
        let employer = dataset.people.list[person.at()].key.0;
        let place = guard.employers.listing_of(employer);
        if place == EmployerListing::Absent {
            for (_, post) in of_person {
                guard.count(post, post, TermsChange::None, dataset);
            }
            continue;
        }
        let is_later = dataset.staff_lists.iter().any(|(_, list)| list.employer == employer && list.as_at < as_at);
        let columns = parts.columns_at(rows.iter().map(|line| line.line)).unwrap_or(columns);
        let person_posts = PersonPosts { rows, on_file: of_person, protected: &protected, columns, as_at, is_later };
        let Reconciled { rows, changes } = reconcile(&person_posts);
        for (line, taken) in rows {
            match taken {
                Ok(RowResult::Unchanged) if dataset.people.state[person.at()].changed => count.add(RowResult::Changed),
                Ok(taken) => count.add(taken),
                Err(first) => {
                    let about = Some(dataset.people.list[person.at()].key);
                    not_read.add(employer, line.row.unit);
                    findings.reject(
                        count,
                        line.line,
                        about,
                        duplicate_post(dataset, &line.row, &parts.line_name(first)),
                    );
                }
            }
        }
        plan.posts.added.extend(changes.added);
        for ((id, old), update) in of_person.iter().zip(changes.updates) {
            count.imported.ended += u32::from(update.gone);
            // Posts that end with `--ends-employer` are not an accident to guard against.
            if place == EmployerListing::Listed {
                guard.count(old, &update.post, update.change, dataset);
            }
            if update.post != *old {
                plan.posts.changed.push((*id, update.post));
            }
        }
    }
    dataset.posts = on_file;
}

/// Registers every person that a row names, whatever the order of the rows. Returns whose posts must be kept.
fn register_people(
    rows: &[NumberedRow<StaffRow>],
    protected: Vec<ProtectedRow>,
    dataset: &mut Dataset,
) -> Vec<(PersonIx, Option<Symbol>)> {
    for line in rows {
        dataset.people.find_or_add(line.row.post.person);
    }
    let of_post = |protected| match protected {
        ProtectedRow::Post { person: Some(person), assignment, .. } => Some((person, assignment)),
        ProtectedRow::Post { person: None, .. } | ProtectedRow::Unit(_) => None,
    };
    protected
        .into_iter()
        .filter_map(of_post)
        .map(|(person, assignment): (PersonKey, _)| (dataset.people.find_or_add(person), assignment))
        .collect()
}

fn duplicate_post(dataset: &Dataset, post: &Post, first: &str) -> Fault {
    let (column, value) = match post.assignment {
        Some(number) => (At::Assignment, number),
        None => (At::Unit, dataset.units.list[post.unit.at()].code),
    };
    dataset.fault(column, value, format!("{first} is about the same post on overlapping days; keep one of the two"))
}

/// Takes a person's name and address from their first row. Returns whether this row agrees with the earlier rows.
fn describe(row: PersonDetails, person: PersonIx, columns: ColumnSet, dataset: &mut Dataset) -> bool {
    let known = dataset.people.list[person.at()].details;
    let first = !dataset.people.state[person.at()].described;
    let one = |column: At, said: Option<Symbol>, known: Option<Symbol>| match (first, said) {
        (true, said) => columns.given_or(column, said, known),
        (false, said) => known.or(said),
    };
    let now = PersonDetails {
        first_name: one(At::FirstName, row.first_name, known.first_name),
        last_name: one(At::LastName, row.last_name, known.last_name),
        work_email: one(At::WorkEmail, row.work_email, known.work_email),
    };
    let differs = |said: Option<Symbol>, kept: Option<Symbol>| said.is_some() && said != kept;
    let unlike = differs(row.first_name, now.first_name)
        || differs(row.last_name, now.last_name)
        || differs(row.work_email, now.work_email);
    dataset.people.list[person.at()].details = now;
    let state = &mut dataset.people.state[person.at()];
    state.described = true;
    state.changed |= now != known;
    !unlike
}

/// Plans new and changed people, after every file has been read.
pub(super) fn people(dataset: &Dataset, staff: Option<&str>, plan: &mut Plan, findings: &mut Findings) {
    let on_file = dataset.people.on_file.len();
    for (at, state) in dataset.people.state.iter().enumerate() {
        let person = PersonIx::new(at);
        if at < on_file && state.changed {
            plan.people.changed.push(person);
        } else if at >= on_file && state.wanted {
            plan.people.new.push(person);
        }
    }
    if let Some(staff) = staff {
        look_alike::people(dataset, staff, plan, findings);
        look_alike::employers(dataset, staff, findings);
        look_alike::one_address(dataset, plan, staff, findings);
    }
}
