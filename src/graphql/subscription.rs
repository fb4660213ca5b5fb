//! Subscriptions. One execution returns one event: the handler of a subscription executes it again whenever there is something
//! new, each time with the viewer's present rights, so that no event is sent under a right that has ended.

use async_graphql::futures_util::stream::{self, Stream};
use async_graphql::{Context, Subscription as AsSubscription};
use entity::store::snapshot;

use super::access::Scope;
use super::error::ApiError;
use super::object::snapshot::Snapshot;
use super::request_state::db;
use crate::access::Right;

/// The root of subscriptions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subscription;

/// Live answers as server-sent events: send the subscription by POST and accept text/event-stream.
#[AsSubscription]
impl Subscription {
    /// The newest snapshot: at once if there is one, and again each time a snapshot is stored. A viewer who may not see any
    /// figures receives nothing.
    async fn snapshot_taken(&self, ctx: &Context<'_>) -> Result<impl Stream<Item = Snapshot> + use<>, ApiError> {
        let newest =
            if Scope::from_context(ctx).await?.may(Right::Figures) { snapshot::newest(db(ctx)?).await? } else { None };
        Ok(stream::iter(newest.map(Snapshot)))
    }
}
