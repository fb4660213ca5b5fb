//! staff.csv: a full list of posts, and who holds them.

use std::collections::HashMap;

use entity::period::Validity;

use super::super::board::{Board, Person, PersonIx, Plan, Post};
use super::super::findings::{Fault, FileCount, Findings, Taken};
use super::super::layout::{Has, StaffColumn as At};
use super::super::parse::{File, Line, PersonKey, PostRow, Spared};
use super::super::words::Text;
use super::Terms;
use super::settle::{Holding, Settled, settle};

/// Works out the posts. Without a staff file, only whether the units that close take too many posts with them.
pub(super) fn check(
    file: Option<File<PostRow>>,
    board: &mut Board,
    closing: &[bool],
    terms: Terms,
    plan: &mut Plan,
    findings: &mut Findings,
) -> Option<FileCount> {
    let mut guard = Guard::default();
    let count = match file {
        Some(file) => Some(staff(file, board, closing, terms, plan, findings, &mut guard)),
        None => {
            for (_, post) in &board.posts {
                guard.see(post, post, false, closing, terms);
            }
            None
        }
    };
    guard.judge(terms, findings);
    count
}

fn staff(
    file: File<PostRow>,
    board: &mut Board,
    closing: &[bool],
    terms: Terms,
    plan: &mut Plan,
    findings: &mut Findings,
    guard: &mut Guard,
) -> FileCount {
    let File { mut count, rows, has, spared } = file;
    let mut spared = name_everybody(&rows, spared, board);
    let mut blank_wte: Option<(u32, u32)> = None;
    let mut unlike: Option<(u32, u32)> = None;
    let mut posts = Vec::with_capacity(rows.len());
    for line in rows {
        match post(&line.row, board) {
            Ok(post) => {
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
        let sentence =
            format!("{rows} row(s) give a person another name or address than a row above; the first was kept.");
        findings.notice(&count.file, Some(first), sentence);
    }
    posts.sort_unstable_by_key(|line| (line.row.person, line.row.validity.from, line.line));
    spared.sort_unstable();
    let on_file = std::mem::take(&mut board.posts);
    let (mut held, mut listed, mut kept) = (on_file.as_slice(), posts.as_slice(), spared.as_slice());
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
        let Settled { rows, on_file } =
            settle(&Holding { rows, on_file: of_person, spared: &spared, has, as_at: terms.as_at });
        for (line, taken) in rows {
            match taken {
                Ok(Taken::Unchanged) if board.people.state[person.at()].changed => count.take(Taken::Changed),
                Ok(taken) => count.take(taken),
                Err(first) => {
                    let about = Some(board.people.list[person.at()].key);
                    findings.reject(&mut count, line.line, about, doubled(board, &line.row, first));
                }
            }
        }
        plan.posts.added.extend(on_file.added);
        for ((id, old), fate) in of_person.iter().zip(on_file.fates) {
            count.ended += u32::from(fate.gone);
            guard.see(old, &fate.post, fate.moved, closing, terms);
            if fate.post != *old {
                plan.posts.changed.push((*id, fate.post));
            }
        }
    }
    count
}

/// Everybody whom a row names is known from here on, in whatever order the rows come. Gives whose posts are to be spared.
fn name_everybody(rows: &[Line<PostRow>], spared: Vec<Spared>, board: &mut Board) -> Vec<(PersonIx, Option<Text>)> {
    for line in rows {
        board.people.name(line.row.person);
    }
    let of_post = |spared| match spared {
        Spared::Post(person, assignment) => Some((person, assignment)),
        Spared::Unit(_) => None,
    };
    spared
        .into_iter()
        .filter_map(of_post)
        .map(|(person, assignment): (PersonKey, _)| (board.people.name(person), assignment))
        .collect()
}

fn post(row: &PostRow, board: &mut Board) -> Result<Post, Fault> {
    let unit = board.unit(row.unit, At::Unit)?;
    let line_manager = match row.line_manager {
        Some(key) => Some(board.person(key, At::ManagerNumber)?),
        None => None,
    };
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
}

fn doubled(board: &Board, post: &Post, first: u32) -> Fault {
    let (column, value) = match post.assignment {
        Some(number) => (At::Assignment, number),
        None => (At::Unit, board.units.list[post.unit.at()].code),
    };
    board.fault(
        column,
        value,
        format!("Line {first} is about the same post on some of the same days; keep one of the two"),
    )
}

/// Takes over who a person is from the first row about them. Says whether the row agrees with the rows before it.
fn describe(row: &PostRow, person: PersonIx, has: Has, board: &mut Board) -> bool {
    let known = board.people.list[person.at()];
    let first = !board.people.state[person.at()].described;
    let one = |column: At, said: Option<Text>, known: Option<Text>| match (first, said) {
        (true, said) => has.or(column, said, known),
        (false, said) => known.or(said),
    };
    let now = Person {
        key: known.key,
        first_name: one(At::FirstName, row.first_name, known.first_name),
        last_name: one(At::LastName, row.last_name, known.last_name),
        work_email: one(At::WorkEmail, row.work_email, known.work_email),
    };
    let differs = |said: Option<Text>, kept: Option<Text>| said.is_some() && said != kept;
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
        lost_zeros(board, staff, plan, findings);
    }
}

/// A new number that differs from another only by leading zeros is most likely a number that a spreadsheet has changed. It is
/// taken as it stands, never for the other.
fn lost_zeros(board: &Board, staff: &str, plan: &Plan, findings: &mut Findings) {
    let value = |person: PersonIx| {
        let (employer, number) = board.people.list[person.at()].key;
        let number = board.words.get(number);
        let plain = number.len() <= 18 && number.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| number.parse::<u64>().ok()).flatten().map(|value| (employer, value))
    };
    if plan.new_people.is_empty() {
        return;
    }
    let on_file = (0..board.people.on_file.len()).map(PersonIx::new);
    let mut known = HashMap::new();
    let mut found: Option<(PersonIx, PersonIx, u32)> = None;
    for person in on_file.chain(plan.new_people.iter().copied()) {
        let Some(value) = value(person) else { continue };
        if let Some(other) = known.insert(value, person)
            && person.at() >= board.people.on_file.len()
        {
            found = Some(found.map_or((other, person, 1), |(other, person, pairs)| (other, person, pairs + 1)));
        }
    }
    if let Some((other, person, pairs)) = found {
        let number = |person: PersonIx| board.words.get(board.people.list[person.at()].key.1);
        let sentence = format!(
            "{pairs} new employee number(s) differ from another only by leading zeros, as {} from {}; both were kept as they stand.",
            number(person),
            number(other)
        );
        findings.notice(staff, None, sentence);
    }
}

/// Counts the posts that an import would end, so that half a list is not taken for a whole one.
#[derive(Default)]
struct Guard {
    open: usize,
    lost: usize,
}

impl Guard {
    /// A post as it was and will be. One that moves to another unit goes on; one whose unit closes does not.
    fn see(&mut self, old: &Post, new: &Post, moved: bool, closing: &[bool], terms: Terms) {
        let open = |validity: Validity| !validity.is_empty() && !validity.ended_by(terms.as_at);
        if !open(old.validity) {
            return;
        }
        self.open += 1;
        let closes = closing.get(new.unit.at()).copied().unwrap_or_default();
        self.lost += usize::from(!moved && (!open(new.validity) || closes));
    }

    fn judge(&self, terms: Terms, findings: &mut Findings) {
        let Self { open, lost } = self;
        if lost * 5 > *open && !terms.force {
            findings.refusals.push(format!(
                "It would end {lost} of {open} posts, more than a fifth; see that the lists are whole and the as-at day is right, \
                 and force the import if it is meant."
            ));
        }
    }
}
