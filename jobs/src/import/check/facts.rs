//! The dated facts that are no full lists: allocations, days away, appointments, policies, exemptions. A row that is not on
//! file is new, one that is corrects it, and what no row names stays.

use std::collections::BTreeMap;

use entity::period::{Day, Validity};
use entity::value::AppointmentRole;

use super::super::board::{Appointment, Board, Exemption, PersonIx, Plan, Policy, Unavailability, UnitIx, Writes};
use super::super::findings::{Fault, FileCount, Findings, Taken};
use super::super::layout::{Column, ExemptionColumn, Has, ManagerColumn, PolicyColumn, UnavailabilityColumn};
use super::super::parse::{AppointmentRow, ExemptionRow, File, Line, PersonKey, PolicyRow, UnavailabilityRow};

/// A dated fact.
pub(super) trait Fact: Clone + PartialEq {
    /// What it is about; with its first day, that names it.
    type About: Ord + Copy;

    fn about(&self) -> Self::About;
    fn validity(&self) -> Validity;
    /// Whether a row with another first day is about the one fact on file that shares a day with it.
    const CORRECTS_FIRST_DAY: bool;
    /// What a row says, with what the file has no column for taken from the fact on file.
    fn fill(self, on_file: &Self, has: Has) -> Self;
    /// What two rows that are about the same from the same day come to; absent if only one of them can be right.
    fn joined(&self, _: &Self) -> Option<Self> {
        None
    }
}

/// What the rows of a file come to.
pub(super) struct Merged<F> {
    pub(super) count: FileCount,
    pub(super) writes: Writes<F>,
    /// The rows that were taken.
    pub(super) taken: Vec<Line<F>>,
}

/// Reads the rows of one file against what is on file.
pub(super) fn merge<R, F: Fact>(
    file: File<R>,
    on_file: &[(i64, F)],
    first_day: impl Column,
    findings: &mut Findings,
    subject: fn(&R) -> Option<PersonKey>,
    mut fact: impl FnMut(&R) -> Result<F, Fault>,
) -> Merged<F> {
    let File { mut count, rows, has, spared: _ } = file;
    // By what a row is about and its first day: its place among those taken.
    let mut places: BTreeMap<(F::About, Option<Day>), usize> = BTreeMap::new();
    let mut taken: Vec<Line<F>> = Vec::with_capacity(rows.len());
    for line in rows {
        let subject = subject(&line.row);
        match fact(&line.row) {
            Ok(row) => {
                let from = row.validity().from;
                if let Some(earlier) = places.get(&(row.about(), from)).map(|place| &mut taken[*place]) {
                    if let Some(joined) = earlier.row.joined(&row) {
                        earlier.row = joined;
                        count.take(Taken::Unchanged);
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
                taken.push(Line { line: line.line, row });
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
        count.take(match found {
            None => {
                writes.added.push(line.row.clone());
                Taken::Added
            }
            Some(at) => {
                let (id, old) = &on_file[at];
                let new = line.row.clone().fill(old, has);
                if new == *old {
                    Taken::Unchanged
                } else {
                    writes.changed.push((*id, new));
                    Taken::Changed
                }
            }
        });
    }
    Merged { count, writes, taken }
}

impl Fact for Unavailability {
    type About = PersonIx;
    const CORRECTS_FIRST_DAY: bool = false;

    fn about(&self) -> Self::About {
        self.person
    }

    fn validity(&self) -> Validity {
        Validity { from: Some(self.from), to: self.to }
    }

    fn fill(self, on_file: &Self, has: Has) -> Self {
        Self { to: has.or(UnavailabilityColumn::Until, self.to, on_file.to), ..self }
    }

    /// Two absences of one person from the same day are one, until the later of the two ends.
    fn joined(&self, other: &Self) -> Option<Self> {
        Some(Self { to: self.to.zip(other.to).map(|(a, b)| a.max(b)), ..*self })
    }
}

/// unavailability.csv
pub(super) fn unavailability(
    file: File<UnavailabilityRow>,
    board: &mut Board,
    plan: &mut Plan,
    findings: &mut Findings,
) -> FileCount {
    use UnavailabilityColumn as At;
    let on_file = std::mem::take(&mut board.unavailability);
    let Merged { count, writes, .. } = merge(
        file,
        &on_file,
        At::From,
        findings,
        |row| Some(row.person),
        |row: &UnavailabilityRow| {
            let person = board.person(row.person, At::Number)?;
            board.want([person]);
            Ok(Unavailability { person, from: row.from, to: row.to })
        },
    );
    plan.unavailability = writes;
    count
}

impl Fact for Appointment {
    type About = (UnitIx, PersonIx, AppointmentRole);
    const CORRECTS_FIRST_DAY: bool = true;

    fn about(&self) -> Self::About {
        (self.unit, self.person, self.role)
    }

    fn validity(&self) -> Validity {
        self.validity
    }

    fn fill(self, on_file: &Self, has: Has) -> Self {
        use ManagerColumn as At;
        Self {
            validity: Validity {
                from: has.or(At::From, self.validity.from, on_file.validity.from),
                to: has.or(At::Until, self.validity.to, on_file.validity.to),
            },
            delegate: has.or(At::Delegate, self.delegate, on_file.delegate),
            delegate_validity: Validity {
                from: has.or(At::DelegateFrom, self.delegate_validity.from, on_file.delegate_validity.from),
                to: has.or(At::DelegateUntil, self.delegate_validity.to, on_file.delegate_validity.to),
            },
            ..self
        }
    }
}

/// managers.csv
pub(super) fn appointments(
    file: File<AppointmentRow>,
    board: &mut Board,
    plan: &mut Plan,
    findings: &mut Findings,
) -> FileCount {
    use ManagerColumn as At;
    let on_file = std::mem::take(&mut board.appointments);
    let Merged { count, writes, .. } = merge(
        file,
        &on_file,
        At::From,
        findings,
        |row| Some(row.person),
        |row: &AppointmentRow| {
            let appointment = Appointment {
                unit: board.unit(row.unit, At::Unit)?,
                person: board.person(row.person, At::Number)?,
                role: row.role,
                validity: row.validity,
                delegate: board.other(row.delegate, At::Delegate)?,
                delegate_validity: row.delegate_validity,
            };
            board.want([appointment.person].into_iter().chain(appointment.delegate));
            Ok(appointment)
        },
    );
    plan.appointments = writes;
    count
}

impl Fact for Policy {
    type About = UnitIx;
    const CORRECTS_FIRST_DAY: bool = false;

    fn about(&self) -> Self::About {
        self.unit
    }

    fn validity(&self) -> Validity {
        Validity { from: Some(self.in_force_from), to: None }
    }

    /// A blank takes the default, and so does a column that is not there: a policy is one whole.
    fn fill(self, _: &Self, _: Has) -> Self {
        self
    }
}

/// policies.csv
pub(super) fn policies(
    file: File<PolicyRow>,
    board: &mut Board,
    plan: &mut Plan,
    findings: &mut Findings,
) -> FileCount {
    use PolicyColumn as At;
    let on_file = std::mem::take(&mut board.policies);
    let Merged { count, writes, .. } = merge(
        file,
        &on_file,
        At::InForceFrom,
        findings,
        |_| None,
        |row: &PolicyRow| {
            let PolicyRow { unit, in_force_from, terms } = row;
            Ok(Policy { unit: board.unit(*unit, At::Unit)?, in_force_from: *in_force_from, terms: terms.clone() })
        },
    );
    plan.policies = writes;
    count
}

impl Fact for Exemption {
    type About = UnitIx;
    const CORRECTS_FIRST_DAY: bool = false;

    fn about(&self) -> Self::About {
        self.unit
    }

    fn validity(&self) -> Validity {
        Validity { from: Some(self.from), to: Some(self.to) }
    }

    fn fill(self, on_file: &Self, has: Has) -> Self {
        Self { agreed_by: has.or(ExemptionColumn::AgreedBy, self.agreed_by, on_file.agreed_by), ..self }
    }
}

/// exemptions.csv
pub(super) fn exemptions(
    file: File<ExemptionRow>,
    board: &mut Board,
    plan: &mut Plan,
    findings: &mut Findings,
) -> FileCount {
    use ExemptionColumn as At;
    let on_file = std::mem::take(&mut board.exemptions);
    let Merged { count, writes, .. } = merge(
        file,
        &on_file,
        At::From,
        findings,
        |_| None,
        |row: &ExemptionRow| {
            Ok(Exemption {
                unit: board.unit(row.unit, At::Unit)?,
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
