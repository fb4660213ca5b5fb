//! Every distinct text of an import, kept once, so that a row is a handful of small numbers and comparing two rows costs nothing.

use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroU32;

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
}

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

    /// What `text` says.
    pub(super) fn get(&self, text: Text) -> &str {
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
            if self.get(Text(known)) == text {
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
            let slot = self.slot(self.get(Text(number)));
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
}
