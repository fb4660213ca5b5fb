//! Which employers a staff list covers in full, and which ones the import ends.

use entity::interner::Symbol;
use std::collections::{BTreeSet, HashSet};

use super::super::dataset::Dataset;
use super::super::findings::Findings;

/// Employers of a staff list. Different spellings of one employer are already equal.
#[derive(Default)]
pub(super) struct Employers {
    /// Named in a row of staff.csv, rejected or not.
    listed: HashSet<Symbol>,
    /// Ended with `--ends-employer`.
    ending: HashSet<Symbol>,
}

impl Employers {
    /// Records that a row of staff.csv names this employer.
    pub(super) fn mark_listed(&mut self, employer: Symbol) {
        self.listed.insert(employer);
    }

    /// Returns the employers that the staff list names.
    pub(super) const fn listed(&self) -> &HashSet<Symbol> {
        &self.listed
    }

    /// Returns what happens to posts of this employer that staff.csv does not name.
    pub(super) fn listing_of(&self, employer: Symbol) -> EmployerListing {
        match (self.ending.contains(&employer), self.listed.contains(&employer)) {
            (true, _) => EmployerListing::Ending,
            (false, true) => EmployerListing::Listed,
            (false, false) => EmployerListing::Absent,
        }
    }

    /// Records the employers to end. Refuses an employer that is not on file or that the staff list names.
    pub(super) fn mark_ending(&mut self, names: &[String], dataset: &mut Dataset, findings: &mut Findings) {
        if names.is_empty() {
            return;
        }
        let known: HashSet<Symbol> =
            dataset.people.list[..dataset.people.on_file.len()].iter().map(|person| person.key.0).collect();
        for name in names {
            let Some(key) = dataset.words.key(name).filter(|key| known.contains(key)) else {
                let on_file: BTreeSet<_> = known.iter().map(|employer| dataset.words.get(*employer)).collect();
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

/// How a staff list relates to an employer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EmployerListing {
    /// The list is complete for it: posts that are not listed have ended.
    Listed,
    /// The list does not name it: its posts stay unchanged.
    Absent,
    /// All its posts end with `--ends-employer`.
    Ending,
}
