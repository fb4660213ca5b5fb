//! The dated facts of files that are not full lists: days away, appointments, policies, exemptions, and allocations. A
//! row that is not on file is new, a row that is on file corrects it, and records that no row names stay. Each kind
//! implements [`DatedFact`].

use std::collections::BTreeMap;

use entity::period::{Day, Validity};

use super::super::dataset::Dataset;
use super::super::fault::Fault;
use super::super::findings::{FileCount, Findings, RowResult};
use super::super::layout::{Column, ColumnSet};
use super::super::parse::{File, NumberedRow};
use super::super::plan::{Plan, Writes};
use super::super::record::KeptFact;
use super::super::reference::PersonKey;

/// A fact with a first day, and perhaps a last one.
pub(super) trait DatedFact: Clone + PartialEq {
    /// A row of its file.
    type Row;
    /// What the fact is about. Together with the first day, it identifies the fact.
    type About: Ord + Copy;
    /// Whether a row with a different first day corrects the only fact on file that overlaps it.
    const CORRECTS_FIRST_DAY: bool;

    /// Returns the column of the first day.
    fn first_day_column() -> impl Column;
    /// Returns the person that a row is about.
    fn subject(row: &Self::Row) -> Option<PersonKey>;
    /// Finds what a row refers to.
    fn resolve(row: Self::Row, dataset: &mut Dataset) -> Result<Self, Fault>;
    fn about(&self) -> Self::About;
    fn validity(&self) -> Validity;
    /// Fills in values for which the file has no column from the fact on file.
    fn fill(self, on_file: &Self, columns: ColumnSet) -> Self;
    /// Merges two rows with the same subject and first day. `None` if only one of them can be right.
    fn merged_with(&self, _: &Self) -> Option<Self> {
        None
    }
}

/// A kind of dated fact with one table: the rows of its file change nothing else.
pub(super) trait SimpleFact: DatedFact {
    /// Returns the facts on file.
    fn on_file(dataset: &mut Dataset) -> &mut Vec<(i64, Self)>;
    /// Returns their planned changes.
    fn writes(plan: &mut Plan) -> &mut Writes<Self>;
    /// What it is in the register, if commands can keep it there.
    fn kept_as(&self) -> Option<KeptFact> {
        None
    }
    /// Returns the headers of the cells in which a row differs from the fact on file.
    fn differences(&self, _: &Self) -> Vec<&'static str> {
        Vec::new()
    }
    /// Returns the fact without the days from `day` on. `None` if its days cannot be cut.
    fn until(&self, _: Option<Day>) -> Option<Self> {
        None
    }
}

/// Returns the headers of the cells that differ.
pub(super) fn differing<C: Column>(cells: impl IntoIterator<Item = (C, bool)>) -> Vec<&'static str> {
    cells.into_iter().filter_map(|(column, differs)| differs.then_some(column.header())).collect()
}

/// The result of comparing one file with the records on file.
pub(super) struct Merged<F> {
    pub(super) count: FileCount,
    pub(super) writes: Writes<F>,
    /// The accepted rows.
    pub(super) taken: Vec<NumberedRow<F>>,
    /// Which records on file the accepted rows are about.
    pub(super) claimed: Vec<bool>,
    /// Rows about what is kept in the register.
    pub(super) kept: Vec<NumberedRow<F>>,
}

/// Compares the rows of one file with the records on file. Rows that `is_kept` are left alone.
pub(super) fn merge<F: DatedFact>(
    file: File<F::Row>,
    on_file: &[(i64, F)],
    dataset: &mut Dataset,
    is_kept: &mut dyn FnMut(&F) -> bool,
    findings: &mut Findings,
) -> Merged<F> {
    let File { mut count, rows, columns, protected: _ } = file;
    // By subject and first day: the position among the accepted rows.
    let mut places: BTreeMap<(F::About, Option<Day>), usize> = BTreeMap::new();
    let mut taken: Vec<NumberedRow<F>> = Vec::with_capacity(rows.len());
    let mut kept = Vec::new();
    for line in rows {
        let subject = F::subject(&line.row);
        match F::resolve(line.row, dataset) {
            Ok(row) if is_kept(&row) => {
                count.imported.kept += 1;
                kept.push(NumberedRow { line: line.line, row });
            }
            Ok(row) => {
                let from = row.validity().from;
                if let Some(earlier) = places.get(&(row.about(), from)).map(|place| &mut taken[*place]) {
                    if let Some(merged_with) = earlier.row.merged_with(&row) {
                        earlier.row = merged_with;
                        count.add(RowResult::Unchanged);
                        continue;
                    }
                    let value = from.map(|day| day.to_string()).unwrap_or_default();
                    let sentence = format!(
                        "Line {} has the same entry with the same first day; keep one of the two",
                        earlier.line
                    );
                    let fault = Fault { column: F::first_day_column().header(), value, sentence: sentence.into() };
                    findings.reject(&mut count, line.line, subject, fault);
                    continue;
                }
                places.insert((row.about(), from), taken.len());
                taken.push(NumberedRow { line: line.line, row });
            }
            Err(fault) => findings.reject(&mut count, line.line, subject, fault),
        }
    }
    let mut order: Vec<usize> = (0..on_file.len()).collect();
    order.sort_unstable_by_key(|at| (on_file[*at].1.about(), on_file[*at].1.validity().from));
    let about = |fact: &F| {
        let start = order.partition_point(|at| on_file[*at].1.about() < fact.about());
        let end = order.partition_point(|at| on_file[*at].1.about() <= fact.about());
        &order[start..end]
    };
    let mut claimed = vec![false; on_file.len()];
    let mut found: Vec<Option<usize>> = vec![None; taken.len()];
    for (line, found) in taken.iter().zip(&mut found) {
        *found = about(&line.row).iter().copied().find(|at| on_file[*at].1.validity().from == line.row.validity().from);
        if let Some(at) = *found {
            claimed[at] = true;
        }
    }
    for (line, found) in taken.iter().zip(&mut found).filter(|(_, found)| F::CORRECTS_FIRST_DAY && found.is_none()) {
        let shares_day = |at: &&usize| !claimed[**at] && on_file[**at].1.validity().overlaps(line.row.validity());
        let mut fitting = about(&line.row).iter().filter(shares_day).copied();
        *found = fitting.next().filter(|_| fitting.next().is_none());
        if let Some(at) = *found {
            claimed[at] = true;
        }
    }
    let mut writes = Writes::default();
    for (line, found) in taken.iter().zip(found) {
        count.add(match found {
            None => {
                writes.added.push(line.row.clone());
                RowResult::Added
            }
            Some(at) => {
                let (id, old) = &on_file[at];
                let new = line.row.clone().fill(old, columns);
                if new == *old {
                    RowResult::Unchanged
                } else {
                    writes.changed.push((*id, new));
                    RowResult::Changed
                }
            }
        });
    }
    Merged { count, writes, taken, claimed, kept }
}
