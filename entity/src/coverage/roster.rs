//! The facts that coverage is computed from, as plain data: no names, no addresses, no employee numbers.
//!
//! Units and people are identified by their index in the roster's own lists. Texts that are only compared (site, band,
//! job family, employer, cover group) are stored once each in an [`Interner`] and identified by a [`Symbol`].

mod disputed;
mod network;
mod register;

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

pub use self::disputed::Disputed;
pub use self::network::{Allocation, AllocationTerms, Appointment, Approval, Exemption, FiledPolicy, NetworkRole};
pub use self::register::{Agreement, Delegation, FiledRegisterTerms, Framework, PersonAssessment, Signature};
use crate::id::{PersonId, UnitId};
use crate::interner::{Interner, Symbol};
use crate::period::{Day, Validity};

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
    /// Day of the first Level 1 completion, when the organisation was read; see
    /// [`Index::level1_on`](super::Index::level1_on).
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The training of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Training {
    /// Day of the first Level 1 completion.
    pub level1_on: Option<Day>,
    /// Passes beyond Level 1, by day.
    pub passes: Vec<Pass>,
}

/// A period of absence.
#[derive(Clone, Copy, Debug)]
pub struct Away {
    /// The absent person.
    pub person: PersonIx,
    /// The days of absence.
    pub validity: Validity,
}

/// A reorganisation: the posts of one unit moved to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Succession {
    /// The unit before.
    pub from: UnitIx,
    /// The unit since.
    pub to: UnitIx,
}

/// What comes from files and seldom changes: the units, and the people who work in them.
#[derive(Clone, Debug, Default)]
pub struct Organisation {
    /// The units. A unit's parent may come before or after it; there is no cycle on any day.
    pub units: Vec<Unit>,
    /// All people.
    pub people: Vec<Person>,
    /// All posts, counting or not.
    pub posts: Vec<Post>,
    /// All passes beyond Level 1, when the organisation was read.
    pub passes: Vec<Pass>,
    /// All absences.
    pub away: Vec<Away>,
    /// All applied staff lists. For one employer and one as-at day, only the last that was applied.
    pub staff_lists: Vec<StaffList>,
    /// All reorganisations in which the roles of a unit were carried over to another. Time in post is carried over too.
    pub successions: Vec<Succession>,
    /// All versions of the agreement, those to come too. They concern everyone, so a new one is read like a file.
    pub agreements: Vec<Agreement>,
    /// All versions of the competence framework, in the same way.
    pub frameworks: Vec<Framework>,
    /// The texts that the other lists refer to.
    pub words: Interner,
}

/// Every fact on file, for all days: the organisation, and what the network decides. Versions of the facts share the
/// organisation, so that a command costs what it changes.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    /// What comes from files. Its lists can be read as if they were the roster's own.
    pub organisation: Arc<Organisation>,
    /// All Peer Supporter allocations, by id.
    pub allocations: Vec<Arc<Allocation>>,
    /// All Wellbeing Champions.
    pub champions: Vec<NetworkRole>,
    /// All Trainers.
    pub trainers: Vec<NetworkRole>,
    /// All policies.
    pub policies: Vec<FiledPolicy>,
    /// All exemptions.
    pub exemptions: Vec<Exemption>,
    /// All appointments.
    pub appointments: Vec<Appointment>,
    /// All delegations of line managers without an appointment, and all acting line managers.
    pub delegations: Vec<Delegation>,
    /// The numbers of the register, of the policies that set any.
    pub register_terms: Vec<FiledRegisterTerms>,
    /// All signatures of the agreement.
    pub signatures: Vec<Signature>,
    /// All assessments of people at the level of Peer Supporters.
    pub assessments: Vec<PersonAssessment>,
    /// The training of people whose training has changed since the organisation was read.
    pub retrained: HashMap<PersonIx, Arc<Training>>,
}

impl Deref for Roster {
    type Target = Organisation;

    fn deref(&self) -> &Organisation {
        &self.organisation
    }
}

/// Changes a copy of the organisation if other versions share it.
impl DerefMut for Roster {
    fn deref_mut(&mut self) -> &mut Organisation {
        Arc::make_mut(&mut self.organisation)
    }
}
