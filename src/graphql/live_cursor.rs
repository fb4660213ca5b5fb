//! Where a subscription stands: what its last event told. The handler of a subscription keeps it between events, and the
//! fields of [`Subscription`](super::Subscription) compare it with the present.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::Context;
use entity::id::SnapshotId;

/// The state of one subscription between its events. Clones share it: one goes with each execution, the other stays with the
/// handler.
#[derive(Clone, Debug, Default)]
pub struct LiveCursor(Arc<Mutex<CursorState>>);

#[derive(Debug, Default)]
struct CursorState {
    sent: Position,
    reached: Position,
    only_differences: bool,
}

/// What a subscription has told, or would tell with the event that is being made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Position {
    snapshot: Option<SnapshotId>,
    facts: Option<i64>,
}

impl LiveCursor {
    /// The cursor of the subscription that is executed; a new one outside of a subscription.
    pub(super) fn from_context(ctx: &Context<'_>) -> Self {
        ctx.data_opt::<Self>().cloned().unwrap_or_default()
    }

    fn state(&self) -> MutexGuard<'_, CursorState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins an execution at what was sent last.
    pub fn begin(&self) {
        let mut state = self.state();
        state.reached = state.sent;
        state.only_differences = false;
    }

    /// Notes that the event of the execution was sent, or that there was none.
    pub fn advance(&self) {
        let mut state = self.state();
        state.sent = state.reached;
    }

    /// Whether an event is sent only if its data differs from that of the last one.
    #[must_use]
    pub fn sends_only_differences(&self) -> bool {
        self.state().only_differences
    }

    /// Lets an event be sent only if its data differs from that of the last one.
    pub(super) fn send_only_differences(&self) {
        self.state().only_differences = true;
    }

    /// Notes the newest snapshot. Returns whether it is news.
    pub(super) fn reach_snapshot(&self, snapshot: SnapshotId) -> bool {
        let mut state = self.state();
        state.reached.snapshot = Some(snapshot);
        state.sent.snapshot != Some(snapshot)
    }

    /// Notes the version of the facts. Returns that of the last execution. `None` for the first.
    pub(super) fn reach_facts(&self, version: i64) -> Option<i64> {
        let mut state = self.state();
        state.reached.facts = Some(version);
        state.sent.facts
    }
}
