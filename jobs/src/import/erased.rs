//! People who were erased, in files that go on listing them.
//!
//! Between reading the files and comparing them with what is on file, their numbers become the pseudonyms under which they are
//! on file, and their names and addresses are dropped. From there on nothing needs to know: the same person is found, their
//! posts are updated, and nothing that was erased is there to be written.

use entity::interner::{Interner, Symbol};
use std::collections::HashMap;

use entity::store::erasure::{ERASED_TEXT, Erased};

use super::parse::{Files, Line, PersonKey, Spared};

/// Takes everything that was erased out of `files`.
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
        for Line { line: _, row } in &mut file.rows {
            if hiding.person(&mut row.person) {
                (row.first_name, row.last_name, row.work_email) = (None, None, None);
                hiding.assignment(row.person, &mut row.assignment);
            }
            hiding.other(&mut row.line_manager);
        }
        for spared in &mut file.spared {
            match spared {
                Spared::Unit(_) | Spared::Post { person: None, .. } => {}
                Spared::Post { person: Some(person), assignment, .. } => {
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
        hiding.person(&mut line.row.person);
        for approval in [&mut line.row.line, &mut line.row.senior].into_iter().flatten() {
            hiding.other(&mut approval.by);
        }
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
    /// Each number is hashed once.
    known: HashMap<PersonKey, Option<Symbol>>,
}

impl Hiding<'_> {
    /// Whether they were erased; their number is the pseudonym then.
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
