//! The dated facts of files that are not full lists: days away, appointments, policies, exemptions, and allocations. A
//! row that is not on file is new, a row that is on file corrects it, and records that no row names stay.

use std::collections::BTreeMap;

use entity::period::{Day, Validity};
use entity::value::AppointmentRole;

use super::super::dataset::{Appointment, Dataset, Exemption, PersonIx, Plan, Policy, Unavailability, UnitIx, Writes};
use super::super::fault::Fault;
use super::super::findings::{FileCount, Findings, RowResult};
use super::super::layout::{Column, ColumnSet, ExemptionColumn, ManagerColumn, PolicyColumn, UnavailabilityColumn};
use super::super::parse::{AppointmentRow, ExemptionRow, File, NumberedRow, PolicyRow, UnavailabilityRow};
use super::super::reference::PersonKey;

/// A fact with a first day, and perhaps a last one.
pub(super) trait DatedFact: Clone + PartialEq {
    /// What the fact is about. Together with the first day, it identifies the fact.
    type About: Ord + Copy;

    fn about(&self) -> Self::About;
    fn validity(&self) -> Validity;
    /// Whether a row with a different first day corrects the only fact on file that overlaps it.
    const CORRECTS_FIRST_DAY: bool;
    /// Fills in values for which the file has no column from the fact on file.
    fn fill(self, on_file: &Self, columns: ColumnSet) -> Self;
    /// Merges two rows with the same subject and first day. `None` if only one of them can be right.
    fn merged_with(&self, _: &Self) -> Option<Self> {
        None
    }
}

/// The result of comparing one file with the records on file.
pub(super) struct Merged<F> {
    pub(super) count: FileCount,
    pub(super) writes: Writes<F>,
    /// The accepted rows.
    pub(super) taken: Vec<NumberedRow<F>>,
}

/// Compares the rows of one file with the records on file.
pub(super) fn merge<R, F: DatedFact>(
    file: File<R>,
    on_file: &[(i64, F)],
    first_day: impl Column,
    findings: &mut Findings,
    subject: fn(&R) -> Option<PersonKey>,
    mut fact: impl FnMut(&R) -> Result<F, Fault>,
) -> Merged<F> {
    let File { mut count, rows, columns, protected: _ } = file;
    // By subject and first day: the position among the accepted rows.
    let mut places: BTreeMap<(F::About, Option<Day>), usize> = BTreeMap::new();
    let mut taken: Vec<NumberedRow<F>> = Vec::with_capacity(rows.len());
    for line in rows {
        let subject = subject(&line.row);
        match fact(&line.row) {
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
                    let fault = Fault { column: first_day.header(), value, sentence: sentence.into() };
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
    Merged { count, writes, taken }
}

impl DatedFact for Unavailability {
    type About = PersonIx;
    const CORRECTS_FIRST_DAY: bool = false;

    fn about(&self) -> Self::About {
        self.person
    }

    fn validity(&self) -> Validity {
        Validity { from: Some(self.from), to: self.to }
    }

    fn fill(self, on_file: &Self, columns: ColumnSet) -> Self {
        Self { to: columns.given_or(UnavailabilityColumn::Until, self.to, on_file.to), ..self }
    }

    /// Merges two absences of one person from the same day, until the later of the two ends.
    fn merged_with(&self, other: &Self) -> Option<Self> {
        Some(Self { to: self.to.zip(other.to).map(|(a, b)| a.max(b)), ..*self })
    }
}

/// Compares unavailability.csv with the days away on file.
pub(super) fn unavailability(
    file: File<UnavailabilityRow>,
    dataset: &mut Dataset,
    plan: &mut Plan,
    findings: &mut Findings,
) -> FileCount {
    use UnavailabilityColumn as At;
    let on_file = std::mem::take(&mut dataset.unavailability);
    let Merged { count, writes, .. } = merge(
        file,
        &on_file,
        At::From,
        findings,
        |row| Some(row.person),
        |row: &UnavailabilityRow| {
            let person = dataset.person(row.person, At::Number)?;
            dataset.mark_wanted([person]);
            Ok(Unavailability { person, from: row.from, to: row.to })
        },
    );
    plan.unavailability = writes;
    count
}

impl DatedFact for Appointment {
    type About = (UnitIx, PersonIx, AppointmentRole);
    const CORRECTS_FIRST_DAY: bool = true;

    fn about(&self) -> Self::About {
        (self.unit, self.person, self.role)
    }

    fn validity(&self) -> Validity {
        self.validity
    }

    fn fill(self, on_file: &Self, columns: ColumnSet) -> Self {
        use ManagerColumn as At;
        Self {
            validity: Validity {
                from: columns.given_or(At::From, self.validity.from, on_file.validity.from),
                to: columns.given_or(At::Until, self.validity.to, on_file.validity.to),
            },
            delegate: columns.given_or(At::Delegate, self.delegate, on_file.delegate),
            delegate_validity: Validity {
                from: columns.given_or(At::DelegateFrom, self.delegate_validity.from, on_file.delegate_validity.from),
                to: columns.given_or(At::DelegateUntil, self.delegate_validity.to, on_file.delegate_validity.to),
            },
            ..self
        }
    }
}

/// Compares managers.csv with the appointments on file.
pub(super) fn appointments(
    file: File<AppointmentRow>,
    dataset: &mut Dataset,
    plan: &mut Plan,
    findings: &mut Findings,
) -> FileCount {
    use ManagerColumn as At;
    let on_file = std::mem::take(&mut dataset.appointments);
    let Merged { count, writes, .. } = merge(
        file,
        &on_file,
        At::From,
        findings,
        |row| Some(row.person),
        |row: &AppointmentRow| {
            let appointment = Appointment {
                unit: dataset.unit(row.unit, At::Unit)?,
                person: dataset.person(row.person, At::Number)?,
                role: row.role,
                validity: row.validity,
                delegate: dataset.other(row.delegate, At::Delegate)?,
                delegate_validity: row.delegate_validity,
            };
            dataset.mark_wanted([appointment.person].into_iter().chain(appointment.delegate));
            Ok(appointment)
        },
    );
    plan.appointments = writes;
    count
}

impl DatedFact for Policy {
    type About = UnitIx;
    const CORRECTS_FIRST_DAY: bool = false;

    fn about(&self) -> Self::About {
        self.unit
    }

    fn validity(&self) -> Validity {
        Validity { from: Some(self.in_force_from), to: None }
    }

    /// A blank cell, or a missing column, takes the default: a row replaces the whole policy.
    fn fill(self, _: &Self, _: ColumnSet) -> Self {
        self
    }
}

/// Compares policies.csv with the policies on file.
pub(super) fn policies(
    file: File<PolicyRow>,
    dataset: &mut Dataset,
    plan: &mut Plan,
    findings: &mut Findings,
) -> FileCount {
    use PolicyColumn as At;
    let on_file = std::mem::take(&mut dataset.policies);
    let Merged { count, writes, .. } = merge(
        file,
        &on_file,
        At::InForceFrom,
        findings,
        |_| None,
        |row: &PolicyRow| {
            let PolicyRow { unit, in_force_from, terms } = row;
            Ok(Policy { unit: dataset.unit(*unit, At::Unit)?, in_force_from: *in_force_from, terms: terms.clone() })
        },
    );
    plan.policies = writes;
    count
}

impl DatedFact for Exemption {
    type About = UnitIx;
    const CORRECTS_FIRST_DAY: bool = false;

    fn about(&self) -> Self::About {
        self.unit
    }

    fn validity(&self) -> Validity {
        Validity { from: Some(self.from), to: Some(self.to) }
    }

    fn fill(self, on_file: &Self, columns: ColumnSet) -> Self {
        Self { agreed_by: columns.given_or(ExemptionColumn::AgreedBy, self.agreed_by, on_file.agreed_by), ..self }
    }
}

/// Compares exemptions.csv with the exemptions on file.
pub(super) fn exemptions(
    file: File<ExemptionRow>,
    dataset: &mut Dataset,
    plan: &mut Plan,
    findings: &mut Findings,
) -> FileCount {
    use ExemptionColumn as At;
    let on_file = std::mem::take(&mut dataset.exemptions);
    let Merged { count, writes, .. } = merge(
        file,
        &on_file,
        At::From,
        findings,
        |_| None,
        |row: &ExemptionRow| {
            Ok(Exemption {
                unit: dataset.unit(row.unit, At::Unit)?,
                from: row.from,
                to: row.to,
                reason: row.reason,
                agreed_by: row.agreed_by,
            })
        },
    );
    plan.exemptions = writes;
    count
}
