//! The enums of roles: in this service, in the network, and for a unit.

use async_graphql::Enum;
use entity::value;

/// A role in this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::AccessRole")]
pub(crate) enum AccessRole {
    /// Runs the service: data, access, erasure. Granted.
    Admin,
    /// Coordinates the whole network. Appointed, or granted.
    Coordinator,
    /// Holds a Trainer's role.
    Trainer,
    /// Is responsible for units, or is the deputy of the person who is. Appointed.
    SeniorManager,
    /// The named line manager of posts.
    LineManager,
    /// Holds an allocation as a Peer Supporter.
    Supporter,
    /// A person on file.
    Staff,
    /// A front end with an API token.
    Dashboard,
    /// Reads everything, and the audit log. Granted.
    Auditor,
}

/// How a person is responsible for a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::AppointmentRole")]
pub(crate) enum AppointmentRole {
    /// Is responsible for the unit and receives its weekly report.
    SeniorManager,
    /// Coordinates the network, and receives reports that have no other recipient.
    Coordinator,
}

/// A role in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Role")]
pub(crate) enum NetworkRole {
    /// A Peer Supporter.
    PeerSupporter,
    /// A Trainer.
    Trainer,
    /// A Wellbeing Champion.
    #[graphql(name = "WELLBEING_CHAMPION")]
    Champion,
}
