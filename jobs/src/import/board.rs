//! The board in memory while an import is checked: what is on file, and what the files make of it. Texts are numbers of
//! [`Words`], and units, people and courses are places in lists, so that one row is a few dozen bytes and comparing is cheap.

use std::collections::HashMap;

use entity::id::{CourseId, PersonId, UnitId};
use entity::period::{Day, Validity};
use entity::value::{AppointmentRole, Level, Role};

use super::parse::PersonKey;
use super::words::{Text, Words};

macro_rules! places {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(super) struct $name(u32);

        impl $name {
            pub(super) fn new(at: usize) -> Self {
                Self(u32::try_from(at).expect("memory ends long before four thousand million rows"))
            }

            pub(super) fn at(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

places! {
    /// A place in [`Units`].
    UnitIx,
    /// A place in [`People`].
    PersonIx,
    /// A place in [`Courses`].
    CourseIx,
}

/// A unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) code: Text,
    pub(super) name: Text,
    pub(super) parent: Option<UnitIx>,
    pub(super) level: Option<Text>,
    pub(super) site: Option<Text>,
    pub(super) cover_group: Option<Text>,
    pub(super) validity: Validity,
}

/// A person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) key: PersonKey,
    pub(super) first_name: Option<Text>,
    pub(super) last_name: Option<Text>,
    pub(super) work_email: Option<Text>,
}

/// A course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Course {
    pub(super) code: Text,
    pub(super) key: Text,
    pub(super) title: Option<Text>,
    pub(super) level: Level,
    pub(super) platform: Option<Text>,
    pub(super) employer_kind: Option<Text>,
}

/// A post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Post {
    pub(super) person: PersonIx,
    pub(super) unit: UnitIx,
    pub(super) assignment: Option<Text>,
    pub(super) job_title: Option<Text>,
    pub(super) job_family: Option<Text>,
    pub(super) band: Option<Text>,
    pub(super) line_manager: Option<PersonIx>,
    pub(super) wte: i32,
    pub(super) contract_type: Option<Text>,
    pub(super) bank: bool,
    pub(super) validity: Validity,
}

/// A pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Completion {
    pub(super) person: PersonIx,
    pub(super) course: CourseIx,
    pub(super) completed_on: Day,
}

/// An allocation of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allocation {
    pub(super) person: PersonIx,
    pub(super) role: Role,
    pub(super) unit: UnitIx,
    pub(super) share: i32,
    pub(super) validity: Validity,
    pub(super) line_approved_on: Option<Day>,
    pub(super) line_approver: Option<PersonIx>,
    pub(super) senior_approved_on: Option<Day>,
    pub(super) senior_approver: Option<PersonIx>,
    pub(super) protected_hours: Option<i32>,
    pub(super) signed_off_on: Option<Day>,
    pub(super) paused: Validity,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) unit: UnitIx,
    pub(super) in_force_from: Day,
    pub(super) staff_per_supporter: i32,
    pub(super) min_supporters: i32,
    pub(super) certificate_months: i32,
    pub(super) approval_months: i32,
    pub(super) away_days: i32,
    pub(super) level1_target: i32,
    pub(super) min_champions: i32,
    pub(super) supporters_per_trainer: i32,
    pub(super) horizon_days: i32,
    pub(super) must_mix: Text,
    pub(super) should_mix: Text,
}

/// An exemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exemption {
    pub(super) unit: UnitIx,
    pub(super) from: Day,
    pub(super) to: Day,
    pub(super) reason: Text,
    pub(super) agreed_by: Option<Text>,
}

/// The units; those on file come first.
#[derive(Default)]
pub(super) struct Units {
    pub(super) list: Vec<Unit>,
    /// Ids of those on file, ascending.
    pub(super) on_file: Vec<UnitId>,
    by_code: HashMap<Text, UnitIx>,
}

impl Units {
    pub(super) fn find(&self, code: Text) -> Option<UnitIx> {
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
    /// A row that was taken has said who they are.
    pub(super) described: bool,
    /// A row that was taken refers to them: they are written if they are new.
    pub(super) wanted: bool,
    /// They are on file, and the files say something else of them.
    pub(super) changed: bool,
}

impl People {
    pub(super) fn with_id(&self, id: PersonId) -> Option<PersonIx> {
        self.on_file.binary_search(&id).ok().map(PersonIx::new)
    }

    pub(super) fn find(&self, key: PersonKey) -> Option<PersonIx> {
        self.by_key.get(&key).copied()
    }

    /// Somebody whom a file names, new or not.
    pub(super) fn name(&mut self, key: PersonKey) -> PersonIx {
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
    by_key: HashMap<Text, CourseIx>,
}

impl Courses {
    pub(super) fn find(&self, key: Text) -> Option<CourseIx> {
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

/// Everything on file that the files of an import can touch, with ids. Tables that no file needs are left empty.
#[derive(Default)]
pub(super) struct Board {
    pub(super) words: Words,
    pub(super) units: Units,
    pub(super) people: People,
    pub(super) courses: Courses,
    pub(super) posts: Vec<(i64, Post)>,
    pub(super) completions: HashMap<Completion, i64>,
    pub(super) allocations: Vec<(i64, Allocation)>,
    pub(super) unavailability: Vec<(i64, Unavailability)>,
    pub(super) appointments: Vec<(i64, Appointment)>,
    pub(super) policies: Vec<(i64, Policy)>,
    pub(super) exemptions: Vec<(i64, Exemption)>,
}

/// What is to be written to one table.
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
    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}

/// What is to be written. New units, people and courses are named by their places.
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
    pub(super) allocations: Writes<Allocation>,
    pub(super) unavailability: Writes<Unavailability>,
    pub(super) appointments: Writes<Appointment>,
    pub(super) policies: Writes<Policy>,
    pub(super) exemptions: Writes<Exemption>,
}

impl Plan {
    /// Whether nothing at all would be written.
    pub(super) fn is_empty(&self) -> bool {
        self.new_units.is_empty()
            && self.changed_units.is_empty()
            && self.new_people.is_empty()
            && self.changed_people.is_empty()
            && self.new_courses.is_empty()
            && self.changed_courses.is_empty()
            && self.posts.is_empty()
            && self.completions.is_empty()
            && self.allocations.is_empty()
            && self.unavailability.is_empty()
            && self.appointments.is_empty()
            && self.policies.is_empty()
            && self.exemptions.is_empty()
    }
}
