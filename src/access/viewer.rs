//! The caller of a request. A [`Viewer`] is made once per request, after authentication; every read begins from what it may
//! see.

use entity::actor::Actor;
use entity::id::{ApiTokenId, MailingStepId, PersonId, UnitId};
use entity::value::AccessRole;

use super::right::{Reach, Right};

/// The caller and the roles that were granted to them. Roles that follow from the imported data (a senior manager by
/// appointment, a Peer Supporter by allocation) are worked out where that data is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    actor: Actor,
    /// A person's granted roles, without those that follow from the imported data; all roles of a token.
    granted: Vec<AccessRole>,
    /// The units that a token was given. Empty for a person.
    units: Vec<UnitId>,
    /// Whether a token may see names.
    names: bool,
    /// Whether a token was made with `--explore`.
    exploring: bool,
    /// The step of the link in a mail by which a person acts. `None` if they are signed in.
    link_step: Option<MailingStepId>,
}

impl Viewer {
    /// Creates the viewer of a person who has signed in, with their granted roles.
    #[must_use]
    pub const fn person(id: PersonId, granted: Vec<AccessRole>) -> Self {
        Self { actor: Actor::Person(id), granted, units: Vec::new(), names: false, exploring: false, link_step: None }
    }

    /// Creates the viewer of an API token. It has one role, and as a dashboard sees the figures of `units` and all below them,
    /// with or without `names` of people.
    #[must_use]
    pub fn token(id: ApiTokenId, role: AccessRole, units: Vec<UnitId>, names: bool) -> Self {
        Self { actor: Actor::Token(id), granted: vec![role], units, names, exploring: false, link_step: None }
    }

    /// The same token, made with `--explore`.
    #[must_use]
    pub fn with_exploring(self) -> Self {
        Self { exploring: true, ..self }
    }

    /// The same person, who is not signed in and acts by the link in a mail.
    #[must_use]
    pub fn by_link(self, step: MailingStepId) -> Self {
        Self { link_step: Some(step), ..self }
    }

    /// The step of the link in a mail by which the person acts. `None` if they are signed in.
    #[must_use]
    pub const fn link_step(&self) -> Option<MailingStepId> {
        self.link_step
    }

    /// The actor for log lines and the audit log.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// The person who signed in. `None` for a token.
    #[must_use]
    pub const fn person_id(&self) -> Option<PersonId> {
        match self.actor {
            Actor::Person(id) => Some(id),
            Actor::Token(_) | Actor::Operator | Actor::Worker | Actor::Anonymous => None,
        }
    }

    /// The granted roles, without those that follow from the imported data.
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

    /// Whether a token may see names.
    #[must_use]
    pub const fn sees_names(&self) -> bool {
        self.names
    }
}
