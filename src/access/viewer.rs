//! Who is asking. A [`Viewer`] is made once a request, when it is known who signed in; every read begins from what it may see.

use entity::actor::Actor;
use entity::id::{ApiTokenId, PersonId, UnitId};
use entity::value::AccessRole;

use super::right::{Reach, Right};

/// Who is asking, and what they were given. What they are besides by the facts on file (a senior manager by appointment, a
/// Peer Supporter by allocation) is worked out where the facts are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    actor: Actor,
    /// Of a person: granted besides what the facts say. Of a token: all that it has.
    granted: Vec<AccessRole>,
    /// Of a token: the units that it was given.
    units: Vec<UnitId>,
    /// Of a token: whether it sees names.
    names: bool,
    /// Of a token: whether it was made to explore the schema.
    exploring: bool,
}

impl Viewer {
    /// A person on file who has signed in, with the roles that were granted to them.
    #[must_use]
    pub const fn person(id: PersonId, granted: Vec<AccessRole>) -> Self {
        Self { actor: Actor::Person(id), granted, units: Vec::new(), names: false, exploring: false }
    }

    /// An API token: it has one role, and as a dashboard the figures of `units` and all below them, with `names` of people or
    /// without.
    #[must_use]
    pub fn token(id: ApiTokenId, role: AccessRole, units: Vec<UnitId>, names: bool) -> Self {
        Self { actor: Actor::Token(id), granted: vec![role], units, names, exploring: false }
    }

    /// The same token, made to explore the schema.
    #[must_use]
    pub fn with_exploring(self) -> Self {
        Self { exploring: true, ..self }
    }

    /// Who it is, for log lines and the audit log.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// The person who signed in; nobody where a token asks.
    #[must_use]
    pub const fn person_id(&self) -> Option<PersonId> {
        match self.actor {
            Actor::Person(id) => Some(id),
            Actor::Token(_) | Actor::Operator | Actor::Worker | Actor::Anonymous => None,
        }
    }

    /// The roles that were given, besides those that follow from the facts on file.
    #[must_use]
    pub fn granted(&self) -> &[AccessRole] {
        &self.granted
    }

    /// Whether they may explore: the playground, introspection, suggestions, and operations that are not listed.
    #[must_use]
    pub fn explores(&self) -> bool {
        let may = |reach: Reach| reach == Reach::Everything || (reach == Reach::IfExploring && self.exploring);
        self.granted.iter().any(|role| may(Right::Explore.reach(*role)))
    }

    /// The units that a token was given.
    #[must_use]
    pub fn units(&self) -> &[UnitId] {
        &self.units
    }

    /// Whether a token was given names.
    #[must_use]
    pub const fn sees_names(&self) -> bool {
        self.names
    }
}
