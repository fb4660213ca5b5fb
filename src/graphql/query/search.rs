//! Search texts, compared without case, accents, Unicode forms and spaces.

use entity::coverage::roster::Unit;
use entity::spelling::search_form;

use super::super::error::ApiError;

/// The longest search text, in characters.
const LONGEST: usize = 200;
/// The shortest search text for people, in characters: fewer would match half of the organisation.
const SHORTEST_OF_PEOPLE: usize = 2;

/// A search text for codes and names of units.
#[derive(Clone, Debug)]
pub(super) struct Search(Option<String>);

impl Search {
    /// # Errors
    ///
    /// [`ApiError::bad_input`] for a text of more than 200 characters.
    pub(super) fn new(text: Option<String>) -> Result<Self, ApiError> {
        let text = text.map(|text| form(&text)).transpose()?;
        Ok(Self(text.filter(|text| !text.is_empty())))
    }

    pub(super) fn finds(&self, unit: &Unit) -> bool {
        let holds = |hay: &str, text: &str| search_form(hay).contains(text);
        self.0.as_deref().is_none_or(|text| holds(&unit.code, text) || holds(&unit.name, text))
    }
}

/// A search text for people.
#[derive(Clone, Debug)]
pub(super) struct PeopleSearch(String);

impl PeopleSearch {
    /// # Errors
    ///
    /// [`ApiError::bad_input`] for a text of fewer than 2 or more than 200 characters.
    pub(super) fn new(text: &str) -> Result<Self, ApiError> {
        let text = form(text)?;
        if text.chars().count() < SHORTEST_OF_PEOPLE {
            let sentence = format!("`search` must have at least {SHORTEST_OF_PEOPLE} characters besides spaces.");
            return Err(ApiError::bad_input("search", sentence));
        }
        Ok(Self(text))
    }

    /// Whether each word of the text is part of a name, which is given as its [`search_form`].
    pub(super) fn finds_name(&self, name: &str) -> bool {
        self.0.split(' ').all(|word| name.contains(word))
    }

    /// Whether the whole text is part of an employee number or a work address.
    pub(super) fn finds_contact(&self, contact: &str) -> bool {
        search_form(contact).contains(&self.0)
    }
}

fn form(text: &str) -> Result<String, ApiError> {
    if text.chars().count() > LONGEST {
        return Err(ApiError::bad_input("search", format!("`search` may have at most {LONGEST} characters.")));
    }
    Ok(search_form(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_order() {
        let search = PeopleSearch::new("  GARC\u{cd}A jos").unwrap();
        assert!(search.finds_name("jose garcia lopez"));
        assert!(!search.finds_name("jose lopez"));
    }

    #[test]
    fn a_number_is_found_whole() {
        let search = PeopleSearch::new("0 1").unwrap();
        assert!(!search.finds_contact("0012"));
        assert!(PeopleSearch::new("001").unwrap().finds_contact("0012"));
    }

    #[test]
    fn one_character_is_refused() {
        assert!(PeopleSearch::new(" \u{e9} ").is_err());
        assert!(PeopleSearch::new("\u{200b}a\u{301}").is_err(), "invisible characters do not count");
        assert!(PeopleSearch::new(&"a".repeat(201)).is_err());
    }
}
