//! The data in memory while an import is checked: the records on file, and the changes that the files make to them.
//! Texts are numbers of [`Interner`], and units, people and courses are positions in lists, so that a row takes a few
//! dozen bytes and comparisons are cheap.

use std::collections::HashMap;

use entity::coverage::PolicyTerms;
use entity::id::{CourseId, PersonId, UnitId};
use entity::interner::{Interner, Symbol};
use entity::period::{Day, Validity};
use entity::value::{AppointmentRole, Level, Role};

use super::reference::PersonKey;
pub(super) use super::reference::{CourseIx, PersonIx, UnitIx};

/// A unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) code: Symbol,
    pub(super) name: Symbol,
    pub(super) level: Option<Symbol>,
    pub(super) site: Option<Symbol>,
    pub(super) cover_group: Option<Symbol>,
    pub(super) validity: Validity,
}

/// The parent of a unit from a day on. The first placement of a unit has no start date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placement {
    pub(super) unit: UnitIx,
    pub(super) from: Option<Day>,
    pub(super) parent: Option<UnitIx>,
}

/// A person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) key: PersonKey,
    pub(super) first_name: Option<Symbol>,
    pub(super) last_name: Option<Symbol>,
    pub(super) work_email: Option<Symbol>,
}

/// A course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Course {
    pub(super) code: Symbol,
    pub(super) key: Symbol,
    pub(super) title: Option<Symbol>,
    pub(super) level: Level,
    pub(super) platform: Option<Symbol>,
    pub(super) employer_kind: Option<Symbol>,
}

/// A post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Post {
    pub(super) person: PersonIx,
    pub(super) unit: UnitIx,
    pub(super) assignment: Option<Symbol>,
    pub(super) job_title: Option<Symbol>,
    pub(super) job_family: Option<Symbol>,
    pub(super) band: Option<Symbol>,
    pub(super) line_manager: Option<PersonIx>,
    pub(super) wte: i32,
    pub(super) contract_type: Option<Symbol>,
    pub(super) bank: bool,
    pub(super) validity: Validity,
}

/// What identifies a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CompletionKey {
    pub(super) person: PersonIx,
    pub(super) course: CourseIx,
    pub(super) completed_on: Day,
}

/// A pass, with the first day on which it is no longer valid if its record gives one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Completion {
    pub(super) key: CompletionKey,
    pub(super) valid_to: Option<Day>,
}

/// An allocation of a role as one row of a file states it, with the latest of each accumulating fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allocation {
    pub(super) person: PersonIx,
    pub(super) role: Role,
    pub(super) unit: UnitIx,
    pub(super) share: i32,
    pub(super) validity: Validity,
    pub(super) line: Option<Approval>,
    pub(super) senior: Option<Approval>,
    pub(super) signed_off_on: Option<Day>,
    pub(super) pause: Option<Validity>,
    pub(super) terms: AllocationTerms,
}

/// An approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Approval {
    pub(super) on: Day,
    pub(super) by: Option<PersonIx>,
}

/// The agreed terms of an allocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct AllocationTerms {
    /// Hundredths of an hour per month.
    pub(super) protected_hours: Option<i32>,
    pub(super) outside_team: bool,
}

/// The dated facts of an allocation on file, each with its id, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct AllocationFacts {
    pub(super) line: Vec<(i64, Approval)>,
    pub(super) senior: Vec<(i64, Approval)>,
    pub(super) signed_off: Vec<(i64, Day)>,
    pub(super) pauses: Vec<(i64, Validity)>,
    pub(super) terms: Vec<(i64, (Option<Day>, AllocationTerms))>,
}

/// An allocation that a dated fact belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AllocationRef {
    /// One on file, by id.
    OnFile(i64),
    /// One that the import adds, by position in the plan.
    New(usize),
}

/// A dated fact of an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owned<T> {
    pub(super) allocation: AllocationRef,
    pub(super) fact: T,
}

/// Two numbers of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) person: PersonIx,
    pub(super) same_as: PersonIx,
}

/// A staff list of one employer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StaffList {
    pub(super) employer: Symbol,
    pub(super) as_at: Day,
}

/// A staff list that rejected rows belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StaffListRef {
    /// One on file, by id.
    OnFile(i64),
    /// One that the import adds, by position in the plan.
    New(usize),
}

/// Rejected rows of a staff list that name a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowsNotRead {
    pub(super) list: StaffListRef,
    pub(super) unit: UnitIx,
    pub(super) rows: i32,
}

/// A spell of days away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unavailability {
    pub(super) person: PersonIx,
    pub(super) from: Day,
    pub(super) to: Option<Day>,
}

/// An appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Appointment {
    pub(super) unit: UnitIx,
    pub(super) person: PersonIx,
    pub(super) role: AppointmentRole,
    pub(super) validity: Validity,
    pub(super) delegate: Option<PersonIx>,
    pub(super) delegate_validity: Validity,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) unit: UnitIx,
    pub(super) in_force_from: Day,
    pub(super) terms: PolicyTerms,
}

/// An exemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exemption {
    pub(super) unit: UnitIx,
    pub(super) from: Day,
    pub(super) to: Day,
    pub(super) reason: Symbol,
    pub(super) agreed_by: Option<Symbol>,
}

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
        self.push(Person { key, first_name: None, last_name: None, work_email: None })
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
    pub(super) unavailability: Vec<(i64, Unavailability)>,
    pub(super) appointments: Vec<(i64, Appointment)>,
    pub(super) policies: Vec<(i64, Policy)>,
    pub(super) exemptions: Vec<(i64, Exemption)>,
}

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
