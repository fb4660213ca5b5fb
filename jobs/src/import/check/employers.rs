//! Which employers a staff list is the full list of, and which are ended on purpose.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::super::board::Board;
use super::super::findings::Findings;
use super::super::layout::header_key;
use super::super::words::{Text, Words};

/// Employers as they are compared: without case and repeated spaces.
#[derive(Default)]
pub(super) struct Employers {
    /// Each spelling is folded once.
    folded: HashMap<Text, Text>,
    /// A row of staff.csv names them, rejected or not.
    listed: HashSet<Text>,
    /// Their posts end because the import says so.
    ending: HashSet<Text>,
}

impl Employers {
    /// The employer as it is compared.
    pub(super) fn key(&mut self, employer: Text, words: &mut Words) -> Text {
        *self.folded.entry(employer).or_insert_with(|| {
            let folded = header_key(words.get(employer));
            words.text(&folded)
        })
    }

    /// A row of staff.csv names this employer.
    pub(super) fn list(&mut self, employer: Text, words: &mut Words) {
        let key = self.key(employer, words);
        self.listed.insert(key);
    }

    /// What staff.csv says of the posts of this employer that it does not name.
    pub(super) fn place(&mut self, employer: Text, words: &mut Words) -> Place {
        let key = self.key(employer, words);
        match (self.ending.contains(&key), self.listed.contains(&key)) {
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
        let mut known: HashMap<Text, Text> = HashMap::new();
        for person in 0..board.people.on_file.len() {
            let employer = board.people.list[person].key.0;
            known.insert(self.key(employer, &mut board.words), employer);
        }
        for name in names {
            let key = board.words.text(&header_key(name));
            if !known.contains_key(&key) {
                let on_file: BTreeSet<_> = known.values().map(|employer| board.words.get(*employer)).collect();
                let on_file = on_file.into_iter().take(5).collect::<Vec<_>>().join(", ");
                findings.refusals.push(format!(
                    "No one of the employer '{name}' is on file. --ends-employer takes an employer as staff.csv writes it, such as \
                     {on_file}."
                ));
            } else if self.listed.contains(&key) {
                findings.refusals.push(format!(
                    "staff.csv has rows of the employer '{name}', and --ends-employer says that it ends. Remove these rows, or \
                     leave --ends-employer out."
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
