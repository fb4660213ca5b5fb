//! Rows of supporters.csv, unavailability.csv and managers.csv.

use entity::period::Validity;
use entity::value::Role;

use super::super::cell;
use super::super::fault::Fault;
use super::super::layout::{ManagerColumn as Manager, SupporterColumn as Supporter, UnavailabilityColumn as Away};
use super::super::record::{Allocation, AllocationTerms, Appointment, Approval, Unavailability};
use super::super::reference::{PersonKey, Written};
use super::super::vocabulary;
use super::cells::Cells;

/// The maximum number of hours in a month.
const HOURS_OF_A_MONTH: i64 = 31 * 24;

/// A row of supporters.csv.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct AllocationRow {
    pub(in crate::import) allocation: Allocation<Written>,
    /// The approver of a line manager's approval without a day, which does not count.
    pub(in crate::import) undated_line_approver: Option<PersonKey>,
    /// The approver of a senior manager's approval without a day, which does not count.
    pub(in crate::import) undated_senior_approver: Option<PersonKey>,
}

pub(super) fn allocation(cells: &mut Cells<'_>) -> Result<AllocationRow, Fault> {
    let role = cells.one_of(Supporter::Role, vocabulary::role)?;
    let person = cells.person(Supporter::Employer, Supporter::Number)?;
    let unit = cells.required_key(Supporter::Unit)?;
    let share = if role == Role::PeerSupporter { share(cells)? } else { 1000 };
    let validity = cells.validity(Supporter::From, Supporter::Until)?;
    let (line, undated_line_approver) = approval(cells, Supporter::LineApprovedOn, Supporter::LineApprover)?;
    let (senior, undated_senior_approver) = approval(cells, Supporter::SeniorApprovedOn, Supporter::SeniorApprover)?;
    let protected_hours = protected_hours(cells)?;
    let signed_off_on = cells.done_day(Supporter::SignedOffOn)?;
    let pause = pause(cells)?;
    let terms = AllocationTerms { protected_hours, outside_team: outside_team(cells)? };
    let allocation = Allocation { person, role, unit, share, validity, line, senior, signed_off_on, pause, terms };
    Ok(AllocationRow { allocation, undated_line_approver, undated_senior_approver })
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

/// Reads an approval, or only the approver of one without a day.
fn approval(
    cells: &mut Cells<'_>,
    on: Supporter,
    by: Supporter,
) -> Result<(Option<Approval<Written>>, Option<PersonKey>), Fault> {
    let (on, by) = (cells.done_day(on)?, cells.person_in_one(by)?);
    Ok(match on {
        Some(on) => (Some(Approval { on, by }), None),
        None => (None, by),
    })
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

pub(super) fn unavailability(cells: &mut Cells<'_>) -> Result<Unavailability<Written>, Fault> {
    let person = cells.person(Away::Employer, Away::Number)?;
    let from = cells.required_day(Away::From)?;
    Ok(Unavailability { person, from, to: cells.validity(Away::From, Away::Until)?.to })
}

pub(super) fn appointment(cells: &mut Cells<'_>) -> Result<Appointment<Written>, Fault> {
    Ok(Appointment {
        unit: cells.required_key(Manager::Unit)?,
        person: cells.person(Manager::Employer, Manager::Number)?,
        role: cells.one_of(Manager::Role, vocabulary::appointment)?,
        validity: cells.validity(Manager::From, Manager::Until)?,
        delegate: cells.person_in_one(Manager::Delegate)?,
        delegate_validity: cells.validity(Manager::DelegateFrom, Manager::DelegateUntil)?,
    })
}
