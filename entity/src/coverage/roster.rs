//! The facts that coverage is computed from, as plain data: no names, no addresses, no employee numbers.
//!
//! Units and people are identified by their index in the roster's own lists. Texts that are only compared (site, band,
//! job family, employer, cover group) are stored once each in an [`Interner`] and identified by a [`Symbol`].

mod register;

use super::policy::PolicyTerms;
use crate::id::{AllocationId, PersonId, UnitId};
use crate::interner::{Interner, Symbol};
use crate::period::{Day, Validity};
use crate::value::AppointmentRole;

pub use register::{Delegation, FiledRegisterTerms};

/// Index of a unit in [`Roster::units`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitIx(pub u32);

/// Index of a person in [`Roster::people`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonIx(pub u32);

impl UnitIx {
    /// Returns the index in [`Roster::units`].
    #[must_use]
    pub const fn at(self) -> usize {
        self.0 as usize
    }
}

impl PersonIx {
    /// Returns the index in [`Roster::people`].
    #[must_use]
    pub const fn at(self) -> usize {
        self.0 as usize
    }
}

/// The parent of a unit from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// First day. `None` for the first placement of a unit, which holds for every day before the second.
    pub from: Option<Day>,
    /// The parent. `None` for the root only.
    pub parent: Option<UnitIx>,
}

/// A node of the organisation's tree.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its id in the tables.
    pub id: UnitId,
    /// The board's code, unique.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its placements in the tree, oldest first. A unit without any is a root.
    pub placements: Vec<Placement>,
    /// The board's name for its level.
    pub level: Option<Symbol>,
    /// The site.
    pub site: Option<Symbol>,
    /// The cover group. Teams of the same group are assessed together.
    pub cover_group: Option<Symbol>,
    /// The days on which it is open.
    pub validity: Validity,
}

impl Unit {
    /// Returns the parent on `day`.
    #[must_use]
    pub fn parent(&self, day: Day) -> Option<UnitIx> {
        let begun = |placement: &&Placement| placement.from.is_none_or(|from| from <= day);
        self.placements.iter().rev().find(begun).and_then(|placement| placement.parent)
    }
}

/// One human being, identified by one employer and number or by several that are linked (COVERAGE.md section 10).
#[derive(Clone, Debug)]
pub struct Person {
    /// The id in the tables; the lowest of several linked ones.
    pub id: PersonId,
    /// The other ids of the same person.
    pub linked: Vec<PersonId>,
    /// Day of the first Level 1 completion.
    pub level1_on: Option<Day>,
}

/// An assignment of a person to a unit.
#[derive(Clone, Debug)]
pub struct Post {
    /// The person in the post.
    pub person: PersonIx,
    /// The unit in which the person works.
    pub unit: UnitIx,
    /// The days on which it is held.
    pub validity: Validity,
    /// Whole-time equivalent (WTE) in hundredths.
    pub wte: i32,
    /// Bank contracts never count.
    pub bank: bool,
    /// Job family.
    pub job_family: Option<Symbol>,
    /// Pay band.
    pub band: Option<Symbol>,
    /// The person's employer in this post.
    pub employer: Option<Symbol>,
    /// The named line manager.
    pub line_manager: Option<PersonIx>,
}

/// A manager's approval of an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The day of the decision.
    pub on: Day,
    /// The approver. An approval without an approver does not count.
    pub by: Option<PersonIx>,
    /// The first day on which it is withdrawn. `None` unless it was.
    pub withdrawn_on: Option<Day>,
}

impl Approval {
    /// Returns the first day without it, under a policy that lets approvals last `months`: it has lapsed by then, or was
    /// withdrawn.
    #[must_use]
    pub fn ends(&self, months: u32) -> Day {
        let lapses = self.on.plus_months(months);
        self.withdrawn_on.map_or(lapses, |withdrawn| withdrawn.min(lapses))
    }
}

/// The terms of an allocation from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllocationTerms {
    /// First day. `None` for the first terms, which hold for every day before the second.
    pub from: Option<Day>,
    /// Whether protected hours per month are recorded and more than zero.
    pub has_protected_time: bool,
    /// Whether cover from outside the team is agreed.
    pub outside_team: bool,
}

/// A Peer Supporter's allocation to a unit.
#[derive(Clone, Debug)]
pub struct Allocation {
    /// Its id in the tables.
    pub id: AllocationId,
    /// The supporter.
    pub person: PersonIx,
    /// The supporter's id under which it was filed, which may be one of several linked ones.
    pub filed_for: PersonId,
    /// The supported team, the supporter's own or another.
    pub unit: UnitIx,
    /// Share of the person in thousandths.
    pub share: u32,
    /// The days on which the role is held.
    pub validity: Validity,
    /// Line managers' approvals, oldest first.
    pub line: Vec<Approval>,
    /// Senior managers' approvals, oldest first.
    pub senior: Vec<Approval>,
    /// Protected time and cover from outside, oldest first.
    pub terms: Vec<AllocationTerms>,
    /// Sign-offs against the competence framework, oldest first.
    pub signed_off: Vec<Day>,
    /// Pauses; each pauses the person's whole role.
    pub pauses: Vec<Validity>,
}

impl Allocation {
    /// Returns the terms on `day`. If none are recorded, there is no protected time and no cover from outside.
    #[must_use]
    pub fn terms_on(&self, day: Day) -> AllocationTerms {
        let begun = |terms: &&AllocationTerms| terms.from.is_none_or(|from| from <= day);
        let none = AllocationTerms { from: None, has_protected_time: false, outside_team: false };
        self.terms.iter().rev().find(begun).copied().unwrap_or(none)
    }
}

/// A dated appointment of a person who is responsible for a unit.
#[derive(Clone, Copy, Debug)]
pub struct Appointment {
    /// The unit.
    pub unit: UnitIx,
    /// The appointed person.
    pub person: PersonIx,
    /// Senior manager or coordinator.
    pub role: AppointmentRole,
    /// The days of the appointment.
    pub validity: Validity,
    /// The deputy and the days on which they stand in, always within the appointment.
    pub delegate: Option<(PersonIx, Validity)>,
}

impl Appointment {
    /// Whether `person` holds the appointment on `day`, as the appointed person or as their delegate.
    #[must_use]
    pub fn is_held_by(&self, person: PersonIx, day: Day) -> bool {
        self.validity.holds_on(day) && (self.person == person || self.has_delegate(person, day))
    }

    /// Whether `person` is the appointed person's delegate on `day`.
    #[must_use]
    pub fn has_delegate(&self, person: PersonIx, day: Day) -> bool {
        self.delegate_on(day) == Some(person)
    }

    /// Returns the appointed person's delegate on `day`.
    #[must_use]
    pub fn delegate_on(&self, day: Day) -> Option<PersonIx> {
        let stands_in = |(_, validity): &(PersonIx, Validity)| self.validity.holds_on(day) && validity.holds_on(day);
        self.delegate.filter(stands_in).map(|(delegate, _)| delegate)
    }
}

/// An applied staff list of one employer.
#[derive(Clone, Debug)]
pub struct StaffList {
    /// The employer.
    pub employer: Option<Symbol>,
    /// Distinguishes employers whose names are one value but two keys, `A & B` and `A and B`: each has lists of its
    /// own.
    pub series: u32,
    /// The day that it describes.
    pub as_at: Day,
    /// Number of rejected rows that named a unit, by unit.
    pub unread: Vec<(UnitIx, u32)>,
}

/// A Wellbeing Champion's or a Trainer's role. It has no share and no pauses.
#[derive(Clone, Debug)]
pub struct NetworkRole {
    /// The person with the role.
    pub person: PersonIx,
    /// The unit that the role is for.
    pub unit: UnitIx,
    /// The days on which the role is held.
    pub validity: Validity,
}

/// The kind of a training pass beyond Level 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// A Level 2 pass.
    Level2,
    /// A Level 2 refresher.
    Refresher,
    /// A Level 3 pass.
    Level3,
    /// A Level 3 refresher.
    Level3Refresher,
}

/// A training pass beyond Level 1.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// The person who passed.
    pub person: PersonIx,
    /// What was passed.
    pub certificate: Certificate,
    /// The day of the pass.
    pub on: Day,
    /// First day on which it is no longer valid, if its record gives one. Otherwise the policy's months apply.
    pub expires: Option<Day>,
}

impl Pass {
    /// Returns the first day on which it is no longer valid, under a policy that lets it last `months`.
    #[must_use]
    pub fn ends(&self, months: u32) -> Day {
        self.expires.unwrap_or_else(|| self.on.plus_months(months))
    }
}

/// A period of absence.
#[derive(Clone, Copy, Debug)]
pub struct Away {
    /// The absent person.
    pub person: PersonIx,
    /// The days of absence.
    pub validity: Validity,
}

/// A policy with the unit that it belongs to.
#[derive(Clone, Debug)]
pub struct FiledPolicy {
    /// The unit; the policy also governs units below it that have none.
    pub unit: UnitIx,
    /// First day in force; a later policy of the unit replaces it.
    pub from: Day,
    /// The terms.
    pub policy: PolicyTerms,
}

/// A dated exemption of one unit.
#[derive(Clone, Copy, Debug)]
pub struct Exemption {
    /// The exempt unit.
    pub unit: UnitIx,
    /// The days on which the unit is exempt.
    pub validity: Validity,
}

/// Every fact on file, for all days.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    /// The units. A unit's parent may come before or after it; there is no cycle on any day.
    pub units: Vec<Unit>,
    /// All people.
    pub people: Vec<Person>,
    /// All posts, counting or not.
    pub posts: Vec<Post>,
    /// All Peer Supporter allocations.
    pub allocations: Vec<Allocation>,
    /// All Wellbeing Champions.
    pub champions: Vec<NetworkRole>,
    /// All Trainers.
    pub trainers: Vec<NetworkRole>,
    /// All passes beyond Level 1.
    pub passes: Vec<Pass>,
    /// All absences.
    pub away: Vec<Away>,
    /// All policies.
    pub policies: Vec<FiledPolicy>,
    /// All exemptions.
    pub exemptions: Vec<Exemption>,
    /// All appointments.
    pub appointments: Vec<Appointment>,
    /// All delegates of line managers without an appointment, and all acting line managers.
    pub delegations: Vec<Delegation>,
    /// The numbers of the register, of the policies that set any.
    pub register_terms: Vec<FiledRegisterTerms>,
    /// All applied staff lists. For one employer and one as-at day, only the last that was applied.
    pub staff_lists: Vec<StaffList>,
    /// The texts that the other lists refer to.
    pub words: Interner,
}
