//! The objects that `node` finds.

use async_graphql::{ID, Interface};

use super::audit_event::AuditEvent;
use super::delivery::Delivery;
use super::import::ImportBatch;
use super::job_run::JobRun;
use super::organisation::{Person, Team, Unit};
use super::report::GapReport;
use super::snapshot::Snapshot;

/// An object that `node` finds by its ID.
#[derive(Clone, Debug, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque and stable; unique among all objects."))]
pub(crate) enum Node {
    /// A unit on a day.
    Unit(Unit),
    /// A team on a day.
    Team(Team),
    /// A snapshot.
    Snapshot(Snapshot),
    /// A week's report.
    GapReport(GapReport),
    /// A mail.
    Delivery(Delivery),
    /// A run of a job.
    JobRun(JobRun),
    /// An import.
    ImportBatch(ImportBatch),
    /// A person.
    Person(Person),
    /// An event of the audit log.
    AuditEvent(AuditEvent),
}
