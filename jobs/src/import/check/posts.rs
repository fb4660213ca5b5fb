//! staff.csv: a full list of posts, and who holds them.

use entity::interner::Symbol;
use entity::period::Day;

use super::super::board::{Board, Person, PersonIx, Plan, Post};
use super::super::findings::{Fault, FileCount, Findings, Taken};
use super::super::layout::{FileKind, Has, StaffColumn as At};
use super::super::parse::{File, Line, PersonKey, PostRow, Spared};
use super::Terms;
use super::employers::{Employers, Place};
use super::guard::Guard;
use super::look_alike;
use super::not_read::NotRead;
use super::settle::{Change, Holding, Settled, settle};

/// Works out the posts. Without a staff file, only which of them end because their unit closes or their employer `ends`.
pub(super) fn check(
    file: Option<File<PostRow>>,
    board: &mut Board,
    closing: &[bool],
    ends: &[String],
    terms: Terms,
    plan: &mut Plan,
    findings: &mut Findings,
) -> Option<FileCount> {
    let mut employers = Employers::default();
    let mut list = file.map(|file| read(file, board, &mut employers, findings));
    employers.end(ends, board, findings);
    let mut guard = Guard::new(employers, closing, terms);
    settle_all(list.as_mut(), terms.as_at, board, &mut guard, plan, findings);
    let listed = guard.employers.listed().clone();
    guard.judge(board, findings);
    list.map(|List { count, not_read, .. }| {
        not_read.plan(&listed, terms.as_at, board, plan, findings, &count.file);
        count
    })
}

/// A staff list, row by row as posts.
struct List {
    count: FileCount,
    has: Has,
    /// By person, oldest first.
    posts: Vec<Line<Post>>,
    /// By person: assignment numbers of rejected rows; none where a row did not say which.
    spared: Vec<(PersonIx, Option<Symbol>)>,
    /// Rejected rows that name a known unit.
    not_read: NotRead,
}

fn read(file: File<PostRow>, board: &mut Board, employers: &mut Employers, findings: &mut Findings) -> List {
    let File { mut count, rows, has, spared } = file;
    let parts = count.parts.clone();
    occurring(&rows, &spared, employers);
    let not_read = NotRead::of_rejected(&spared, board);
    let mut spared = name_everybody(&rows, spared, board);
    let mut blank_wte: Option<(u32, u32)> = None;
    let mut unlike: Option<(u32, u32)> = None;
    let mut posts = Vec::with_capacity(rows.len());
    for line in rows {
        match post(&line, &count.file, board, findings) {
            Ok(post) => {
                let has = parts.has([line.line]).unwrap_or(has);
                if has.column(At::Wte) && line.row.wte.is_none() {
                    blank_wte = Some(blank_wte.map_or((line.line, 1), |(first, rows)| (first, rows + 1)));
                }
                if !describe(&line.row, post.person, has, board) {
                    unlike = Some(unlike.map_or((line.line, 1), |(first, rows)| (first, rows + 1)));
                }
                posts.push(Line { line: line.line, row: post });
            }
            Err(fault) => {
                findings.reject(&mut count, line.line, Some(line.row.person), fault);
                if let Some(person) = board.people.find(line.row.person) {
                    spared.push((person, line.row.assignment));
                }
            }
        }
    }
    if let Some((first, rows)) = blank_wte {
        findings.notice(&count.file, Some(first), format!("WTE is blank in {rows} row(s); it counts as 0."));
    }
    if let Some((first, rows)) = unlike {
        let sentence = format!(
            "{rows} row(s) give a person a different name or email address from an earlier row; the first was kept."
        );
        findings.notice(&count.file, Some(first), sentence);
    }
    posts.sort_unstable_by_key(|line| (line.row.person, line.row.validity.from, line.line));
    spared.sort_unstable();
    List { count, has, posts, spared, not_read }
}

/// An employer occurs if any row names it, rejected or not: a file in which every row of an employer is wrong is about it
/// all the same.
fn occurring(rows: &[Line<PostRow>], spared: &[Spared], employers: &mut Employers) {
    let of_rejected = |spared: &Spared| match spared {
        Spared::Post { employer, .. } => *employer,
        Spared::Unit(_) => None,
    };
    let of_rows = rows.iter().map(|line| line.row.person.0);
    of_rows.chain(spared.iter().filter_map(of_rejected)).for_each(|employer| employers.list(employer));
}

/// Takes the list and the posts on file together, person by person.
fn settle_all(
    list: Option<&mut List>,
    as_at: Day,
    board: &mut Board,
    guard: &mut Guard<'_>,
    plan: &mut Plan,
    findings: &mut Findings,
) {
    let on_file = std::mem::take(&mut board.posts);
    let mut none = FileCount::of(FileKind::Staff, String::new());
    let mut nothing = NotRead::default();
    let (count, has, posts, spared, not_read) = match list {
        Some(List { count, has, posts, spared, not_read }) => {
            (count, *has, posts.as_slice(), spared.as_slice(), not_read)
        }
        None => (&mut none, Has(0), [].as_slice(), [].as_slice(), &mut nothing),
    };
    let parts = count.parts.clone();
    let (mut held, mut listed, mut kept) = (on_file.as_slice(), posts, spared);
    // All three lists are by person: one walk, person by person.
    while let Some(person) =
        held.first().map(|(_, post)| post.person).into_iter().chain(listed.first().map(|line| line.row.person)).min()
    {
        let of_person;
        (of_person, held) = held.split_at(held.partition_point(|(_, post)| post.person == person));
        let rows;
        (rows, listed) = listed.split_at(listed.partition_point(|line| line.row.person == person));
        kept = &kept[kept.partition_point(|(spared, _)| *spared < person)..];
        let spared: Vec<_> =
            kept.iter().take_while(|(spared, _)| *spared == person).map(|(_, number)| *number).collect();
        let employer = board.people.list[person.at()].key.0;
        let place = guard.employers.place(employer);
        if place == Place::Absent {
            for (_, post) in of_person {
                guard.see(post, post, Change::None, board);
            }
            continue;
        }
        let is_later = board.staff_lists.iter().any(|(_, list)| list.employer == employer && list.as_at < as_at);
        let has = parts.has(rows.iter().map(|line| line.line)).unwrap_or(has);
        let holding = Holding { rows, on_file: of_person, spared: &spared, has, as_at, is_later };
        let Settled { rows, on_file } = settle(&holding);
        for (line, taken) in rows {
            match taken {
                Ok(Taken::Unchanged) if board.people.state[person.at()].changed => count.take(Taken::Changed),
                Ok(taken) => count.take(taken),
                Err(first) => {
                    let about = Some(board.people.list[person.at()].key);
                    not_read.add(employer, line.row.unit);
                    findings.reject(count, line.line, about, doubled(board, &line.row, &parts.told(first)));
                }
            }
        }
        plan.posts.added.extend(on_file.added);
        for ((id, old), fate) in of_person.iter().zip(on_file.fates) {
            count.ended += u32::from(fate.gone);
            // What ends on purpose was named: it is no accident to guard against.
            if place == Place::Listed {
                guard.see(old, &fate.post, fate.change, board);
            }
            if fate.post != *old {
                plan.posts.changed.push((*id, fate.post));
            }
        }
    }
    board.posts = on_file;
}

/// Makes every person that a row names known, in whatever order the rows come. Returns whose posts are to be kept.
fn name_everybody(rows: &[Line<PostRow>], spared: Vec<Spared>, board: &mut Board) -> Vec<(PersonIx, Option<Symbol>)> {
    for line in rows {
        board.people.name(line.row.person);
    }
    let of_post = |spared| match spared {
        Spared::Post { person: Some(person), assignment, .. } => Some((person, assignment)),
        Spared::Post { person: None, .. } | Spared::Unit(_) => None,
    };
    spared
        .into_iter()
        .filter_map(of_post)
        .map(|(person, assignment): (PersonKey, _)| (board.people.name(person), assignment))
        .collect()
}

/// A row as a post. A line manager who is not on file never takes the person out of a headcount: the cell is left blank.
fn post(line: &Line<PostRow>, file: &str, board: &mut Board, findings: &mut Findings) -> Result<Post, Fault> {
    let row = &line.row;
    let unit = board.unit(row.unit, At::Unit)?;
    let line_manager = row.line_manager.and_then(|key| match board.person(key, At::ManagerNumber) {
        Ok(manager) => Some(manager),
        Err(fault) => {
            findings.keep(file, line.line, Some(row.person), fault);
            None
        }
    });
    let person = board.person(row.person, At::Number)?;
    board.want([person].into_iter().chain(line_manager));
    Ok(Post {
        person,
        unit,
        assignment: row.assignment,
        job_title: row.job_title,
        job_family: row.job_family,
        band: row.band,
        line_manager,
        wte: row.wte.unwrap_or(0),
        contract_type: row.contract_type,
        bank: row.bank,
        validity: row.validity,
    })
}

impl Post {
    /// What a row says of a post, with what the file has no column for taken from the post on file.
    pub(super) fn fill(self, old: &Self, has: Has) -> Self {
        Self {
            assignment: self.assignment.or(old.assignment),
            job_title: has.or(At::JobTitle, self.job_title, old.job_title),
            job_family: has.or(At::JobFamily, self.job_family, old.job_family),
            band: has.or(At::Band, self.band, old.band),
            line_manager: has.or(At::ManagerNumber, self.line_manager, old.line_manager),
            wte: has.or(At::Wte, self.wte, old.wte),
            contract_type: has.or(At::ContractType, self.contract_type, old.contract_type),
            bank: has.or(At::ContractType, self.bank, old.bank),
            ..self
        }
    }

    /// Whether `row` says the same of this post in all that is dated: any other unit, contract, family, band, WTE or line
    /// manager holds from a day on, and what was before it is kept.
    pub(super) fn has_terms_of(&self, row: &Self, has: Has) -> bool {
        self.has_counted_terms_of(row, has) && self.line_manager == row.fill(self, has).line_manager
    }

    /// As [`Self::has_terms_of`], without the line manager.
    pub(super) fn has_counted_terms_of(&self, row: &Self, has: Has) -> bool {
        let terms = |post: &Self| (post.unit, post.bank, post.contract_type, post.job_family, post.band, post.wte);
        terms(self) == terms(&row.fill(self, has))
    }
}

fn doubled(board: &Board, post: &Post, first: &str) -> Fault {
    let (column, value) = match post.assignment {
        Some(number) => (At::Assignment, number),
        None => (At::Unit, board.units.list[post.unit.at()].code),
    };
    board.fault(column, value, format!("{first} is about the same post on overlapping days; keep one of the two"))
}

/// Takes over who a person is from the first row about them. Says whether the row agrees with the rows before it.
fn describe(row: &PostRow, person: PersonIx, has: Has, board: &mut Board) -> bool {
    let known = board.people.list[person.at()];
    let first = !board.people.state[person.at()].described;
    let one = |column: At, said: Option<Symbol>, known: Option<Symbol>| match (first, said) {
        (true, said) => has.or(column, said, known),
        (false, said) => known.or(said),
    };
    let now = Person {
        key: known.key,
        first_name: one(At::FirstName, row.first_name, known.first_name),
        last_name: one(At::LastName, row.last_name, known.last_name),
        work_email: one(At::WorkEmail, row.work_email, known.work_email),
    };
    let differs = |said: Option<Symbol>, kept: Option<Symbol>| said.is_some() && said != kept;
    let unlike = differs(row.first_name, now.first_name)
        || differs(row.last_name, now.last_name)
        || differs(row.work_email, now.work_email);
    board.people.list[person.at()] = now;
    let state = &mut board.people.state[person.at()];
    state.described = true;
    state.changed |= now != known;
    !unlike
}

/// Which people are new or changed, now that every file has been read.
pub(super) fn people(board: &Board, staff: Option<&str>, plan: &mut Plan, findings: &mut Findings) {
    let on_file = board.people.on_file.len();
    for (at, state) in board.people.state.iter().enumerate() {
        let person = PersonIx::new(at);
        if at < on_file && state.changed {
            plan.changed_people.push(person);
        } else if at >= on_file && state.wanted {
            plan.new_people.push(person);
        }
    }
    if let Some(staff) = staff {
        look_alike::people(board, staff, plan, findings);
        look_alike::employers(board, staff, findings);
        look_alike::one_address(board, plan, staff, findings);
    }
}
