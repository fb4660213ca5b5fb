//! Every distinct text of an import, kept once, so that a row is a handful of small numbers and comparing two rows costs nothing.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroU32;

use entity::spelling;

/// One text of [`Words`]. Equal texts are equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Text(NonZeroU32);

/// The texts: one long string, where each ends, and a hash table of their numbers. About forty bytes a distinct text, where
/// a map from `String` would take three times that: it decides whether a nation's staff fits into memory.
#[derive(Default)]
pub(super) struct Words {
    all: String,
    ends: Vec<usize>,
    /// Open addressing; 0 is an empty slot.
    slots: Vec<u32>,
    hasher: RandomState,
    /// How a key or value is spelled, if that is not the form in which it is compared.
    spelled: HashMap<Text, Box<str>>,
}

/// Stands before the compared form of a key, and of a value. No cell holds such a character.
const KEY: char = '\u{1}';
const VALUE: char = '\u{2}';

impl Words {
    /// The number of `text`, which is kept if it is new.
    pub(super) fn text(&mut self, text: &str) -> Text {
        if (self.ends.len() + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let slot = self.slot(text);
        if let Some(known) = NonZeroU32::new(self.slots[slot]) {
            return Text(known);
        }
        self.all.push_str(text);
        self.ends.push(self.all.len());
        let number = u32::try_from(self.ends.len()).ok().and_then(NonZeroU32::new);
        let number = number.expect("memory ends long before four thousand million texts");
        self.slots[slot] = number.get();
        Text(number)
    }

    /// As [`Self::text`]; nothing for an empty text.
    pub(super) fn filled(&mut self, text: &str) -> Option<Text> {
        (!text.is_empty()).then(|| self.text(text))
    }

    /// The number of a key, such as an employee number: equal for all its spellings. Absent for a blank.
    pub(super) fn key(&mut self, text: &str) -> Option<Text> {
        self.folded(KEY, &spelling::key(text), text, false)
    }

    /// As [`Self::key`], of a key on file: its spelling is the one that stays.
    pub(super) fn key_on_file(&mut self, text: &str) -> Option<Text> {
        self.folded(KEY, &spelling::key(text), text, true)
    }

    /// The number of a word that is compared as a value, such as a job family: equal for all its spellings. Absent for a blank.
    pub(super) fn value(&mut self, text: &str) -> Option<Text> {
        self.folded(VALUE, &spelling::value(text), text, false)
    }

    /// As [`Self::value`], of a word on file: its spelling is the one that stays.
    pub(super) fn value_on_file(&mut self, text: &str) -> Option<Text> {
        self.folded(VALUE, &spelling::value(text), text, true)
    }

    fn folded(&mut self, mark: char, folded: &str, spelled: &str, on_file: bool) -> Option<Text> {
        if folded.is_empty() {
            return None;
        }
        let before = self.ends.len();
        let text = self.text(&format!("{mark}{folded}"));
        if on_file || self.ends.len() > before {
            if folded == spelled {
                self.spelled.remove(&text);
            } else {
                self.spelled.insert(text, spelled.into());
            }
        }
        Some(text)
    }

    /// What `text` says, as it is spelled.
    pub(super) fn get(&self, text: Text) -> &str {
        match self.spelled.get(&text) {
            Some(spelled) => spelled,
            None => self.kept(text).trim_start_matches([KEY, VALUE]),
        }
    }

    /// What `text` was kept as.
    fn kept(&self, text: Text) -> &str {
        let at = text.0.get() as usize - 1;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.all[start..self.ends[at]]
    }

    /// What `text` says, as the tables keep it.
    pub(super) fn owned(&self, text: Option<Text>) -> Option<String> {
        text.map(|text| self.get(text).to_owned())
    }

    /// Where `text` is, or the empty slot where it belongs.
    fn slot(&self, text: &str) -> usize {
        let mask = self.slots.len() - 1;
        #[expect(clippy::cast_possible_truncation, reason = "the low bits of a hash are what is wanted")]
        let mut slot = self.hasher.hash_one(text) as usize & mask;
        while let Some(known) = NonZeroU32::new(self.slots[slot]) {
            if self.kept(Text(known)) == text {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        self.slots = vec![0; (self.slots.len() * 2).max(1024)];
        for number in 1..=self.ends.len() {
            let number = u32::try_from(number).ok().and_then(NonZeroU32::new).expect("it was numbered before");
            let slot = self.slot(self.kept(Text(number)));
            self.slots[slot] = number.get();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn equal_texts_are_one_number_and_every_text_reads_back_after_many_growths() {
        let mut words = Words::default();
        let numbers: Vec<_> = (0..5_000).map(|i| words.text(&format!("text {i}"))).collect();
        for (i, number) in numbers.iter().enumerate() {
            assert_eq!(words.get(*number), format!("text {i}"));
            assert_eq!(words.text(&format!("text {i}")), *number);
        }
        assert_eq!(words.filled(""), None);
    }

    #[test]
    fn a_key_is_one_number_in_all_its_spellings_and_the_one_on_file_stays() {
        let mut words = Words::default();
        let key = words.key("Hb");
        assert_eq!(words.get(key.unwrap()), "Hb");
        assert_eq!(words.key_on_file("HB"), key);
        assert_eq!(words.key("h\u{200B}b"), key);
        assert_eq!(words.get(key.unwrap()), "HB");
        assert_ne!(words.value("HB"), key);
        assert_eq!(words.key(" \u{200B}"), None);
    }
}
