//! Grants of roles, API tokens, sessions and links, and the roles that a person has because of them.

pub mod action_link;
pub mod grant;
pub mod link;
pub mod person;
pub mod session;
pub mod sign_in_key;
pub mod token;

use crate::actor::Actor;
use crate::id::{ApiTokenId, PersonId};

/// The person or token that a session or a one-time link signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A person on file.
    Person(PersonId),
    /// An API token: in the demonstration, a browser can show what a dashboard sees.
    Token(ApiTokenId),
}

impl Holder {
    /// Reads the holder from the two columns that store it.
    fn from_columns(person: Option<PersonId>, token: Option<ApiTokenId>) -> Option<Self> {
        person.map(Self::Person).or(token.map(Self::Token))
    }

    const fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(id) => Some(id),
            Self::Token(_) => None,
        }
    }

    const fn token(self) -> Option<ApiTokenId> {
        match self {
            Self::Person(_) => None,
            Self::Token(id) => Some(id),
        }
    }
}

impl From<Holder> for Actor {
    fn from(holder: Holder) -> Self {
        match holder {
            Holder::Person(id) => Self::Person(id),
            Holder::Token(id) => Self::Token(id),
        }
    }
}
