//! The changes that an import makes to the records on file.

use std::collections::HashMap;

use entity::period::{Day, Validity};

use super::record::{
    Allocation, AllocationTerms, Appointment, Approval, Completion, Exemption, FileDifference, KeptRole, KeptSince,
    Link, Owned, Placement, Policy, Post, RowsNotRead, StaffList, Unavailability,
};
use super::reference::{CourseIx, PersonIx, UnitIx};

/// The changes to one table.
#[derive(Debug, PartialEq)]
pub(super) struct Writes<T> {
    pub(super) added: Vec<T>,
    /// By id.
    pub(super) changed: Vec<(i64, T)>,
    /// By id.
    pub(super) removed: Vec<i64>,
}

impl<T> Default for Writes<T> {
    fn default() -> Self {
        Self { added: Vec::new(), changed: Vec::new(), removed: Vec::new() }
    }
}

impl<T> Writes<T> {
    /// Plans the changes that turn the rows `on_file` into `wanted`. A wanted row with an id replaces the row with that
    /// id.
    pub(super) fn replace(&mut self, on_file: &[(i64, T)], wanted: Vec<(Option<i64>, T)>)
    where
        T: Copy + PartialEq,
    {
        let known: HashMap<i64, T> = wanted.iter().filter_map(|(id, new)| id.map(|id| (id, *new))).collect();
        for (id, old) in on_file {
            match known.get(id) {
                None => self.removed.push(*id),
                Some(new) if new != old => self.changed.push((*id, *new)),
                Some(_) => {}
            }
        }
        self.added.extend(wanted.into_iter().filter(|(id, _)| id.is_none()).map(|(_, new)| new));
    }

    /// Returns the rows `on_file` as they will be, followed by the added rows. Includes rows that will be removed.
    pub(super) fn after<'a>(&'a self, on_file: &'a [(i64, T)]) -> impl Iterator<Item = &'a T> {
        let changed: HashMap<i64, &T> = self.changed.iter().map(|(id, new)| (*id, new)).collect();
        on_file.iter().map(move |(id, old)| changed.get(id).copied().unwrap_or(old)).chain(&self.added)
    }
}

/// Units, people or courses to write, by position in the dataset.
#[derive(Debug, PartialEq)]
pub(super) struct Positions<T> {
    pub(super) new: Vec<T>,
    pub(super) changed: Vec<T>,
}

impl<T> Default for Positions<T> {
    fn default() -> Self {
        Self { new: Vec::new(), changed: Vec::new() }
    }
}

/// Everything that an import writes.
#[derive(Default, PartialEq)]
pub(super) struct Plan {
    pub(super) units: Positions<UnitIx>,
    pub(super) people: Positions<PersonIx>,
    pub(super) courses: Positions<CourseIx>,
    pub(super) posts: Writes<Post>,
    pub(super) completions: Writes<Completion>,
    pub(super) placements: Writes<Placement>,
    pub(super) links: Writes<Link>,
    pub(super) staff_lists: Writes<StaffList>,
    pub(super) rows_not_read: Writes<RowsNotRead>,
    pub(super) allocations: Writes<Allocation>,
    pub(super) line_approvals: Writes<Owned<Approval>>,
    pub(super) senior_approvals: Writes<Owned<Approval>>,
    pub(super) sign_offs: Writes<Owned<Day>>,
    pub(super) pauses: Writes<Owned<Validity>>,
    pub(super) allocation_terms: Writes<Owned<(Option<Day>, AllocationTerms)>>,
    /// Roles that go back to the file are removed.
    pub(super) kept_roles: Writes<KeptRole>,
    pub(super) file_differences: Writes<FileDifference>,
    /// Appointments, policies and exemptions that go back to the file are removed.
    pub(super) kept_facts: Writes<KeptSince>,
    pub(super) unavailability: Writes<Unavailability>,
    pub(super) appointments: Writes<Appointment>,
    pub(super) policies: Writes<Policy>,
    pub(super) exemptions: Writes<Exemption>,
}

impl Plan {
    /// Whether nothing would be written.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
