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
        for (role, named) in &self.named {
            // The file has moved the person: it names a unit that the register does not, and not one that the register has.
            let moved = named.iter().find(|(unit, days)| {
                !days.ended_by(options.as_at) && !days.is_empty() && !kept.allocations.contains_key(&(*role, *unit))
            });
            let Some((to, _)) = moved else { continue };
            let units: BTreeSet<UnitIx> = named.iter().map(|(unit, _)| *unit).collect();
            let left = kept.allocations.iter().filter(|((of, unit), _)| of == role && !units.contains(unit));
            let mut left: Vec<_> = left.flat_map(|(_, known)| known).collect();
            left.retain(|(_, known)| !known.validity.is_empty() && !known.validity.ended_by(options.as_at));
            left.sort_by_key(|(id, _)| *id);
            wanted.extend(left.into_iter().map(|(id, known)| difference(*id, known, FileSays::OtherUnit, Some(*to))));
        }
        wanted
    }
}
