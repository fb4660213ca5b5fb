//! Rows of supporters.csv about roles that are kept in the register (docs/register.md, "Files and the register"). They
//! change nothing and are reported with what differs; `claims` keeps those by which someone would count for less. An import
//! may take roles over for the file, but not those for which the register has a wish of the person's own.

mod claims;
mod report;

use std::collections::{BTreeSet, HashMap};

use entity::period::{Day, Validity};
use entity::register::file_difference::{FileSays, FiledRole, RegisteredRole};
use entity::store::links::SamePerson;
use entity::value::Role;
use entity::value::register::{DifferenceKind, DifferenceOutcome};

use super::super::dataset::Dataset;
use super::super::findings::Findings;
use super::super::layout::{Column as _, ColumnSet, SupporterColumn as At};
use super::super::parse::{AllocationRow, File, NumberedRow};
use super::super::plan::Plan;
use super::super::record::{Allocation, Approval, FileDifference, Settled};
use super::super::reference::{PersonIx, UnitIx};
use super::dated_facts::{DatedFact as _, Merged};
use super::options::CheckOptions;
use super::shares::same_people;
use claims::Claims;
pub(super) use report::joined;
use report::{Caution, KeptRow, report};

/// A role of a person, who is given by the lowest of their linked numbers.
type PersonRole = (PersonIx, Role);

/// The allocations on file that a row is about.
struct Meant<'k> {
    /// In order of their first days.
    parts: Vec<&'k (i64, Allocation)>,
    /// Whether they begin with the row: otherwise it is the latest one.
    begins_with_row: bool,
}

/// The kept roles, and what the register has of them.
struct Kept {
    same: SamePerson<PersonIx>,
    /// Whether the register has a wish of the person's own.
    own_wish: HashMap<PersonRole, bool>,
    /// The allocations on file of the kept roles, by id.
    allocations: HashMap<(PersonRole, UnitIx), Vec<(i64, Allocation)>>,
    /// Every pause of the kept roles.
    pauses: HashMap<PersonRole, Vec<Validity>>,
    /// Earlier differences that are open, or for which the register was found right.
    differences: Vec<(i64, FileDifference)>,
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
    /// Ends the allocations on file of these roles where a row that did not correct them begins: commands may have split
    /// an allocation of the file into several. One that began after the row never holds, even if the row has ended by then.
    pub(super) fn cut(&self, merged: &mut Merged<Allocation>, on_file: &[(i64, Allocation)]) {
        let about = |allocation: &Allocation| {
            let role = (self.same.lowest(allocation.person), allocation.role);
            self.roles.contains(&role).then_some((role, allocation.unit))
        };
        for ((id, old), _) in on_file.iter().zip(&merged.claimed).filter(|(_, claimed)| !**claimed) {
            let Some(role) = about(old) else { continue };
            let mut rows = merged.taken.iter().map(|line| &line.row).filter(|row| about(row) == Some(role));
            let replaces =
                |row: &&Allocation| row.validity.overlaps(old.validity) || row.validity.from <= old.validity.from;
            let Some(row) = rows.find(replaces) else { continue };
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
    let mut about_kept = Vec::new();
    let mut claims = Claims::default();
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
                claims.add(&kept, &row, columns);
                about_kept.push(NumberedRow { line, row });
            }
            Err(fault) => findings.reject(&mut count, line, Some(subject), fault),
        }
    }
    let compare = |line| kept.compare(line, &claims, columns, options.as_at);
    let reported = about_kept.into_iter().filter_map(compare).collect();
    claims.plan(&kept, options, plan);
    for (id, difference) in &dataset.file_differences {
        if taken_over.contains(&(kept.same.lowest(difference.person), difference.role)) {
            plan.file_differences.removed.push(*id);
        }
    }
    let name = &count.imported.file;
    report(name, reported, options, findings);
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
        let mut allocations: HashMap<(PersonRole, UnitIx), Vec<(i64, Allocation)>> = HashMap::new();
        let mut pauses: HashMap<PersonRole, Vec<Validity>> = HashMap::new();
        for (id, on_file) in &dataset.allocations {
            let role = (same.lowest(on_file.person), on_file.role);
            if own_wish.contains_key(&role) {
                allocations.entry((role, on_file.unit)).or_default().push((*id, *on_file));
                let facts = dataset.allocation_facts.get(id).into_iter().flat_map(|facts| &facts.pauses);
                pauses.entry(role).or_default().extend(facts.map(|(_, pause)| *pause));
            }
        }
        allocations.values_mut().for_each(|known| known.sort_by_key(|(id, known)| (known.validity.from, *id)));
        let is_in_effect = |settled: Settled| settled.outcome == DifferenceOutcome::RegisterHolds;
        let differences = dataset.file_differences.iter().filter(|(_, known)| known.settled.is_none_or(is_in_effect));
        let differences = differences.copied().collect();
        Self { same, own_wish, allocations, pauses, differences }
    }

    fn role_of(&self, row: &Allocation) -> PersonRole {
        (self.same.lowest(row.person), row.role)
    }

    /// Finds the allocations that a row is about. Commands end an allocation and begin another on that day if a share
    /// changes: together they are the one of the file.
    fn meant(&self, row: &Allocation) -> Meant<'_> {
        let known = self.allocations.get(&(self.role_of(row), row.unit)).map_or(&[][..], Vec::as_slice);
        let begins = |day: Option<Day>| {
            known.iter().find(move |(_, known)| known.validity.from == day && !known.validity.is_empty())
        };
        let next = |(_, known): &&(i64, Allocation)| known.validity.to.and_then(|to| begins(Some(to)));
        let parts: Vec<_> = std::iter::successors(begins(row.validity.from), next).collect();
        let begins_with_row = !parts.is_empty();
        let parts = if begins_with_row { parts } else { known.last().into_iter().collect() };
        Meant { parts, begins_with_row }
    }

    /// Compares a row with the register. `None` if nothing differs.
    fn compare(
        &self,
        line: NumberedRow<Allocation>,
        claims: &Claims,
        columns: ColumnSet,
        as_at: Day,
    ) -> Option<KeptRow> {
        let NumberedRow { line, row } = line;
        let own_wish = self.own_wish.get(&self.role_of(&row)).copied().unwrap_or_default();
        let meant = self.meant(&row);
        let Some((_, last)) = meant.parts.last() else {
            let moves = !row.validity.ended_by(as_at) && !claims.left(self, self.role_of(&row), as_at).is_empty();
            let caution = if moves { Caution::Open } else { Caution::NotNeeded };
            return Some(KeptRow { line, differs: None, caution, own_wish });
        };
        let compared = |known: &Allocation| meant.filled(&row, known, columns);
        let lowered = meant.parts.iter().flat_map(|(id, known)| {
            let sayings = self.lowered(&compared(known), known, as_at);
            sayings
                .into_iter()
                .map(move |says| if self.is_settled(*id, says) { Caution::Settled } else { Caution::Open })
        });
        let caution = lowered.max_by_key(|caution| *caution == Caution::Open).unwrap_or(Caution::NotNeeded);
        if caution == Caution::NotNeeded
            && meant.parts.iter().any(|(_, known)| self.differences(&compared(known), known).is_empty())
        {
            return None;
        }
        let differs = self.differences(&compared(last), last);
        (!differs.is_empty()).then_some(KeptRow { line, differs: Some(differs), caution, own_wish })
    }

    /// By what the person would count for less by a row than by an allocation of the register.
    fn lowered(&self, row: &Allocation, known: &Allocation, as_at: Day) -> Vec<FileSays> {
        let share = |share: i32| u32::try_from(share).unwrap_or(0);
        let register = RegisteredRole {
            role: known.role,
            validity: known.validity,
            share: share(known.share),
            pauses: self.pauses.get(&self.role_of(known)).cloned().unwrap_or_default(),
        };
        register.lowered_by(&FiledRole { validity: row.validity, share: share(row.share), pause: row.pause }, as_at)
    }

    /// The latest difference of a kind that is open, or for which the register was found right.
    fn latest(&self, allocation: i64, kind: DifferenceKind) -> Option<&(i64, FileDifference)> {
        let same = |(_, known): &&(i64, FileDifference)| known.allocation == allocation && known.says.kind() == kind;
        self.differences.iter().rfind(same)
    }

    /// Whether the register was found right about the same value.
    fn is_settled(&self, allocation: i64, says: FileSays) -> bool {
        let latest = self.latest(allocation, says.kind());
        latest.is_some_and(|(_, known)| known.settled.is_some() && known.says == says)
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

impl Meant<'_> {
    /// The row with the values of an allocation for which the file has no column.
    fn filled(&self, row: &Allocation, known: &Allocation, columns: ColumnSet) -> Allocation {
        let mut row = row.fill(known, columns);
        if self.begins_with_row {
            row.validity.from = known.validity.from;
        }
        row
    }
}

#[cfg(test)]
mod tests;
