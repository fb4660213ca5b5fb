//! Hides erased people in files that still list them.
//!
//! After the files are read and before they are compared, the numbers of erased people are replaced by their pseudonyms
//! on file, and their names and addresses are dropped. No later step needs to know: it finds the same person, updates
//! their posts, and has no erased data to write.

use entity::interner::{Interner, Symbol};
use std::collections::HashMap;

use entity::store::erasure::{ERASED_TEXT, Erased};

use super::parse::{AllocationRow, Files, NumberedRow};
use super::protected_row::ProtectedRow;
use super::record::PersonDetails;
use super::reference::PersonKey;

/// Removes everything that was erased from `files`.
pub(super) fn hide(files: &mut Files, words: &mut Interner, erased: &Erased) {
    if erased.is_empty() {
        return;
    }
    let Files {
        units: _,
        staff,
        courses: _,
        training,
        supporters,
        unavailability,
        managers,
        policies: _,
        exemptions,
        links,
    } = files;
    let mut hiding = Hiding { words, erased, known: HashMap::new() };
    if let Some(file) = staff {
        for NumberedRow { line: _, row } in &mut file.rows {
            if hiding.person(&mut row.post.person) {
                row.details = PersonDetails::default();
                hiding.assignment(row.post.person, &mut row.post.assignment);
            }
            hiding.other(&mut row.post.line_manager);
        }
        for protected in &mut file.protected {
            match protected {
                ProtectedRow::Unit(_) | ProtectedRow::Post { person: None, .. } => {}
                ProtectedRow::Post { person: Some(person), assignment, .. } => {
                    if hiding.person(person) {
                        hiding.assignment(*person, assignment);
                    }
                }
            }
        }
    }
    for line in links.iter_mut().flat_map(|file| &mut file.rows) {
        hiding.person(&mut line.row.person);
        hiding.person(&mut line.row.same_as);
    }
    for line in training.iter_mut().flat_map(|file| &mut file.rows) {
        hiding.person(&mut line.row.person);
    }
    for line in supporters.iter_mut().flat_map(|file| &mut file.rows) {
        let AllocationRow { allocation, undated_line_approver, undated_senior_approver } = &mut line.row;
        hiding.person(&mut allocation.person);
        for approval in [&mut allocation.line, &mut allocation.senior].into_iter().flatten() {
            hiding.other(&mut approval.by);
        }
        hiding.other(undated_line_approver);
        hiding.other(undated_senior_approver);
    }
    for line in unavailability.iter_mut().flat_map(|file| &mut file.rows) {
        hiding.person(&mut line.row.person);
    }
    for line in managers.iter_mut().flat_map(|file| &mut file.rows) {
        hiding.person(&mut line.row.person);
        hiding.other(&mut line.row.delegate);
    }
    for line in exemptions.iter_mut().flat_map(|file| &mut file.rows) {
        if erased.text(hiding.words.get(line.row.reason)) {
            line.row.reason = hiding.words.intern(ERASED_TEXT);
        }
        line.row.agreed_by = line.row.agreed_by.filter(|text| !erased.text(hiding.words.get(*text)));
    }
}

struct Hiding<'a> {
    words: &'a mut Interner,
    erased: &'a Erased,
    /// A cache, so that each number is hashed only once.
    known: HashMap<PersonKey, Option<Symbol>>,
}

impl Hiding<'_> {
    /// Returns whether the person was erased. If so, replaces their number with the pseudonym.
    fn person(&mut self, key: &mut PersonKey) -> bool {
        let (employer, number) = *key;
        let Self { words, erased, known } = self;
        let hidden = *known.entry(*key).or_insert_with(|| {
            let pseudonym = erased.person(words.get(employer), words.get(number))?;
            words.key(&pseudonym)
        });
        if let Some(pseudonym) = hidden {
            *key = (employer, pseudonym);
        }
        hidden.is_some()
    }

    fn other(&mut self, key: &mut Option<PersonKey>) {
        if let Some(key) = key {
            self.person(key);
        }
    }

    fn assignment(&mut self, person: PersonKey, assignment: &mut Option<Symbol>) {
        if let Some(number) = assignment {
            let pseudonym = self.erased.assignment(self.words.get(person.0), self.words.get(*number));
            *number = self.words.key(&pseudonym).unwrap_or(*number);
        }
    }
}
