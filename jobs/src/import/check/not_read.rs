//! Records what could not be read of a staff list, for COVERAGE.md section 5: the list of each employer in it, and the
//! rejected rows that name a known unit.

use entity::interner::Symbol;
use std::collections::{BTreeMap, HashSet};

use entity::period::Day;

use super::super::dataset::Dataset;
use super::super::findings::Findings;
use super::super::plan::Plan;
use super::super::protected_row::ProtectedRow;
use super::super::record::{RowsNotRead, StaffList, StaffListRef};
use super::super::reference::UnitIx;

/// Rejected rows by employer and unit.
#[derive(Default)]
pub(super) struct NotRead {
    rows: BTreeMap<(Symbol, UnitIx), i32>,
    /// Rows that name a unit but no employer.
    without_employer: BTreeMap<UnitIx, i32>,
}

impl NotRead {
    /// Counts rows that were rejected before the comparison.
    pub(super) fn from_rejected(rejected: &[ProtectedRow], dataset: &Dataset) -> Self {
        let mut not_read = Self::default();
        for row in rejected {
            let ProtectedRow::Post { employer, unit: Some(unit), .. } = row else { continue };
            let Some(unit) = dataset.units.find(*unit) else { continue };
            match employer {
                Some(employer) => not_read.add(*employer, unit),
                None => *not_read.without_employer.entry(unit).or_default() += 1,
            }
        }
        not_read
    }

    /// Counts one more rejected row.
    pub(super) fn add(&mut self, employer: Symbol, unit: UnitIx) {
        *self.rows.entry((employer, unit)).or_default() += 1;
    }

    /// Plans a staff list for each employer in the file, with its rejected rows. It replaces the list of the same day.
    pub(super) fn plan(
        mut self,
        listed: &HashSet<Symbol>,
        as_at: Day,
        dataset: &Dataset,
        plan: &mut Plan,
        findings: &mut Findings,
        file: &str,
    ) {
        let mut employers: Vec<_> = listed.iter().copied().collect();
        employers.sort_unstable_by_key(|employer| dataset.words.get(*employer));
        // A row without an employer is counted for one of the lists, so that it is counted exactly once.
        if let Some(first) = employers.first() {
            for (unit, rows) in std::mem::take(&mut self.without_employer) {
                *self.rows.entry((*first, unit)).or_default() += rows;
            }
        }
        let mut wanted: Vec<(Option<i64>, RowsNotRead)> = Vec::new();
        let mut replaced = HashSet::new();
        for employer in employers {
            let known = dataset.staff_lists.iter().find(|(_, list)| (list.employer, list.as_at) == (employer, as_at));
            let list = match known {
                Some((id, _)) => {
                    replaced.insert(*id);
                    StaffListRef::OnFile(*id)
                }
                None => {
                    plan.staff_lists.added.push(StaffList { employer, as_at });
                    StaffListRef::New(plan.staff_lists.added.len() - 1)
                }
            };
            for ((_, unit), rows) in self.rows.iter().filter(|((of, _), _)| *of == employer) {
                let known = dataset.rows_not_read.iter().find(|(_, known)| (known.list, known.unit) == (list, *unit));
                wanted.push((known.map(|(id, _)| *id), RowsNotRead { list, unit: *unit, rows: *rows }));
            }
        }
        let of_these = |row: &&(i64, RowsNotRead)| match row.1.list {
            StaffListRef::OnFile(list) => replaced.contains(&list),
            StaffListRef::New(_) => false,
        };
        let on_file: Vec<_> = dataset.rows_not_read.iter().filter(of_these).copied().collect();
        plan.rows_not_read.replace(&on_file, wanted);
        let rows: i32 = self.rows.values().sum();
        if rows > 0 {
            let units = self.rows.keys().map(|(_, unit)| unit).collect::<HashSet<_>>().len();
            let sentence = format!(
                "{rows} rejected row(s) name {units} known unit(s). Until the rows are corrected, a team is UNKNOWN \
                 if the people in them could leave it short of cover."
            );
            findings.notice(file, None, sentence);
        }
    }
}
