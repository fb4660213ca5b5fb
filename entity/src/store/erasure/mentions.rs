//! Detects whether a free text names a person. Pure.

use crate::pseudonym::words;
use crate::table::person;

/// The forms in which a text can name a person: first and last name in either order, the last name with an initial, the
/// work address, and employer with employee number. A first or a last name alone is not enough: too many people share
/// it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mentions {
    /// Each form as words, with a space before and after.
    needles: Vec<String>,
    /// The person's number: a text that consists only of it names the person.
    number: String,
}

impl Mentions {
    /// Builds the forms for a person.
    #[must_use]
    pub fn new(person: &person::Model) -> Self {
        let filled = |text: Option<&str>| Some(words(text.unwrap_or_default())).filter(|text| !text.is_empty());
        let (first, last) = (filled(person.first_name.as_deref()), filled(person.last_name.as_deref()));
        let mut needles = Vec::new();
        if let (Some(first), Some(last)) = (&first, &last) {
            let initial: String = first.chars().take(1).collect();
            for name in [first, &initial] {
                needles.push(format!(" {name} {last} "));
                needles.push(format!(" {last} {name} "));
            }
        }
        needles.extend(filled(person.work_email.as_deref()).map(|address| format!(" {address} ")));
        let key = words(&format!("{} {}", person.employer, person.number));
        needles.push(format!(" {key} "));
        Self { needles, number: person.number.trim().to_owned() }
    }

    /// Whether `text` names the person.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        let padded = format!(" {} ", words(text));
        text.trim() == self.number || self.needles.iter().any(|needle| padded.contains(needle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::PersonId;

    fn person(first: Option<&str>, last: Option<&str>) -> person::Model {
        person::Model {
            id: PersonId(1),
            employer: "NHS Test".to_owned(),
            number: "0042".to_owned(),
            first_name: first.map(str::to_owned),
            last_name: last.map(str::to_owned),
            work_email: Some("Mairi.O'Neill@board.example".to_owned()),
        }
    }

    #[test]
    fn mentions_are_found_in_every_spelling() {
        let mentions = Mentions::new(&person(Some("Mairi"), Some("O'Neill")));
        for text in [
            "Mairi O'Neill",
            "agreed with O'NEILL, Mairi (HR)",
            "M. O'Neill",
            "see mairi.o'neill@board.example",
            "NHS Test/0042",
            " 0042 ",
        ] {
            assert!(mentions.are_in(text), "{text}");
        }
        for text in ["Mairi", "Mairi McNeill", "O'Neill Ward", "NHS Test/00421", "10042", "", "the 0042 th"] {
            assert!(!mentions.are_in(text), "{text}");
        }
    }

    #[test]
    fn one_name_alone_finds_nobody() {
        let mentions = Mentions::new(&person(Some("Grace"), None));
        assert!(!mentions.are_in("days of grace"));
        assert!(mentions.are_in("0042"));
    }
}
