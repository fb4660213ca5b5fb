//! Subscriptions. One execution returns one event: the handler of a subscription executes it again whenever the data has
//! changed, each time with the viewer's present rights, so that no event is sent under a right that has ended. An event tells
//! what the viewer could also query at that moment, and never who has done what.

use async_graphql::futures_util::stream::{self, Stream};
use async_graphql::{Context, Subscription as AsSubscription};
use entity::register::sight::NominationSight;
use entity::store::register::nomination::changed_between;
use entity::store::snapshot;
use entity::table::nomination;
use sea_orm::{ColumnTrait as _, Condition};

use super::access::Scope;
use super::day_view::{DayScope, known};
use super::error::ApiError;
use super::live_cursor::LiveCursor;
use super::nominations::{VisibleNomination, viewer_of};
use super::object::organisation::Unit;
use super::object::snapshot::Snapshot;
use super::request_state::{db, today};
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
        let cursor = LiveCursor::from_context(ctx);
        Ok(stream::iter(newest.filter(|newest| cursor.reach_snapshot(newest.id)).map(Snapshot)))
    }

    /// The unit with a code: at once, and again within two seconds each time what is selected has changed, whether by a command,
    /// an import or a new day. The error NOT_FOUND if there is no such unit or the viewer may not see it.
    async fn coverage_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The board's own code of the unit, as the files write it.")] unit_code: String,
    ) -> Result<impl Stream<Item = Unit> + use<>, ApiError> {
        LiveCursor::from_context(ctx).send_only_differences();
        let day_scope = DayScope::on(ctx, None).await?;
        let unit = day_scope.named("unitCode", &unit_code)?;
        Ok(stream::iter([Unit::new(&day_scope.with_coverage(ctx).await?, unit)]))
    }

    /// The nominations that have changed since the last event and that the viewer may see, within two seconds. The person who
    /// made a nomination and does not take part in it otherwise hears only of its end. API tokens receive nothing.
    async fn nomination_changed(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = Vec<VisibleNomination>> + use<>, ApiError> {
        let (known, scope) = known(ctx).await?;
        let version = known.facts.version;
        let since = LiveCursor::from_context(ctx).reach_facts(version);
        let (Some(since), Some(viewer)) = (since, viewer_of(scope)) else { return Ok(stream::iter(None)) };
        let changed = changed_between(db(ctx)?, since, version).await?;
        if changed.is_empty() {
            return Ok(stream::iter(None));
        }
        let condition = Condition::all().add(nomination::Column::Id.is_in(changed));
        let mut seen = VisibleNomination::matching(db(ctx)?, known, viewer, today(ctx)?, condition).await?;
        seen.retain(is_announced);
        Ok(stream::iter((!seen.is_empty()).then_some(seen)))
    }
}

/// Whether a viewer is told that this nomination has changed: only if the change can be one that they see. Who sees no more
/// than its outcome sees its end.
fn is_announced(seen: &VisibleNomination) -> bool {
    seen.sight > NominationSight::Outcome || seen.facts.ended.is_some()
}
