//! The data in memory while an import is checked: the records on file, and those that the files add to them. Texts are
//! numbers of [`Interner`], and units, people and courses are positions in lists, so that a row takes a few dozen bytes
//! and comparisons are cheap.

use std::collections::HashMap;

use entity::id::{AllocationId, CourseId, PersonId, UnitId};
use entity::interner::{Interner, Symbol};
use entity::period::Day;
use entity::value::ApproverCapacity;

use super::record::{
    Allocation, AllocationFacts, Appointment, CompletionKey, Course, Exemption, FileDifference, KeptRole, KeptSince,
    Link, Person, PersonDetails, Placement, Policy, Post, RowsNotRead, StaffList, Unavailability, Unit,
};
use super::reference::{CourseIx, PersonIx, PersonKey, UnitIx};

/// The units; those on file come first.
#[derive(Default)]
pub(super) struct Units {
    pub(super) list: Vec<Unit>,
    /// Ids of those on file, ascending.
    pub(super) on_file: Vec<UnitId>,
    by_code: HashMap<Symbol, UnitIx>,
}

impl Units {
    pub(super) fn find(&self, code: Symbol) -> Option<UnitIx> {
        self.by_code.get(&code).copied()
    }

    pub(super) fn with_id(&self, id: UnitId) -> Option<UnitIx> {
        self.on_file.binary_search(&id).ok().map(UnitIx::new)
    }

    pub(super) fn push(&mut self, unit: Unit) -> UnitIx {
        let place = UnitIx::new(self.list.len());
        self.by_code.insert(unit.code, place);
        self.list.push(unit);
        place
    }
}

/// The people; those on file come first.
#[derive(Default)]
pub(super) struct People {
    pub(super) list: Vec<Person>,
    /// Ids of those on file, ascending.
    pub(super) on_file: Vec<PersonId>,
    by_key: HashMap<PersonKey, PersonIx>,
    pub(super) state: Vec<PersonState>,
}

/// What an import does to a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PersonState {
    /// An accepted row has described them.
    pub(super) described: bool,
    /// An accepted row refers to them; they are written if they are new.
    pub(super) wanted: bool,
    /// They are on file and the files change their details.
    pub(super) changed: bool,
}

impl People {
    pub(super) fn with_id(&self, id: PersonId) -> Option<PersonIx> {
        self.on_file.binary_search(&id).ok().map(PersonIx::new)
    }

    pub(super) fn find(&self, key: PersonKey) -> Option<PersonIx> {
        self.by_key.get(&key).copied()
    }

    /// Finds a person by key, or adds them.
    pub(super) fn find_or_add(&mut self, key: PersonKey) -> PersonIx {
        if let Some(known) = self.find(key) {
            return known;
        }
        self.push(Person { key, details: PersonDetails::default() })
    }

    pub(super) fn push(&mut self, person: Person) -> PersonIx {
        let place = PersonIx::new(self.list.len());
        self.by_key.insert(person.key, place);
        self.list.push(person);
        self.state.push(PersonState::default());
        place
    }
}

/// The courses; those on file come first.
#[derive(Default)]
pub(super) struct Courses {
    pub(super) list: Vec<Course>,
    /// Ids of those on file, ascending.
    pub(super) on_file: Vec<CourseId>,
    by_key: HashMap<Symbol, CourseIx>,
}

impl Courses {
    pub(super) fn find(&self, key: Symbol) -> Option<CourseIx> {
        self.by_key.get(&key).copied()
    }

    pub(super) fn with_id(&self, id: CourseId) -> Option<CourseIx> {
        self.on_file.binary_search(&id).ok().map(CourseIx::new)
    }

    pub(super) fn push(&mut self, course: Course) -> CourseIx {
        let place = CourseIx::new(self.list.len());
        self.by_key.insert(course.key, place);
        self.list.push(course);
        place
    }
}

/// All records that the files of an import can affect, with ids. Tables that no file needs are left empty.
#[derive(Default)]
pub(super) struct Dataset {
    pub(super) words: Interner,
    pub(super) units: Units,
    pub(super) people: People,
    pub(super) courses: Courses,
    pub(super) posts: Vec<(i64, Post)>,
    pub(super) placements: Vec<(i64, Placement)>,
    pub(super) links: Vec<(i64, Link)>,
    pub(super) staff_lists: Vec<(i64, StaffList)>,
    pub(super) rows_not_read: Vec<(i64, RowsNotRead)>,
    /// By key: the id, and the first day on which the pass is no longer valid.
    pub(super) completions: HashMap<CompletionKey, (i64, Option<Day>)>,
    pub(super) allocations: Vec<(i64, Allocation)>,
    /// By the id of the allocation.
    pub(super) allocation_facts: HashMap<i64, AllocationFacts>,
    /// The days on which approvals of an allocation were withdrawn, in no order.
    pub(super) withdrawals: HashMap<(AllocationId, ApproverCapacity), Vec<Day>>,
    pub(super) kept_roles: Vec<(i64, KeptRole)>,
    pub(super) kept_facts: Vec<(i64, KeptSince)>,
    /// Open and settled.
    pub(super) file_differences: Vec<(i64, FileDifference)>,
    pub(super) unavailability: Vec<(i64, Unavailability)>,
    pub(super) appointments: Vec<(i64, Appointment)>,
    pub(super) policies: Vec<(i64, Policy)>,
    pub(super) exemptions: Vec<(i64, Exemption)>,
}
