//! Days away and appointments, allocations with their dated facts, and roles that are kept in the register.

use entity::period::{Day, Validity};
use entity::register::file_difference::FileSays;
use entity::value::register::{DifferenceOutcome, KeptKind};
use entity::value::{AppointmentRole, Role};

use super::super::reference::{PersonIx, References, Resolved, UnitIx};

/// An allocation of a role as one row of a file states it, with the latest of each accumulating fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Allocation<R: References = Resolved> {
    pub(in crate::import) person: R::Person,
    pub(in crate::import) role: Role,
    pub(in crate::import) unit: R::Unit,
    /// In thousandths.
    pub(in crate::import) share: i32,
    pub(in crate::import) validity: Validity,
    pub(in crate::import) line: Option<Approval<R>>,
    pub(in crate::import) senior: Option<Approval<R>>,
    pub(in crate::import) signed_off_on: Option<Day>,
    pub(in crate::import) pause: Option<Validity>,
    pub(in crate::import) terms: AllocationTerms,
}

/// An approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Approval<R: References = Resolved> {
    pub(in crate::import) on: Day,
    pub(in crate::import) by: Option<R::Person>,
}

/// The agreed terms of an allocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::import) struct AllocationTerms {
    /// Hundredths of an hour per month.
    pub(in crate::import) protected_hours: Option<i32>,
    pub(in crate::import) outside_team: bool,
}

/// The dated facts of an allocation on file, each with its id, oldest first.
#[derive(Clone, Debug, Default)]
pub(in crate::import) struct AllocationFacts {
    pub(in crate::import) line: Vec<(i64, Approval)>,
    pub(in crate::import) senior: Vec<(i64, Approval)>,
    pub(in crate::import) signed_off: Vec<(i64, Day)>,
    pub(in crate::import) pauses: Vec<(i64, Validity)>,
    pub(in crate::import) terms: Vec<(i64, (Option<Day>, AllocationTerms))>,
}

impl AllocationFacts {
    /// Sorts the facts of each kind by day, and by id on one day.
    pub(in crate::import) fn sort(&mut self) {
        fn by_day<T: Accumulated>(facts: &mut [(i64, T)]) {
            facts.sort_by_key(|(id, fact)| (fact.day(), *id));
        }
        let Self { line, senior, signed_off, pauses, terms } = self;
        by_day(line);
        by_day(senior);
        by_day(signed_off);
        by_day(pauses);
        by_day(terms);
    }
}

/// A dated fact of which an allocation can have several.
pub(in crate::import) trait Accumulated: Copy + PartialEq {
    /// Returns the day that orders the facts of one kind. `None` for no start date, which comes first.
    fn day(&self) -> Option<Day>;
}

impl Accumulated for Approval {
    fn day(&self) -> Option<Day> {
        Some(self.on)
    }
}

/// A sign-off.
impl Accumulated for Day {
    fn day(&self) -> Option<Day> {
        Some(*self)
    }
}

/// A pause.
impl Accumulated for Validity {
    fn day(&self) -> Option<Day> {
        self.from
    }
}

/// Terms and their first day.
impl Accumulated for (Option<Day>, AllocationTerms) {
    fn day(&self) -> Option<Day> {
        self.0
    }
}

/// An allocation that a dated fact belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) enum AllocationRef {
    /// One on file, by id.
    OnFile(i64),
    /// One that the import adds, by position in the plan.
    New(usize),
}

/// A dated fact of an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Owned<T> {
    pub(in crate::import) allocation: AllocationRef,
    pub(in crate::import) fact: T,
}

/// A person's role that is kept in the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct KeptRole {
    pub(in crate::import) person: PersonIx,
    pub(in crate::import) role: Role,
    pub(in crate::import) kept_since: Day,
    /// Whether the person themselves declined, withdrew, paused or stood down.
    pub(in crate::import) own_wish: bool,
}

/// A difference between a row and a kept role, by which the person would count for less by the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct FileDifference {
    pub(in crate::import) person: PersonIx,
    pub(in crate::import) role: Role,
    /// The allocation on file, by id.
    pub(in crate::import) allocation: i64,
    pub(in crate::import) says: FileSays,
    /// The other unit that the row names.
    pub(in crate::import) unit: Option<UnitIx>,
    /// The import that found it. `None` for the present one.
    pub(in crate::import) batch: Option<i64>,
    pub(in crate::import) as_at: Day,
    pub(in crate::import) found_on: Day,
    pub(in crate::import) settled: Option<Settled>,
}

/// How a difference was settled, and on which day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Settled {
    pub(in crate::import) on: Day,
    pub(in crate::import) outcome: DifferenceOutcome,
}

/// An appointment, policy or exemption that is kept in the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct KeptFact {
    pub(in crate::import) kind: KeptKind,
    pub(in crate::import) unit: UnitIx,
    /// The appointed person.
    pub(in crate::import) person: Option<PersonIx>,
    /// The role of the appointment.
    pub(in crate::import) role: Option<AppointmentRole>,
    /// First day of the policy.
    pub(in crate::import) in_force_from: Option<Day>,
}

/// The same with the day of the first command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct KeptSince {
    pub(in crate::import) fact: KeptFact,
    pub(in crate::import) since: Day,
}

/// A spell of days away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Unavailability<R: References = Resolved> {
    pub(in crate::import) person: R::Person,
    pub(in crate::import) from: Day,
    pub(in crate::import) to: Option<Day>,
}

/// An appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Appointment<R: References = Resolved> {
    pub(in crate::import) unit: R::Unit,
    pub(in crate::import) person: R::Person,
    pub(in crate::import) role: AppointmentRole,
    pub(in crate::import) validity: Validity,
    pub(in crate::import) delegate: Option<R::Person>,
    pub(in crate::import) delegate_validity: Validity,
}
