//! units.csv and staff.csv.

use entity::period::Validity;

use super::super::cell;
use super::super::findings::Fault;
use super::super::layout::{StaffColumn as Staff, UnitColumn as Unit};
use super::super::vocabulary;
use super::super::words::Text;
use super::{Cells, PersonKey, Spared};

/// A row of units.csv.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct UnitRow {
    pub(in super::super) code: Text,
    pub(in super::super) name: Text,
    pub(in super::super) parent: Option<Text>,
    pub(in super::super) level: Option<Text>,
    pub(in super::super) site: Option<Text>,
    pub(in super::super) cover_group: Option<Text>,
    pub(in super::super) validity: Validity,
}

/// A row of staff.csv.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct PostRow {
    pub(in super::super) person: PersonKey,
    pub(in super::super) first_name: Option<Text>,
    pub(in super::super) last_name: Option<Text>,
    pub(in super::super) work_email: Option<Text>,
    pub(in super::super) assignment: Option<Text>,
    pub(in super::super) unit: Text,
    pub(in super::super) job_title: Option<Text>,
    pub(in super::super) job_family: Option<Text>,
    pub(in super::super) band: Option<Text>,
    pub(in super::super) line_manager: Option<PersonKey>,
    /// Hundredths; absent where the cell is blank.
    pub(in super::super) wte: Option<i32>,
    pub(in super::super) contract_type: Option<Text>,
    pub(in super::super) bank: bool,
    pub(in super::super) validity: Validity,
}

pub(super) fn unit(cells: &mut Cells<'_>) -> Result<UnitRow, Fault> {
    Ok(UnitRow {
        code: cells.required_key(Unit::Code)?,
        name: cells.required_text(Unit::Name)?,
        parent: cells.key(Unit::Parent)?,
        level: cells.text(Unit::Level)?,
        site: cells.text(Unit::Site)?,
        cover_group: cells.text(Unit::CoverGroup)?,
        validity: cells.validity(Unit::OpenFrom, Unit::ClosedOn)?,
    })
}

pub(super) fn spared_unit(cells: &mut Cells<'_>) -> Option<Spared> {
    cells.required_key(Unit::Code).ok().map(Spared::Unit)
}

pub(super) fn post(cells: &mut Cells<'_>) -> Result<PostRow, Fault> {
    let person = cells.person(Staff::Employer, Staff::Number)?;
    let manager_employer = cells.key(Staff::ManagerEmployer)?.unwrap_or(person.0);
    let manager_number = cells.number(Staff::ManagerNumber)?;
    let contract = cells.mapped(Staff::ContractType)?;
    Ok(PostRow {
        person,
        assignment: cells.number(Staff::Assignment)?,
        first_name: cells.text(Staff::FirstName)?,
        last_name: cells.text(Staff::LastName)?,
        work_email: cells.text(Staff::WorkEmail)?,
        unit: cells.required_key(Staff::Unit)?,
        job_title: cells.text(Staff::JobTitle)?,
        job_family: cells.text(Staff::JobFamily)?,
        band: cells.text(Staff::Band)?,
        line_manager: manager_number.map(|number| (manager_employer, number)),
        wte: wte(cells)?,
        contract_type: cells.words.filled(contract),
        bank: vocabulary::is_bank(contract),
        validity: cells.validity(Staff::StartDate, Staff::EndDate)?,
    })
}

pub(super) fn spared_post(cells: &mut Cells<'_>) -> Option<Spared> {
    match cells.person(Staff::Employer, Staff::Number) {
        Ok(person) => Some(Spared::Post(person, cells.number(Staff::Assignment).ok().flatten())),
        Err(_) => cells.required_key(Staff::Employer).ok().map(Spared::Employer),
    }
}

pub(super) fn about_post(cells: &mut Cells<'_>) -> Option<PersonKey> {
    cells.person(Staff::Employer, Staff::Number).ok()
}

/// Whole-time equivalent in hundredths, half up. More than 1.5 is hours a week or a slip of the keyboard; `0,8` can only mean
/// 0.8, because nothing that passes is large enough to need a comma between thousands.
fn wte(cells: &Cells<'_>) -> Result<Option<i32>, Fault> {
    let raw = cell::key(cells.sound(Staff::Wte)?);
    if raw.is_empty() {
        return Ok(None);
    }
    match cell::millionths(raw) {
        Some(wte) if wte <= 1_500_000 => Ok(Some(cell::rounded(wte, 10_000))),
        _ => Err(cells.fault(Staff::Wte, "WTE is a number from 0 to 1.5, where 1 is full time; it is not hours")),
    }
}
