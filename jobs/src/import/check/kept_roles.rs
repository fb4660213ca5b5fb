//! Rows of supporters.csv about roles that are kept in the register (docs/register.md, "Files and the register"). They
//! change nothing and are reported with what differs. An import may take roles over for the file, but not those for which
//! the register has a wish of the person's own.

use std::collections::{BTreeSet, HashMap};

use entity::period::{Day, Validity};
use entity::store::links::SamePerson;
use entity::value::Role;

use super::super::dataset::Dataset;
use super::super::findings::Findings;
use super::super::layout::{Column as _, ColumnSet, SupporterColumn as At};
use super::super::parse::{AllocationRow, File, NumberedRow};
use super::super::plan::Plan;
use super::super::record::{Allocation, Approval};
use super::super::reference::{PersonIx, UnitIx};
use super::dated_facts::{DatedFact as _, Merged};
use super::options::CheckOptions;
use super::shares::same_people;

/// How many rows get a notice of their own. The others are counted.
const NAMED: usize = 20;

/// A role of a person, who is given by the lowest of their linked numbers.
type PersonRole = (PersonIx, Role);

/// A row that differs from the register.
#[derive(Debug)]
struct KeptRow {
    line: u32,
    /// The headers of the differing cells. `None` if the register has no such allocation.
    differs: Option<Vec<&'static str>>,
    /// Whether the person would count for less by the row than by the register.
    lowers: bool,
    own_wish: bool,
}

/// The kept roles, and what the register has of them.
struct Kept {
    same: SamePerson<PersonIx>,
    /// Whether the register has a wish of the person's own.
    own_wish: HashMap<PersonRole, bool>,
    /// The allocations on file of the kept roles.
    allocations: HashMap<(PersonRole, UnitIx), Vec<Allocation>>,
}

/// A file without the rows about kept roles.
pub(super) struct Remaining {
    pub(super) file: File<AllocationRow>,
    pub(super) taken_over: TakenOver,
}

/// The roles that go back to the file.
#[derive(Default)]
pub(super) struct TakenOver {
    same: SamePerson<PersonIx>,
    roles: BTreeSet<PersonRole>,
}

impl TakenOver {
    /// Ends the allocations on file of these roles where a row that did not correct them begins. Commands may have split
    /// an allocation of the file into several.
    pub(super) fn cut(&self, merged: &mut Merged<Allocation>, on_file: &[(i64, Allocation)]) {
        let about = |allocation: &Allocation| {
            let role = (self.same.lowest(allocation.person), allocation.role);
            self.roles.contains(&role).then_some((role, allocation.unit))
        };
        for ((id, old), _) in on_file.iter().zip(&merged.claimed).filter(|(_, claimed)| !**claimed) {
            let Some(role) = about(old) else { continue };
            let mut rows = merged.taken.iter().map(|line| &line.row).filter(|row| about(row) == Some(role));
            let Some(row) = rows.find(|row| row.validity.overlaps(old.validity)) else { continue };
            let to = Ord::max(row.validity.from, old.validity.from);
            let validity = Validity { to, ..old.validity };
            merged.writes.changed.push((*id, Allocation { validity, ..*old }));
        }
    }
}

/// Takes the rows about kept roles out of the file.
pub(super) fn take_out(
    file: File<AllocationRow>,
    dataset: &Dataset,
    options: CheckOptions,
    plan: &mut Plan,
    findings: &mut Findings,
) -> Remaining {
    if dataset.kept_roles.is_empty() {
        return Remaining { file, taken_over: TakenOver::default() };
    }
    let kept = Kept::new(dataset, plan);
    let File { mut count, rows, columns, protected } = file;
    let mut left = Vec::with_capacity(rows.len());
    let mut taken_over = BTreeSet::new();
    let mut reported = Vec::new();
    for NumberedRow { line, row } in rows {
        let (subject, role) = (row.allocation.person, row.allocation.role);
        let role = dataset.people.find(subject).map(|person| (kept.same.lowest(person), role));
        let Some((role, own_wish)) = role.and_then(|role| Some((role, *kept.own_wish.get(&role)?))) else {
            left.push(NumberedRow { line, row });
            continue;
        };
        if options.take_over && !own_wish {
            taken_over.insert(role);
            left.push(NumberedRow { line, row });
            continue;
        }
        match dataset.allocation(row) {
            Ok(row) => {
                count.imported.kept += 1;
                reported.extend(kept.compare(NumberedRow { line, row }, columns, options.as_at));
            }
            Err(fault) => findings.reject(&mut count, line, Some(subject), fault),
        }
    }
    let name = &count.imported.file;
    report(name, reported, options.take_over, findings);
    if !taken_over.is_empty() {
        let given_back = dataset.kept_roles.iter();
        let given_back =
            given_back.filter(|(_, role)| taken_over.contains(&(kept.same.lowest(role.person), role.role)));
        plan.kept_roles.removed.extend(given_back.map(|(id, _)| *id));
        findings.notice(
            name,
            None,
            format!("{} role(s) are given back from the register to the file.", taken_over.len()),
        );
    }
    let file = File { count, rows: left, columns, protected };
    Remaining { file, taken_over: TakenOver { same: kept.same, roles: taken_over } }
}

impl Kept {
    fn new(dataset: &Dataset, plan: &Plan) -> Self {
        let same = same_people(dataset, plan);
        let mut own_wish: HashMap<PersonRole, bool> = HashMap::new();
        for (_, role) in &dataset.kept_roles {
            *own_wish.entry((same.lowest(role.person), role.role)).or_default() |= role.own_wish;
        }
        let mut allocations: HashMap<(PersonRole, UnitIx), Vec<Allocation>> = HashMap::new();
        for (_, on_file) in &dataset.allocations {
            let role = (same.lowest(on_file.person), on_file.role);
            if own_wish.contains_key(&role) {
                allocations.entry((role, on_file.unit)).or_default().push(*on_file);
            }
        }
        Self { same, own_wish, allocations }
    }

    /// Compares a row with the register. `None` if nothing differs.
    fn compare(&self, line: NumberedRow<Allocation>, columns: ColumnSet, as_at: Day) -> Option<KeptRow> {
        let NumberedRow { line, row } = line;
        let role = (self.same.lowest(row.person), row.role);
        let known = self.allocations.get(&(role, row.unit)).map_or(&[][..], Vec::as_slice);
        // Commands end an allocation and begin another on that day if a share changes: together they are the one of the file.
        let begins =
            |day: Option<Day>| known.iter().find(move |known| known.validity.from == day && !known.validity.is_empty());
        let next = |known: &&Allocation| known.validity.to.and_then(|to| begins(Some(to)));
        let parts: Vec<_> = std::iter::successors(begins(row.validity.from), next).collect();
        let compared = |known: &Allocation| {
            let mut row = row.fill(known, columns);
            if !parts.is_empty() {
                row.validity.from = known.validity.from;
            }
            row
        };
        if parts.iter().any(|known| self.differences(&compared(known), known).is_empty()) {
            return None;
        }
        let own_wish = self.own_wish.get(&role).copied().unwrap_or_default();
        let last = parts.last().copied().or_else(|| known.iter().max_by_key(|known| known.validity.from));
        let Some(known) = last else {
            return Some(KeptRow { line, differs: None, lowers: false, own_wish });
        };
        let row = compared(known);
        let differs = self.differences(&row, known);
        let lowers = counts_for_less(&row, known, as_at);
        (!differs.is_empty()).then_some(KeptRow { line, differs: Some(differs), lowers, own_wish })
    }

    /// Returns the headers of the cells in which two allocations differ.
    fn differences(&self, row: &Allocation, known: &Allocation) -> Vec<&'static str> {
        let day = |approval: Option<Approval>| approval.map(|approval| approval.on);
        let by = |approval: Option<Approval>| approval.and_then(|approval| approval.by).map(|by| self.same.lowest(by));
        let from = |pause: Option<Validity>| pause.map(|pause| pause.from);
        let to = |pause: Option<Validity>| pause.map(|pause| pause.to);
        [
            (At::Share, row.share != known.share),
            (At::From, row.validity.from != known.validity.from),
            (At::Until, row.validity.to != known.validity.to),
            (At::LineApprovedOn, day(row.line) != day(known.line)),
            (At::LineApprover, by(row.line) != by(known.line)),
            (At::SeniorApprovedOn, day(row.senior) != day(known.senior)),
            (At::SeniorApprover, by(row.senior) != by(known.senior)),
            (At::ProtectedHours, row.terms.protected_hours != known.terms.protected_hours),
            (At::SignedOffOn, row.signed_off_on != known.signed_off_on),
            (At::PausedFrom, from(row.pause) != from(known.pause)),
            (At::PausedUntil, to(row.pause) != to(known.pause)),
            (At::OutsideTeam, row.terms.outside_team != known.terms.outside_team),
        ]
        .into_iter()
        .filter_map(|(column, differs)| differs.then_some(column.header()))
        .collect()
    }
}

/// Whether the row would take the person out of the count, wholly or in part, on or after the as-at day, while the role
/// goes on in the register.
fn counts_for_less(row: &Allocation, known: &Allocation, as_at: Day) -> bool {
    let later = |to: Option<Day>| to.is_none_or(|to| to > as_at);
    let goes_on = later(known.validity.to);
    let ends = row.validity.to.is_some_and(|to| known.validity.to.is_none_or(|known| to < known));
    let begins_later = row.validity.from > known.validity.from && row.validity.from.is_some_and(|from| from > as_at);
    let pauses = row.pause.is_some_and(|pause| {
        let covered = known.pause.is_some_and(|known| {
            let until_then = known.to.is_none_or(|known| pause.to.is_some_and(|to| to <= known));
            known.from <= pause.from && until_then
        });
        later(pause.to) && !covered
    });
    goes_on && (ends || begins_later || pauses || row.share < known.share)
}

/// Adds the notices about the rows that differ. Those by which someone would count for less come before everything
/// else, because the register counts these people until a coordinator settles it.
fn report(file: &str, mut rows: Vec<KeptRow>, take_over: bool, findings: &mut Findings) {
    rows.sort_by_key(|row| !row.lowers);
    let before = findings.notices.len();
    for row in rows.iter().take(NAMED) {
        findings.notice(file, Some(row.line), row.sentence(take_over));
    }
    let urgent = rows.iter().take(NAMED).filter(|row| row.lowers).count();
    findings.notices[..before + urgent].rotate_right(urgent);
    let more = rows.len().saturating_sub(NAMED);
    if more > 0 {
        findings.notice(file, None, format!("{more} more row(s) about roles that are kept in the register differ."));
    }
}

impl KeptRow {
    fn sentence(&self, take_over: bool) -> String {
        let mut text = "This row is about a role that is kept in the register and changes nothing.".to_owned();
        match &self.differs {
            Some(columns) => text.push_str(&format!(" It differs in {}.", joined(columns))),
            None => text.push_str(" The register has no such allocation."),
        }
        if self.lowers {
            text.push_str(
                " The role goes on in the register, so the person still counts there. If the file is right, ask a \
                 coordinator to end, pause or change the role in the register.",
            );
        }
        match (self.own_wish, take_over) {
            (true, true) => text.push_str(" --take-over does not give this role back."),
            (true, false) => {}
            (false, _) => text.push_str(" To give the role back to the file: psn import --take-over."),
        }
        text
    }
}

/// Returns `Share, From and Until`.
fn joined(columns: &[&str]) -> String {
    match columns {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests;
