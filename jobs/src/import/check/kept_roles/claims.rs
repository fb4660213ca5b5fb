//! The rows by which someone would count for less than by the register, compared with the differences of earlier imports.

use std::collections::{BTreeMap, BTreeSet};

use entity::period::{Day, Validity};
use entity::register::file_difference::FileSays;
use entity::value::register::{DifferenceKind, DifferenceOutcome};

use super::super::super::layout::ColumnSet;
use super::super::super::plan::Plan;
use super::super::super::record::{Allocation, FileDifference, Settled};
use super::super::super::reference::UnitIx;
use super::super::options::CheckOptions;
use super::{Kept, PersonRole};

/// What the rows of a file say about the kept allocations on file.
#[derive(Default)]
pub(super) struct Claims {
    /// The row about each allocation on file, by its id.
    rows: BTreeMap<i64, Claim>,
    /// The units that the rows name for a role, with their days.
    named: BTreeMap<PersonRole, Vec<(UnitIx, Validity)>>,
}

/// A row about an allocation on file.
#[derive(Clone, Copy, Debug)]
struct Claim {
    /// Whether it begins with the allocation: such a row is preferred.
    begins_with_row: bool,
    row: Allocation,
    known: Allocation,
}

impl Claim {
    /// Of two rows about one allocation the one that begins with it, otherwise the one that lasts longer.
    fn rank(&self) -> (bool, bool, Option<Day>, Option<Day>) {
        let Validity { from, to } = self.row.validity;
        (self.begins_with_row, to.is_none(), to, from)
    }
}

impl Claims {
    /// Adds a row about a kept role.
    pub(super) fn add(&mut self, kept: &Kept, row: &Allocation, columns: ColumnSet) {
        self.named.entry(kept.role_of(row)).or_default().push((row.unit, row.validity));
        let meant = kept.meant(row);
        for (id, known) in &meant.parts {
            let row = meant.filled(row, known, columns);
            let claim = Claim { begins_with_row: meant.begins_with_row, row, known: *known };
            let best = self.rows.entry(*id).or_insert(claim);
            if best.rank() < claim.rank() {
                *best = claim;
            }
        }
    }

    /// Plans the differences: new ones are added, those with another value are changed, and those that the file no longer
    /// has are settled.
    pub(super) fn plan(self, kept: &Kept, options: CheckOptions, plan: &mut Plan) {
        let wanted = self.wanted(kept, options);
        let writes = &mut plan.file_differences;
        for new in &wanted {
            match kept.latest(new.allocation, new.says.kind()) {
                Some((_, known)) if known.says == new.says && known.unit == new.unit => {}
                Some((id, known)) if known.settled.is_none() => {
                    writes.changed.push((*id, FileDifference { as_at: known.as_at, found_on: known.found_on, ..*new }));
                }
                Some(_) | None => writes.added.push(*new),
            }
        }
        let is_wanted = |known: &FileDifference| {
            wanted.iter().any(|new| new.allocation == known.allocation && new.says.kind() == known.says.kind())
        };
        for (id, known) in &kept.differences {
            let role = (kept.same.lowest(known.person), known.role);
            let speaks = match known.says.kind() {
                DifferenceKind::OtherUnit => self.named.contains_key(&role),
                DifferenceKind::Ends
                | DifferenceKind::BeginsLater
                | DifferenceKind::Paused
                | DifferenceKind::LowerShare => self.rows.contains_key(&known.allocation),
            };
            if speaks && !is_wanted(known) {
                let settled = Settled { on: options.today, outcome: DifferenceOutcome::FileAgrees };
                writes.changed.push((*id, FileDifference { settled: Some(settled), ..*known }));
            }
        }
    }

    /// The differences by which someone counts for less.
    fn wanted(&self, kept: &Kept, options: CheckOptions) -> Vec<FileDifference> {
        let difference = |id: i64, known: &Allocation, says: FileSays, unit: Option<UnitIx>| FileDifference {
            person: known.person,
            role: known.role,
            allocation: id,
            says,
            unit,
            batch: None,
            as_at: options.as_at,
            found_on: options.today,
            settled: None,
        };
        let mut wanted = Vec::new();
        for (id, Claim { begins_with_row: _, row, known }) in &self.rows {
            let sayings = kept.lowered(row, known, options.as_at);
            wanted.extend(sayings.into_iter().map(|says| difference(*id, known, says, None)));
        }
        for role in self.named.keys() {
            let to = self.new_unit(kept, *role, options.as_at);
            let left = self.left(kept, *role, options.as_at).into_iter();
            wanted.extend(left.map(|(id, known)| difference(*id, known, FileSays::OtherUnit, to)));
        }
        wanted
    }

    /// The first unit that the rows name from a day on, and for which the register has no allocation.
    fn new_unit(&self, kept: &Kept, role: PersonRole, as_at: Day) -> Option<UnitIx> {
        let is_new = |(unit, days): &&(UnitIx, Validity)| {
            !days.ended_by(as_at) && !days.is_empty() && !kept.allocations.contains_key(&(role, *unit))
        };
        self.named.get(&role)?.iter().find(is_new).map(|(unit, _)| *unit)
    }

    /// The allocations that the person leaves by the file, by id: it names a unit that the register does not have, and not
    /// their own.
    pub(super) fn left<'k>(&self, kept: &'k Kept, role: PersonRole, as_at: Day) -> Vec<&'k (i64, Allocation)> {
        if self.new_unit(kept, role, as_at).is_none() {
            return Vec::new();
        }
        let named: BTreeSet<UnitIx> = self.named.get(&role).into_iter().flatten().map(|(unit, _)| *unit).collect();
        let left = kept.allocations.iter().filter(|((of, unit), _)| *of == role && !named.contains(unit));
        let mut left: Vec<_> = left.flat_map(|(_, known)| known).collect();
        left.retain(|(_, known)| !known.validity.is_empty() && !known.validity.ended_by(as_at));
        left.sort_by_key(|(id, _)| *id);
        left
    }
}
