//! The changes that an import makes to the records on file.

use std::collections::HashMap;

use entity::period::{Day, Validity};

use super::record::{
    Allocation, AllocationTerms, Appointment, Approval, Completion, Exemption, Link, Owned, Placement, Policy, Post,
    RowsNotRead, StaffList, Unavailability,
};
use super::reference::{CourseIx, PersonIx, UnitIx};

/// The changes to one table.
#[derive(Debug)]
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

    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}

/// Everything that an import writes. New units, people and courses are given by position.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) new_units: Vec<UnitIx>,
    pub(super) changed_units: Vec<UnitIx>,
    pub(super) new_people: Vec<PersonIx>,
    pub(super) changed_people: Vec<PersonIx>,
    pub(super) new_courses: Vec<CourseIx>,
    pub(super) changed_courses: Vec<CourseIx>,
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
    pub(super) unavailability: Writes<Unavailability>,
    pub(super) appointments: Writes<Appointment>,
    pub(super) policies: Writes<Policy>,
    pub(super) exemptions: Writes<Exemption>,
}

impl Plan {
    /// Whether nothing would be written.
    pub(super) fn is_empty(&self) -> bool {
        self.new_units.is_empty()
            && self.changed_units.is_empty()
            && self.new_people.is_empty()
            && self.changed_people.is_empty()
            && self.new_courses.is_empty()
            && self.changed_courses.is_empty()
            && self.posts.is_empty()
            && self.completions.is_empty()
            && self.placements.is_empty()
            && self.links.is_empty()
            && self.staff_lists.is_empty()
            && self.rows_not_read.is_empty()
            && self.allocations.is_empty()
            && self.line_approvals.is_empty()
            && self.senior_approvals.is_empty()
            && self.sign_offs.is_empty()
            && self.pauses.is_empty()
            && self.allocation_terms.is_empty()
            && self.unavailability.is_empty()
            && self.appointments.is_empty()
            && self.policies.is_empty()
            && self.exemptions.is_empty()
    }
}
