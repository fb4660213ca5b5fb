//! The actor of an action, as the audit log and log lines name it. Never a name and never an address.

use std::fmt;
use std::str::FromStr;

use crate::id::{ApiTokenId, PersonId};

/// The actor of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A person on file, signed in: `person:12`.
    Person(PersonId),
    /// A front end or a script, with an API token: `token:3`.
    Token(ApiTokenId),
    /// A person with command-line access to the server: `operator`.
    Operator,
    /// The scheduled jobs: `worker`.
    Worker,
    /// A caller who is not signed in: `anonymous`.
    Anonymous,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Token(id) => write!(f, "token:{id}"),
            Self::Operator => f.write_str("operator"),
            Self::Worker => f.write_str("worker"),
            Self::Anonymous => f.write_str("anonymous"),
        }
    }
}

/// A text that is not an actor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0:.60}' is not an actor. Use person:ID, token:ID, operator, worker or anonymous")]
pub struct UnknownActor(pub String);

impl FromStr for Actor {
    type Err = UnknownActor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id = |text: &str| text.parse::<i64>().ok();
        match text.split_once(':') {
            Some(("person", of)) => id(of).map(|id| Self::Person(PersonId(id))),
            Some(("token", of)) => id(of).map(|id| Self::Token(ApiTokenId(id))),
            None if text == "operator" => Some(Self::Operator),
            None if text == "worker" => Some(Self::Worker),
            None if text == "anonymous" => Some(Self::Anonymous),
            Some(_) | None => None,
        }
        .ok_or_else(|| UnknownActor(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_read_back_from_its_word() {
        let all = [
            Actor::Person(PersonId(12)),
            Actor::Token(ApiTokenId(3)),
            Actor::Operator,
            Actor::Worker,
            Actor::Anonymous,
        ];
        for actor in all {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        for wrong in ["", "person", "person:", "person:x", "root", "operator:1"] {
            assert!(wrong.parse::<Actor>().is_err(), "{wrong}");
        }
    }
}
