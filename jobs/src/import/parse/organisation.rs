//! Rows of units.csv, staff.csv and links.csv.

use entity::interner::Symbol;
use entity::period::{Day, Validity};

use super::super::cell;
use super::super::fault::Fault;
use super::super::layout::{LinkColumn as Link, StaffColumn as Staff, UnitColumn as Unit};
use super::super::protected_row::ProtectedRow;
use super::super::reference::PersonKey;
use super::super::vocabulary;
use super::cells::Cells;

/// A row of units.csv.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct UnitRow {
    pub(in crate::import) code: Symbol,
    pub(in crate::import) name: Symbol,
    pub(in crate::import) parent: Option<Symbol>,
    /// First day below that parent.
    pub(in crate::import) parent_from: Option<Day>,
    pub(in crate::import) level: Option<Symbol>,
    pub(in crate::import) site: Option<Symbol>,
    pub(in crate::import) cover_group: Option<Symbol>,
    pub(in crate::import) validity: Validity,
}

/// A row of staff.csv.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct PostRow {
    pub(in crate::import) person: PersonKey,
    pub(in crate::import) first_name: Option<Symbol>,
    pub(in crate::import) last_name: Option<Symbol>,
    pub(in crate::import) work_email: Option<Symbol>,
    pub(in crate::import) assignment: Option<Symbol>,
    pub(in crate::import) unit: Symbol,
    pub(in crate::import) job_title: Option<Symbol>,
    pub(in crate::import) job_family: Option<Symbol>,
    pub(in crate::import) band: Option<Symbol>,
    pub(in crate::import) line_manager: Option<PersonKey>,
    /// In hundredths. `None` if the cell is blank.
    pub(in crate::import) wte: Option<i32>,
    pub(in crate::import) contract_type: Option<Symbol>,
    pub(in crate::import) bank: bool,
    pub(in crate::import) validity: Validity,
}

pub(super) fn unit(cells: &mut Cells<'_>) -> Result<UnitRow, Fault> {
    Ok(UnitRow {
        code: cells.required_key(Unit::Code)?,
        name: cells.required_text(Unit::Name)?,
        parent: cells.key(Unit::Parent)?,
        parent_from: cells.day(Unit::ParentFrom)?,
        level: cells.value(Unit::Level)?,
        site: cells.value(Unit::Site)?,
        cover_group: cells.key(Unit::CoverGroup)?,
        validity: cells.validity(Unit::OpenFrom, Unit::ClosedOn)?,
    })
}

pub(super) fn protected_unit(cells: &mut Cells<'_>) -> Option<ProtectedRow> {
    cells.required_key(Unit::Code).ok().map(ProtectedRow::Unit)
}

/// Parses a row of staff.csv. It is rejected only if the person, the unit or the dates cannot be read. Any other
/// invalid cell is left blank, so that it never removes a person from a headcount.
pub(super) fn post(cells: &mut Cells<'_>) -> Result<PostRow, Fault> {
    let person = cells.person(Staff::Employer, Staff::Number)?;
    let unit = cells.required_key(Staff::Unit)?;
    let validity = cells.validity(Staff::StartDate, Staff::EndDate)?;
    let manager_employer = cells.lenient(|cells| cells.key(Staff::ManagerEmployer)).unwrap_or(person.0);
    let manager_number = cells.lenient(|cells| cells.number(Staff::ManagerNumber));
    let contract = cells.lenient(|cells| cells.mapped(Staff::ContractType).map(Some)).unwrap_or_default();
    Ok(PostRow {
        person,
        assignment: cells.lenient(|cells| cells.number(Staff::Assignment)),
        first_name: cells.lenient(|cells| cells.text(Staff::FirstName)),
        last_name: cells.lenient(|cells| cells.text(Staff::LastName)),
        work_email: cells.lenient(|cells| cells.email(Staff::WorkEmail)),
        unit,
        job_title: cells.lenient(|cells| cells.text(Staff::JobTitle)),
        job_family: cells.lenient(|cells| cells.value(Staff::JobFamily)),
        band: cells.lenient(|cells| cells.value(Staff::Band)),
        line_manager: manager_number.map(|number| (manager_employer, number)),
        wte: cells.lenient(|cells| wte(cells)),
        contract_type: cells.words.value(contract),
        bank: vocabulary::is_bank(contract),
        validity,
    })
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

/// A row of links.csv: two numbers of one person.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct LinkRow {
    pub(in crate::import) person: PersonKey,
    pub(in crate::import) same_as: PersonKey,
}

pub(super) fn link(cells: &mut Cells<'_>) -> Result<LinkRow, Fault> {
    let person = cells.person(Link::Employer, Link::Number)?;
    let same_as = cells.person(Link::SameAsEmployer, Link::SameAsNumber)?;
    if person == same_as {
        return Err(cells.fault(Link::SameAsNumber, "A number cannot be linked to itself"));
    }
    Ok(LinkRow { person, same_as })
}

pub(super) fn about_link(cells: &mut Cells<'_>) -> Option<PersonKey> {
    cells.person(Link::Employer, Link::Number).ok()
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
