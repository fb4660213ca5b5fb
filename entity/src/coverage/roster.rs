//! The facts that coverage is computed from, as plain data: no names, no addresses, no employee numbers.
//!
//! Units and people are named by their place in the roster's own lists; texts that are only compared (site, band, job family,
//! employer, cover group) are kept once each in [`Words`] and named by a [`Word`].

use std::collections::HashMap;
use std::num::NonZeroU32;

use super::policy::Policy;
use crate::id::{AllocationId, PersonId, UnitId};
use crate::period::{Day, Validity};

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

/// A text kept in [`Words`]; two are equal exactly when their texts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(NonZeroU32);

/// Texts, each kept once.
#[derive(Clone, Debug, Default)]
pub struct Words {
    texts: Vec<String>,
    places: HashMap<String, Word>,
}

impl Words {
    /// The word for `text` without its edge spaces; a blank is no word.
    ///
    /// # Panics
    ///
    /// With more than four thousand million different texts.
    pub fn word(&mut self, text: &str) -> Option<Word> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if let Some(word) = self.places.get(text) {
            return Some(*word);
        }
        self.texts.push(text.to_owned());
        let place =
            u32::try_from(self.texts.len()).ok().and_then(NonZeroU32::new).expect("fewer texts than u32 counts");
        self.places.insert(text.to_owned(), Word(place));
        Some(Word(place))
    }

    /// The text of a word.
    #[must_use]
    pub fn text(&self, word: Word) -> &str {
        &self.texts[word.0.get() as usize - 1]
    }
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
    /// The unit above; the root alone has none.
    pub parent: Option<UnitIx>,
    /// Where it is.
    pub site: Option<Word>,
    /// Teams with the same word are assessed together.
    pub cover_group: Option<Word>,
    /// When it is open.
    pub validity: Validity,
}

/// One human being.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id in the tables.
    pub id: PersonId,
    /// Who employs them.
    pub employer: Option<Word>,
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
    pub job_family: Option<Word>,
    /// Pay band.
    pub band: Option<Word>,
    /// Named line manager.
    pub line_manager: Option<PersonIx>,
}

/// A manager's approval of an allocation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Approval {
    /// The day on which it was decided.
    pub on: Option<Day>,
    /// Who decided.
    pub by: Option<PersonIx>,
}

/// A Peer Supporter's allocation to a unit.
#[derive(Clone, Debug)]
pub struct Allocation {
    /// Its id in the tables.
    pub id: AllocationId,
    /// The supporter.
    pub person: PersonIx,
    /// The team supported, their own or another.
    pub unit: UnitIx,
    /// Thousandths of the person.
    pub share: u32,
    /// Start and end.
    pub validity: Validity,
    /// The line manager's approval.
    pub line: Approval,
    /// The senior manager's approval.
    pub senior: Approval,
    /// Whether protected hours a month are recorded and more than zero.
    pub has_protected_time: bool,
    /// Sign-off against the competence framework.
    pub signed_off_on: Option<Day>,
    /// A pause; it pauses the person's whole role.
    pub pause: Option<Validity>,
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
    pub policy: Policy,
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
    /// The tree. A unit's parent may stand before or after it; there is one root and no cycle.
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
    /// The texts that the rest names.
    pub words: Words,
}
