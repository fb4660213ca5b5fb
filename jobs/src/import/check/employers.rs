//! Which employers a staff list is the full list of, and which are ended on purpose.

use entity::interner::Symbol;
use std::collections::{BTreeSet, HashSet};

use super::super::board::Board;
use super::super::findings::Findings;

/// Employers of a staff list. All spellings of one are equal already.
#[derive(Default)]
pub(super) struct Employers {
    /// A row of staff.csv names them, rejected or not.
    listed: HashSet<Symbol>,
    /// Their posts end because the import says so.
    ending: HashSet<Symbol>,
}

impl Employers {
    /// A row of staff.csv names this employer.
    pub(super) fn list(&mut self, employer: Symbol) {
        self.listed.insert(employer);
    }

    /// The employers that the staff list names.
    pub(super) const fn listed(&self) -> &HashSet<Symbol> {
        &self.listed
    }

    /// What staff.csv says of the posts of this employer that it does not name.
    pub(super) fn place(&self, employer: Symbol) -> Place {
        match (self.ending.contains(&employer), self.listed.contains(&employer)) {
            (true, _) => Place::Ending,
            (false, true) => Place::Listed,
            (false, false) => Place::Absent,
        }
    }

    /// Takes over the employers that end on purpose. Refuses one that is not on file, and one that the staff list names.
    pub(super) fn end(&mut self, names: &[String], board: &mut Board, findings: &mut Findings) {
        if names.is_empty() {
            return;
        }
        let known: HashSet<Symbol> =
            board.people.list[..board.people.on_file.len()].iter().map(|person| person.key.0).collect();
        for name in names {
            let Some(key) = board.words.key(name).filter(|key| known.contains(key)) else {
                let on_file: BTreeSet<_> = known.iter().map(|employer| board.words.get(*employer)).collect();
                let on_file = on_file.into_iter().take(5).collect::<Vec<_>>().join(", ");
                findings.refusals.push(format!(
                    "The employer '{name}' is not on file. --ends-employer takes an employer as written in staff.csv, \
                     such as {on_file}."
                ));
                continue;
            };
            if self.listed.contains(&key) {
                findings.refusals.push(format!(
                    "staff.csv has rows for the employer '{name}', but --ends-employer ends it. Remove these rows, or \
                     leave out --ends-employer."
                ));
            } else {
                self.ending.insert(key);
            }
        }
    }
}

/// What a staff list is to an employer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The full list of its posts: what it does not name has ended.
    Listed,
    /// It does not occur: its posts are left alone.
    Absent,
    /// All its posts end on purpose.
    Ending,
}
