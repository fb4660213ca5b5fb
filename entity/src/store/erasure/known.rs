//! Recognises erased people and texts in files.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, JoinType, QuerySelect as _};

use crate::pseudonym::Key;
use crate::table::{erased_person, erased_text, person};

/// All erased people and texts, to check whether a value in a file is one of them.
#[derive(Clone, Debug)]
pub struct Erased {
    key: Key,
    /// Pairs of employer and pseudonym.
    people: HashSet<(String, String)>,
    employers: HashSet<String>,
    texts: HashSet<String>,
}

impl Erased {
    /// Reads all erased people and texts.
    pub async fn load(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let to_person = erased_person::Entity::belongs_to(person::Entity)
            .from(erased_person::Column::PersonId)
            .to(person::Column::Id)
            .into();
        let people: Vec<(String, String)> = erased_person::Entity::find()
            .select_only()
            .columns([person::Column::Employer, person::Column::Number])
            .join(JoinType::InnerJoin, to_person)
            .into_tuple()
            .all(db)
            .await?;
        let texts = erased_text::Entity::find().all(db).await?.into_iter().map(|row| row.pseudonym).collect();
        Ok(Self {
            key: super::key(db).await?,
            employers: people.iter().map(|(employer, _)| employer.clone()).collect(),
            people: people.into_iter().collect(),
            texts,
        })
    }

    /// Whether nothing has been erased.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.texts.is_empty()
    }

    /// Returns the pseudonym of an erased person's number. `None` if the person was not erased. Also accepts a number
    /// that is already a pseudonym.
    #[must_use]
    pub fn person(&self, employer: &str, number: &str) -> Option<String> {
        if !self.employers.contains(employer) {
            return None;
        }
        let pseudonym = self.about(employer, number);
        self.people.contains(&(employer.to_owned(), pseudonym.clone())).then_some(pseudonym)
    }

    /// Returns the pseudonym of any number, erased or not: a rejected row stores it to identify the person that it is
    /// about.
    #[must_use]
    pub fn about(&self, employer: &str, number: &str) -> String {
        if self.people.contains(&(employer.to_owned(), number.to_owned())) {
            return number.to_owned();
        }
        self.key.number(employer, number)
    }

    /// Returns the pseudonym of an erased person's assignment number.
    #[must_use]
    pub fn assignment(&self, employer: &str, assignment: &str) -> String {
        self.key.assignment(employer, assignment)
    }

    /// Whether a free text was erased because it named a person.
    #[must_use]
    pub fn text(&self, text: &str) -> bool {
        !self.texts.is_empty() && self.texts.contains(&self.key.text(text))
    }
}
