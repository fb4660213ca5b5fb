//! The facts that coverage is computed from, as plain data: no names, no addresses, no employee numbers.
//!
//! Units and people are named by their place in the roster's own lists; texts that are only compared (site, band, job family,
//! employer, cover group) are kept once each in an [`Interner`] and named by a [`Symbol`].

use super::policy::PolicyTerms;
use crate::id::{AllocationId, PersonId, UnitId};
use crate::interner::{Interner, Symbol};
use crate::period::{Day, Validity};
use crate::value::AppointmentRole;

/// Place of a unit in [`Roster::units`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitIx(pub u32);

/// Place of a person in [`Roster::people`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonIx(pub u32);

impl UnitIx {
    /// As an index of [`Roster::units`].
    #[must_use]
    pub const fn at(self) -> usize {
        self.0 as usize
    }
}

impl PersonIx {
    /// As an index of [`Roster::people`].
    #[must_use]
    pub const fn at(self) -> usize {
        self.0 as usize
    }
}

/// The unit above another from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// First day; the first placement of a unit has none and holds for every day before the second.
    pub from: Option<Day>,
    /// The unit above; the root alone has none.
    pub parent: Option<UnitIx>,
}

/// A node of the organisation's tree.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its id in the tables.
    pub id: UnitId,
    /// The board's code, unique.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Where it stands in the tree, oldest first; a unit without any is a root.
    pub placements: Vec<Placement>,
    /// The board's word for its kind.
    pub level: Option<Symbol>,
    /// Where it is.
    pub site: Option<Symbol>,
    /// Teams with the same word are assessed together.
    pub cover_group: Option<Symbol>,
    /// When it is open.
    pub validity: Validity,
}

impl Unit {
    /// The unit above on `day`.
    #[must_use]
    pub fn parent(&self, day: Day) -> Option<UnitIx> {
        let begun = |placement: &&Placement| placement.from.is_none_or(|from| from <= day);
        self.placements.iter().rev().find(begun).and_then(|placement| placement.parent)
    }
}

/// One human being, known by one employer and number or by several that are linked (COVERAGE.md section 10).
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id in the tables; of several linked ones the lowest.
    pub id: PersonId,
    /// The other ids that are the same person.
    pub linked: Vec<PersonId>,
    /// First Level 1 completion.
    pub level1_on: Option<Day>,
}

/// An assignment of a person to a unit.
#[derive(Clone, Debug)]
pub struct Post {
    /// Who holds it.
    pub person: PersonIx,
    /// Where it is.
    pub unit: UnitIx,
    /// When it is held.
    pub validity: Validity,
    /// Whole-time equivalent in hundredths.
    pub wte: i32,
    /// Bank contracts never count.
    pub bank: bool,
    /// Job family.
    pub job_family: Option<Symbol>,
    /// Pay band.
    pub band: Option<Symbol>,
    /// Who employs the person in it.
    pub employer: Option<Symbol>,
    /// Named line manager.
    pub line_manager: Option<PersonIx>,
}

/// A manager's approval of an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The day on which it was decided.
    pub on: Day,
    /// Who decided; an approval without an approver does not count.
    pub by: Option<PersonIx>,
}

/// What was agreed on an allocation, from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllocationTerms {
    /// First day; the first terms hold for every day before the second.
    pub from: Option<Day>,
    /// Whether protected hours a month are recorded and more than zero.
    pub has_protected_time: bool,
    /// Whether cover from outside the team is meant.
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
    /// The team supported, their own or another.
    pub unit: UnitIx,
    /// Thousandths of the person.
    pub share: u32,
    /// Start and end.
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
    /// What was agreed as of `day`; nothing recorded is no time and no cover from outside.
    #[must_use]
    pub fn terms_on(&self, day: Day) -> AllocationTerms {
        let begun = |terms: &&AllocationTerms| terms.from.is_none_or(|from| from <= day);
        let none = AllocationTerms { from: None, has_protected_time: false, outside_team: false };
        self.terms.iter().rev().find(begun).copied().unwrap_or(none)
    }
}

/// A dated appointment of a person who answers for a unit.
#[derive(Clone, Copy, Debug)]
pub struct Appointment {
    /// The unit.
    pub unit: UnitIx,
    /// Who answers.
    pub person: PersonIx,
    /// Senior manager or coordinator.
    pub role: AppointmentRole,
    /// When.
    pub validity: Validity,
    /// The deputy, and when they stand in; only ever within the appointment.
    pub delegate: Option<(PersonIx, Validity)>,
}

impl Appointment {
    /// Whether `person` holds the appointment on `day`, as the appointed person or as their delegate.
    #[must_use]
    pub fn is_held_by(&self, person: PersonIx, day: Day) -> bool {
        self.validity.holds_on(day) && (self.person == person || self.has_delegate(person, day))
    }

    /// Whether `person` stands in for the appointed person on `day`.
    #[must_use]
    pub fn has_delegate(&self, person: PersonIx, day: Day) -> bool {
        let stands_in = |(delegate, validity): (PersonIx, Validity)| delegate == person && validity.holds_on(day);
        self.validity.holds_on(day) && self.delegate.is_some_and(stands_in)
    }
}

/// An applied staff list of one employer.
#[derive(Clone, Debug)]
pub struct StaffList {
    /// The employer.
    pub employer: Option<Symbol>,
    /// Tells apart employers whose names are one value and two keys, `A & B` and `A and B`: each has lists of its own.
    pub series: u32,
    /// The day that it describes.
    pub as_at: Day,
    /// Rows that named a unit and were rejected, by unit.
    pub unread: Vec<(UnitIx, u32)>,
}

/// A Wellbeing Champion's or a Trainer's role: no share and no pause.
#[derive(Clone, Debug)]
pub struct NetworkRole {
    /// Who has it.
    pub person: PersonIx,
    /// Where.
    pub unit: UnitIx,
    /// When.
    pub validity: Validity,
}

/// What a training pass beyond Level 1 is good for.
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
    /// Who passed.
    pub person: PersonIx,
    /// What.
    pub certificate: Certificate,
    /// When.
    pub on: Day,
    /// First day on which it is no longer good, where its record says so in place of the policy's months.
    pub expires: Option<Day>,
}

impl Pass {
    /// First day on which it is no longer good, under a policy that lets it last `months`.
    #[must_use]
    pub fn ends(&self, months: u32) -> Day {
        self.expires.unwrap_or_else(|| self.on.plus_months(months))
    }
}

/// A spell of days away.
#[derive(Clone, Copy, Debug)]
pub struct Away {
    /// Who is away.
    pub person: PersonIx,
    /// When.
    pub validity: Validity,
}

/// A policy with the unit that it belongs to.
#[derive(Clone, Debug)]
pub struct FiledPolicy {
    /// The unit.
    pub unit: UnitIx,
    /// First day in force.
    pub from: Day,
    /// What it says.
    pub policy: PolicyTerms,
}

/// A dated exemption of one unit.
#[derive(Clone, Copy, Debug)]
pub struct Exemption {
    /// The unit.
    pub unit: UnitIx,
    /// When it is exempt.
    pub validity: Validity,
}

/// Every fact on file, of every day.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    /// The tree. A unit's parent may stand before or after it; on no day is there a cycle.
    pub units: Vec<Unit>,
    /// Everybody.
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
    /// All spells away.
    pub away: Vec<Away>,
    /// All policies.
    pub policies: Vec<FiledPolicy>,
    /// All exemptions.
    pub exemptions: Vec<Exemption>,
    /// All appointments.
    pub appointments: Vec<Appointment>,
    /// All applied staff lists: of one employer and one as-at day the last that was applied.
    pub staff_lists: Vec<StaffList>,
    /// The texts that the rest names.
    pub words: Interner,
}
