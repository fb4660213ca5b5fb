//! Rows of units.csv, staff.csv and links.csv.

use entity::interner::Symbol;
use entity::period::Day;

use super::super::cell;
use super::super::fault::Fault;
use super::super::layout::{LinkColumn, StaffColumn as Staff, UnitColumn};
use super::super::protected_row::ProtectedRow;
use super::super::record::{Link, PersonDetails, Post, Unit};
use super::super::reference::{PersonKey, Written};
use super::super::vocabulary;
use super::cells::Cells;

/// A row of units.csv.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct UnitRow {
    pub(in crate::import) unit: Unit,
    pub(in crate::import) parent: Option<Symbol>,
    /// First day below that parent.
    pub(in crate::import) parent_from: Option<Day>,
}

/// A row of staff.csv.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct StaffRow {
    pub(in crate::import) post: Post<Written>,
    /// Whether the WTE of the post is 0 because the cell is blank or invalid.
    pub(in crate::import) is_wte_blank: bool,
    /// The details of the person who holds the post.
    pub(in crate::import) details: PersonDetails,
}

pub(super) fn unit(cells: &mut Cells<'_>) -> Result<UnitRow, Fault> {
    let (code, name) = (cells.required_key(UnitColumn::Code)?, cells.required_text(UnitColumn::Name)?);
    let (parent, parent_from) = (cells.key(UnitColumn::Parent)?, cells.day(UnitColumn::ParentFrom)?);
    let unit = Unit {
        code,
        name,
        level: cells.value(UnitColumn::Level)?,
        site: cells.value(UnitColumn::Site)?,
        cover_group: cells.key(UnitColumn::CoverGroup)?,
        validity: cells.validity(UnitColumn::OpenFrom, UnitColumn::ClosedOn)?,
    };
    Ok(UnitRow { unit, parent, parent_from })
}

pub(super) fn protected_unit(cells: &mut Cells<'_>) -> Option<ProtectedRow> {
    cells.required_key(UnitColumn::Code).ok().map(ProtectedRow::Unit)
}

/// Parses a row of staff.csv. It is rejected only if the person, the unit or the dates cannot be read. Any other
/// invalid cell is left blank, so that it never removes a person from a headcount.
pub(super) fn post(cells: &mut Cells<'_>) -> Result<StaffRow, Fault> {
    let person = cells.person(Staff::Employer, Staff::Number)?;
    let unit = cells.required_key(Staff::Unit)?;
    let validity = cells.validity(Staff::StartDate, Staff::EndDate)?;
    let manager_employer = cells.lenient(|cells| cells.key(Staff::ManagerEmployer)).unwrap_or(person.0);
    let manager_number = cells.lenient(|cells| cells.number(Staff::ManagerNumber));
    let contract = cells.lenient(|cells| cells.mapped(Staff::ContractType).map(Some)).unwrap_or_default();
    let assignment = cells.lenient(|cells| cells.number(Staff::Assignment));
    let details = PersonDetails {
        first_name: cells.lenient(|cells| cells.text(Staff::FirstName)),
        last_name: cells.lenient(|cells| cells.text(Staff::LastName)),
        work_email: cells.lenient(|cells| cells.email(Staff::WorkEmail)),
    };
    let job_title = cells.lenient(|cells| cells.text(Staff::JobTitle));
    let job_family = cells.lenient(|cells| cells.value(Staff::JobFamily));
    let band = cells.lenient(|cells| cells.value(Staff::Band));
    let wte = cells.lenient(|cells| wte(cells));
    let post = Post {
        person,
        unit,
        assignment,
        job_title,
        job_family,
        band,
        line_manager: manager_number.map(|number| (manager_employer, number)),
        wte: wte.unwrap_or(0),
        contract_type: cells.words.value(contract),
        bank: vocabulary::is_bank(contract),
        validity,
    };
    Ok(StaffRow { post, is_wte_blank: wte.is_none(), details })
}

pub(super) fn protected_post(cells: &mut Cells<'_>) -> Option<ProtectedRow> {
    Some(ProtectedRow::Post {
        employer: cells.key(Staff::Employer).ok().flatten(),
        person: cells.person(Staff::Employer, Staff::Number).ok(),
        assignment: cells.number(Staff::Assignment).ok().flatten(),
        unit: cells.key(Staff::Unit).ok().flatten(),
    })
}

pub(super) fn about_post(cells: &mut Cells<'_>) -> Option<PersonKey> {
    cells.person(Staff::Employer, Staff::Number).ok()
}

pub(super) fn link(cells: &mut Cells<'_>) -> Result<Link<Written>, Fault> {
    let person = cells.person(LinkColumn::Employer, LinkColumn::Number)?;
    let same_as = cells.person(LinkColumn::SameAsEmployer, LinkColumn::SameAsNumber)?;
    if person == same_as {
        return Err(cells.fault(LinkColumn::SameAsNumber, "A number cannot be linked to itself"));
    }
    Ok(Link { person, same_as })
}

pub(super) fn about_link(cells: &mut Cells<'_>) -> Option<PersonKey> {
    cells.person(LinkColumn::Employer, LinkColumn::Number).ok()
}

/// Reads the whole-time equivalent in hundredths, rounding half up. A value above 2 is hours per week or a typing
/// mistake. `0,8` can only mean 0.8, because no valid value is large enough for a thousands separator.
fn wte(cells: &Cells<'_>) -> Result<Option<i32>, Fault> {
    let raw = cell::key(cells.undamaged(Staff::Wte)?);
    if raw.is_empty() {
        return Ok(None);
    }
    match cell::millionths(raw) {
        Some(wte) if wte <= 2_000_000 => Ok(Some(cell::rounded(wte, 10_000))),
        _ => Err(cells.fault(Staff::Wte, "WTE must be a number from 0 to 2, where 1 is full time; do not give hours")),
    }
}
