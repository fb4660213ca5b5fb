//! Units, people, links and staff lists.

use entity::interner::Symbol;
use entity::period::{Day, Validity};

use super::super::reference::{PersonKey, References, Resolved, UnitIx};

/// A unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Unit {
    pub(in crate::import) code: Symbol,
    pub(in crate::import) name: Symbol,
    pub(in crate::import) level: Option<Symbol>,
    pub(in crate::import) site: Option<Symbol>,
    pub(in crate::import) cover_group: Option<Symbol>,
    pub(in crate::import) validity: Validity,
}

/// The parent of a unit from a day on. The first placement of a unit has no start date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Placement {
    pub(in crate::import) unit: UnitIx,
    pub(in crate::import) from: Option<Day>,
    pub(in crate::import) parent: Option<UnitIx>,
}

/// A person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Person {
    pub(in crate::import) key: PersonKey,
    pub(in crate::import) details: PersonDetails,
}

/// The name and the address of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::import) struct PersonDetails {
    pub(in crate::import) first_name: Option<Symbol>,
    pub(in crate::import) last_name: Option<Symbol>,
    pub(in crate::import) work_email: Option<Symbol>,
}

/// A post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Post<R: References = Resolved> {
    pub(in crate::import) person: R::Person,
    pub(in crate::import) unit: R::Unit,
    pub(in crate::import) assignment: Option<Symbol>,
    pub(in crate::import) job_title: Option<Symbol>,
    pub(in crate::import) job_family: Option<Symbol>,
    pub(in crate::import) band: Option<Symbol>,
    pub(in crate::import) line_manager: Option<R::Person>,
    /// In hundredths.
    pub(in crate::import) wte: i32,
    pub(in crate::import) contract_type: Option<Symbol>,
    pub(in crate::import) bank: bool,
    pub(in crate::import) validity: Validity,
}

/// Two numbers of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Link<R: References = Resolved> {
    pub(in crate::import) person: R::Person,
    pub(in crate::import) same_as: R::Person,
}

/// A staff list of one employer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct StaffList {
    pub(in crate::import) employer: Symbol,
    pub(in crate::import) as_at: Day,
}

/// A staff list that rejected rows belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) enum StaffListRef {
    /// One on file, by id.
    OnFile(i64),
    /// One that the import adds, by position in the plan.
    New(usize),
}

/// Rejected rows of a staff list that name a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct RowsNotRead {
    pub(in crate::import) list: StaffListRef,
    pub(in crate::import) unit: UnitIx,
    pub(in crate::import) rows: i32,
}
