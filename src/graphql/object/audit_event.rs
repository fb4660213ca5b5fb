//! Events of the audit log.

use async_graphql::{ID, Object};
use entity::table::audit_event;
use entity::value;

use super::super::id::NodeId;
use super::super::scalar::Instant;
use super::enums::AuditAction;

/// One audit event.
#[derive(Clone, Debug)]
pub(crate) struct AuditEvent(pub(crate) audit_event::Model);

/// One audit event: what was done, by which actor and when. People, mails and runs are identified by id; names are never
/// recorded.
#[Object]
impl AuditEvent {
    /// Opaque; finds the event again with `node`.
    pub(crate) async fn id(&self) -> ID {
        NodeId::AuditEvent(self.0.id).encode()
    }

    /// Its position in the log: 1, 2, 3 without a gap.
    async fn number(&self) -> i32 {
        i32::try_from(self.0.id.0).unwrap_or(i32::MAX)
    }

    /// When it happened.
    async fn at(&self) -> Instant {
        Instant(self.0.at)
    }

    /// The actor: person:12, token:3, operator (a command on the machine), worker (the jobs) or anonymous.
    async fn actor(&self) -> &str {
        &self.0.actor
    }

    /// What was done. Null for an action that this version does not know.
    async fn action(&self) -> Option<AuditAction> {
        self.0.action.parse().ok().map(|action: value::Action| action.into())
    }

    /// The object of the action: person:12, token:3, delivery:7, import:2, run:coverage/2026-11-16, coverage:2026-11-16. Null
    /// if it concerned several objects or none.
    async fn object(&self) -> Option<&str> {
        self.0.object.as_deref()
    }

    /// The value before the change, as JSON text: ids, codes, words, counts, days. Null if there was none.
    async fn before(&self) -> Option<&str> {
        self.0.before.as_deref()
    }

    /// The value after the change, in the same format. Null if there is none.
    async fn after(&self) -> Option<&str> {
        self.0.after.as_deref()
    }

    /// The request in which it happened, as in the log lines. Null outside of requests.
    async fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The hash of the previous event; 64 zeros for the first.
    async fn previous_hash(&self) -> &str {
        &self.0.previous_hash
    }

    /// SHA-256 of the fields above and the previous hash. A changed or removed event breaks the chain.
    async fn hash(&self) -> &str {
        &self.0.hash
    }
}
