//! Stores each text once and identifies it by a number, so that a row is a handful of small numbers and comparing two
//! rows is cheap. Used by imports and by the facts of coverage.
//!
//! Written by hand because `string-interner` and `lasso` only store texts as they are: here a text is compared as a key
//! or as a value ([`spelling`]) and read back as it was spelled.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroU32;

use crate::spelling;

/// One text of an [`Interner`]. Two symbols of one interner are equal exactly if their texts are: the same text, the same key or
/// the same value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(NonZeroU32);

/// Stores the texts as one long string with the end of each, and a hash table of their numbers. It takes about forty
/// bytes per distinct text; a map from `String` would take three times as much, which decides whether a nation's staff
/// fits into memory.
#[derive(Clone, Default)]
pub struct Interner {
    all: String,
    ends: Vec<usize>,
    /// Open addressing; 0 is an empty slot.
    slots: Vec<u32>,
    hasher: RandomState,
    /// The spelling of a key or value, if it differs from the form in which it is compared.
    spelled: HashMap<Symbol, Box<str>>,
}

/// Prefix of the compared form of a key, and of a value. No cell holds such a character.
const KEY: char = '\u{1}';
const VALUE: char = '\u{2}';

/// The texts name people, so they must not appear in a log.
impl fmt::Debug for Interner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interner").field("texts", &self.ends.len()).finish_non_exhaustive()
    }
}

impl Interner {
    /// Returns the symbol of a text that is compared without changes.
    ///
    /// # Panics
    ///
    /// If there are more than four thousand million different texts; so do the other functions that store a text.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if (self.ends.len() + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let slot = self.slot(text);
        if let Some(known) = NonZeroU32::new(self.slots[slot]) {
            return Symbol(known);
        }
        self.all.push_str(text);
        self.ends.push(self.all.len());
        let number = u32::try_from(self.ends.len()).ok().and_then(NonZeroU32::new);
        let number = number.expect("memory ends long before four thousand million texts");
        self.slots[slot] = number.get();
        Symbol(number)
    }

    /// Returns the symbol as [`Self::intern`] does, or `None` for an empty text.
    pub fn filled(&mut self, text: &str) -> Option<Symbol> {
        (!text.is_empty()).then(|| self.intern(text))
    }

    /// Returns the symbol of a key, such as an employee number, a unit code or a cover group ([`spelling::key`]). `None` for a blank.
    pub fn key(&mut self, text: &str) -> Option<Symbol> {
        self.folded(KEY, &spelling::key(text), text, false)
    }

    /// Returns the symbol as [`Self::key`] does, for a key on file: its spelling replaces the first one.
    pub fn key_on_file(&mut self, text: &str) -> Option<Symbol> {
        self.folded(KEY, &spelling::key(text), text, true)
    }

    /// Returns the symbol of a value: a job family, band, site, employer or level ([`spelling::value`]). `None` for a blank.
    pub fn value(&mut self, text: &str) -> Option<Symbol> {
        self.folded(VALUE, &spelling::value(text), text, false)
    }

    /// Returns the symbol as [`Self::value`] does, for a value on file: its spelling replaces the first one.
    pub fn value_on_file(&mut self, text: &str) -> Option<Symbol> {
        self.folded(VALUE, &spelling::value(text), text, true)
    }

    /// Returns the symbol of a value that is stored already. `None` if it is not.
    #[must_use]
    pub fn find(&self, value: &str) -> Option<Symbol> {
        let text = format!("{VALUE}{}", spelling::value(value));
        // Without slots nothing is stored yet.
        (!self.slots.is_empty()).then(|| NonZeroU32::new(self.slots[self.slot(&text)])).flatten().map(Symbol)
    }

    fn folded(&mut self, mark: char, folded: &str, spelled: &str, on_file: bool) -> Option<Symbol> {
        if folded.is_empty() {
            return None;
        }
        let (before, spelled) = (self.ends.len(), spelled.trim());
        let symbol = self.intern(&format!("{mark}{folded}"));
        if on_file || self.ends.len() > before {
            if folded == spelled {
                self.spelled.remove(&symbol);
            } else {
                self.spelled.insert(symbol, spelled.into());
            }
        }
        Some(symbol)
    }

    /// Returns the text of a symbol in its first spelling, or as spelled on file.
    #[must_use]
    pub fn get(&self, symbol: Symbol) -> &str {
        match self.spelled.get(&symbol) {
            Some(spelled) => spelled,
            None => self.kept(symbol).trim_start_matches([KEY, VALUE]),
        }
    }

    /// Returns the stored form of a text.
    fn kept(&self, symbol: Symbol) -> &str {
        let at = symbol.0.get() as usize - 1;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.all[start..self.ends[at]]
    }

    /// Returns the text as [`Self::get`] does, for a column that may be null.
    #[must_use]
    pub fn owned(&self, symbol: Option<Symbol>) -> Option<String> {
        symbol.map(|symbol| self.get(symbol).to_owned())
    }

    /// Returns the slot of `text`, or the empty one where it belongs.
    fn slot(&self, text: &str) -> usize {
        let mask = self.slots.len() - 1;
        #[expect(clippy::cast_possible_truncation, reason = "the low bits of a hash are what is wanted")]
        let mut slot = self.hasher.hash_one(text) as usize & mask;
        while let Some(known) = NonZeroU32::new(self.slots[slot]) {
            if self.kept(Symbol(known)) == text {
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
            let slot = self.slot(self.kept(Symbol(number)));
            self.slots[slot] = number.get();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Interner;

    #[test]
    fn texts_survive_growth_and_stay_unique() {
        let mut words = Interner::default();
        let numbers: Vec<_> = (0..5_000).map(|i| words.intern(&format!("text {i}"))).collect();
        for (i, number) in numbers.iter().enumerate() {
            assert_eq!(words.get(*number), format!("text {i}"));
            assert_eq!(words.intern(&format!("text {i}")), *number);
        }
        assert_eq!(words.filled(""), None);
    }

    #[test]
    fn spellings_of_a_key_share_one_symbol() {
        let mut words = Interner::default();
        let key = words.key("Hb");
        assert_eq!(words.get(key.unwrap()), "Hb");
        assert_eq!(words.key_on_file("HB"), key);
        assert_eq!(words.key("h\u{200B}b"), key);
        assert_eq!(words.get(key.unwrap()), "HB");
        assert_ne!(words.value("HB"), key);
        assert_eq!(words.key(" \u{200B}"), None);
    }

    #[test]
    fn a_stored_value_is_found_in_any_spelling() {
        let mut words = Interner::default();
        assert_eq!(words.find("Nursing & Midwifery"), None);
        let value = words.value(" Nursing & Midwifery ");
        assert!(value.is_some());
        assert_eq!((words.find("nursing and midwifery"), words.find("Medicine")), (value, None));
        assert_eq!(words.get(value.unwrap()), "Nursing & Midwifery");
        words.key("Medicine");
        assert_eq!(words.find("Medicine"), None, "a key is no value");
        assert_eq!(words.find(""), None);
    }
}
