//! Rows of supporters.csv, unavailability.csv and managers.csv.

use entity::interner::Symbol;
use entity::period::{Day, Validity};
use entity::value::{AppointmentRole, Role};

use super::super::cell;
use super::super::fault::Fault;
use super::super::layout::{ManagerColumn as Manager, SupporterColumn as Supporter, UnavailabilityColumn as Away};
use super::super::reference::PersonKey;
use super::super::vocabulary;
use super::cells::Cells;

/// The maximum number of hours in a month.
const HOURS_OF_A_MONTH: i64 = 31 * 24;

/// A row of supporters.csv.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct AllocationRow {
    pub(in crate::import) person: PersonKey,
    pub(in crate::import) role: Role,
    pub(in crate::import) unit: Symbol,
    /// In thousandths.
    pub(in crate::import) share: i32,
    pub(in crate::import) validity: Validity,
    /// The line manager's approval. Without a day it does not count.
    pub(in crate::import) line: Option<ApprovalRow>,
    /// The senior manager's approval. Without a day it does not count.
    pub(in crate::import) senior: Option<ApprovalRow>,
    /// In hundredths of an hour per month.
    pub(in crate::import) protected_hours: Option<i32>,
    pub(in crate::import) signed_off_on: Option<Day>,
    pub(in crate::import) pause: Option<Validity>,
    pub(in crate::import) outside_team: bool,
}

/// An approval in a row of supporters.csv.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct ApprovalRow {
    pub(in crate::import) on: Option<Day>,
    pub(in crate::import) by: Option<PersonKey>,
}

/// A row of unavailability.csv.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct UnavailabilityRow {
    pub(in crate::import) person: PersonKey,
    pub(in crate::import) from: Day,
    pub(in crate::import) to: Option<Day>,
}

/// A row of managers.csv.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct AppointmentRow {
    pub(in crate::import) unit: Symbol,
    pub(in crate::import) person: PersonKey,
    pub(in crate::import) role: AppointmentRole,
    pub(in crate::import) validity: Validity,
    pub(in crate::import) delegate: Option<PersonKey>,
    pub(in crate::import) delegate_validity: Validity,
}

pub(super) fn allocation(cells: &mut Cells<'_>) -> Result<AllocationRow, Fault> {
    let role = cells.one_of(Supporter::Role, vocabulary::role)?;
    Ok(AllocationRow {
        person: cells.person(Supporter::Employer, Supporter::Number)?,
        role,
        unit: cells.required_key(Supporter::Unit)?,
        share: if role == Role::PeerSupporter { share(cells)? } else { 1000 },
        validity: cells.validity(Supporter::From, Supporter::Until)?,
        line: approval(cells, Supporter::LineApprovedOn, Supporter::LineApprover)?,
        senior: approval(cells, Supporter::SeniorApprovedOn, Supporter::SeniorApprover)?,
        protected_hours: protected_hours(cells)?,
        signed_off_on: cells.done_day(Supporter::SignedOffOn)?,
        pause: pause(cells)?,
        outside_team: outside_team(cells)?,
    })
}

pub(super) fn about_allocation(cells: &mut Cells<'_>) -> Option<PersonKey> {
    cells.person(Supporter::Employer, Supporter::Number).ok()
}

pub(super) fn about_unavailability(cells: &mut Cells<'_>) -> Option<PersonKey> {
    cells.person(Away::Employer, Away::Number).ok()
}

pub(super) fn about_appointment(cells: &mut Cells<'_>) -> Option<PersonKey> {
    cells.person(Manager::Employer, Manager::Number).ok()
}

/// Reads an approval. Returns `None` if both the day and the approver are blank.
fn approval(cells: &mut Cells<'_>, on: Supporter, by: Supporter) -> Result<Option<ApprovalRow>, Fault> {
    let (on, by) = (cells.done_day(on)?, cells.person_in_one(by)?);
    Ok((on.is_some() || by.is_some()).then_some(ApprovalRow { on, by }))
}

/// Reads the pause of a role. Returns `None` if both dates are blank. Without a first day the pause has no start date,
/// even if it has no end.
fn pause(cells: &Cells<'_>) -> Result<Option<Validity>, Fault> {
    let pause = cells.validity(Supporter::PausedFrom, Supporter::PausedUntil)?;
    let for_ever = matches!(cells.end_day(Supporter::PausedUntil)?, Some(cell::EndDay::ForEver));
    Ok((pause != Validity::ALWAYS || for_ever).then_some(pause))
}

/// Reads whether cover from outside the team is intended. A blank means No.
fn outside_team(cells: &Cells<'_>) -> Result<bool, Fault> {
    match cells.mapped(Supporter::OutsideTeam)?.is_empty() {
        true => Ok(false),
        false => cells.one_of(Supporter::OutsideTeam, vocabulary::yes_or_no),
    }
}

/// Reads a share as thousandths from a percentage with at most one decimal place. A blank means 1000.
fn share(cells: &Cells<'_>) -> Result<i32, Fault> {
    let raw = cell::key(cells.undamaged(Supporter::Share)?);
    if raw.is_empty() {
        return Ok(1000);
    }
    match cell::millionths(raw.strip_suffix('%').unwrap_or(raw).trim_end()) {
        Some(percent) if percent % 100_000 == 0 && (100_000..=100_000_000).contains(&percent) => {
            Ok(cell::rounded(percent, 100_000))
        }
        _ => {
            Err(cells
                .fault(Supporter::Share, "Share must be a percentage from 0.1 to 100, with at most one decimal place"))
        }
    }
}

fn protected_hours(cells: &Cells<'_>) -> Result<Option<i32>, Fault> {
    let raw = cell::key(cells.undamaged(Supporter::ProtectedHours)?);
    if raw.is_empty() {
        return Ok(None);
    }
    match cell::millionths(raw) {
        Some(hours) if hours <= HOURS_OF_A_MONTH * 1_000_000 => Ok(Some(cell::rounded(hours, 10_000))),
        _ => Err(cells
            .fault(Supporter::ProtectedHours, "Protected hours must be a number of hours per month, from 0 to 744")),
    }
}

pub(super) fn unavailability(cells: &mut Cells<'_>) -> Result<UnavailabilityRow, Fault> {
    let person = cells.person(Away::Employer, Away::Number)?;
    let from = cells.required_day(Away::From)?;
    Ok(UnavailabilityRow { person, from, to: cells.validity(Away::From, Away::Until)?.to })
}

pub(super) fn appointment(cells: &mut Cells<'_>) -> Result<AppointmentRow, Fault> {
    Ok(AppointmentRow {
        unit: cells.required_key(Manager::Unit)?,
        person: cells.person(Manager::Employer, Manager::Number)?,
        role: cells.one_of(Manager::Role, vocabulary::appointment)?,
        validity: cells.validity(Manager::From, Manager::Until)?,
        delegate: cells.person_in_one(Manager::Delegate)?,
        delegate_validity: cells.validity(Manager::DelegateFrom, Manager::DelegateUntil)?,
    })
}
