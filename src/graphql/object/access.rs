//! API tokens and grants of roles, for those who manage them.

use async_graphql::{ID, Object};
use chrono::{DateTime, Utc};
use entity::table::{access_grant, api_token};

use super::super::scalar::{Date, Instant};
use super::enums::AccessRole;
use super::organisation::Person;
use crate::access::{Reach, Right};

/// An API token.
#[derive(Clone, Debug)]
pub(crate) struct ApiToken {
    pub(crate) row: api_token::Model,
    /// The codes of its units.
    pub(crate) units: Vec<String>,
    /// The instant for which it is shown.
    pub(crate) now: DateTime<Utc>,
}

/// An API token, for a front end or a script. Its secret was shown once, when it was made, and is not kept.
#[Object]
impl ApiToken {
    /// The ID with which it is revoked; the audit log has it as `token:` and this ID.
    async fn id(&self) -> ID {
        ID(self.row.id.to_string())
    }

    /// The purpose of the token.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// The role of the token.
    async fn role(&self) -> AccessRole {
        self.row.role.into()
    }

    /// For a dashboard: codes of the units whose figures it sees, with all below them; at most 100.
    async fn unit_codes(&self) -> &[String] {
        &self.units
    }

    /// For a dashboard: whether it sees names of people.
    async fn names(&self) -> bool {
        self.row.names
    }

    /// Whether it may explore the schema: introspection, the playground, and queries that are not persisted operations.
    async fn explore(&self) -> bool {
        self.row.explore || Right::Explore.reach(self.row.role) == Reach::Everything
    }

    /// Whether it is valid now: neither expired nor revoked.
    async fn is_good(&self) -> bool {
        self.row.is_valid(self.now)
    }

    /// The actor who made it, as in the audit log: `person:12`, `operator`.
    async fn made_by(&self) -> &str {
        &self.row.made_by
    }

    /// When it was made.
    async fn made_at(&self) -> Instant {
        Instant(self.row.made_at)
    }

    /// The first instant at which it is no longer valid.
    async fn expires_at(&self) -> Instant {
        Instant(self.row.expires_at)
    }

    /// When it was revoked. Null if it was not.
    async fn revoked_at(&self) -> Option<Instant> {
        self.row.revoked_at.map(Instant)
    }

    /// When it was last used, to the minute. Null if it was never used.
    async fn last_used_at(&self) -> Option<Instant> {
        self.row.last_used_at.map(Instant)
    }
}

/// A granted role.
#[derive(Clone, Debug)]
pub(crate) struct Grant(pub(crate) access_grant::Model);

/// A role that was granted to a person, in addition to those that follow from the imported data.
#[Object]
impl Grant {
    /// The ID with which it is withdrawn.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// The person who has the granted role.
    async fn person(&self) -> Person {
        Person { id: self.0.person_id, on: None }
    }

    /// The role.
    async fn role(&self) -> AccessRole {
        self.0.role.into()
    }

    /// The first day on which it is valid.
    async fn from(&self) -> Date {
        Date(self.0.valid_from)
    }

    /// The last day on which it is valid; before the first day if it was withdrawn on or before that day. Null if it has no end
    /// date.
    async fn until(&self) -> Option<Date> {
        self.0.validity().last().map(Date)
    }

    /// The actor who granted it, as in the audit log: `person:12`, `operator`.
    async fn granted_by(&self) -> &str {
        &self.0.granted_by
    }

    /// When it was granted.
    async fn granted_at(&self) -> Instant {
        Instant(self.0.granted_at)
    }
}
