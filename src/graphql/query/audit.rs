//! The audit log, for auditors.

use async_graphql::{Context, Object};
use entity::store::audit::AuditFilter;
use entity::table::audit_event;
use sea_orm::{EntityTrait as _, QueryFilter as _};

use super::super::access::Scope;
use super::super::error::ApiError;
use super::super::object::audit_event::AuditEvent;
use super::super::object::enums::AuditAction;
use super::super::page::{Listed, Page, rows};
use super::super::request_state::db;
use super::super::scalar::Instant;
use super::history::{newest_first, total};
use crate::access::Right;

#[derive(Debug, Default)]
pub(crate) struct AuditQuery;

#[Object]
impl AuditQuery {
    /// Audit events, newest first: changes, sign-ins, exports, reads and sends of reports. Empty if there are none, or if the
    /// viewer does not have the right AUDIT_LOG.
    #[expect(clippy::too_many_arguments, reason = "GraphQL arguments: five filters and Relay's four")]
    async fn audit_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only events of this actor: person:12, token:3, operator, worker or anonymous.")]
        actor: Option<String>,
        #[graphql(desc = "Only this action.")] action: Option<AuditAction>,
        #[graphql(desc = "Only events about this object, as in `object`: person:12, import:2.")] object: Option<String>,
        #[graphql(desc = "Only events at this instant or later.")] since: Option<Instant>,
        #[graphql(desc = "Only events before this instant.")] until: Option<Instant>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<AuditEvent>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let actor = actor.map(|actor| actor.parse()).transpose();
        let actor = actor.map_err(|_| {
            ApiError::bad_input(
                "actor",
                "`actor` must be operator, worker, anonymous, or an ID such as person:12 or token:3.",
            )
        })?;
        let (since, until) = (since.map(|since| since.0), until.map(|until| until.0));
        let filter = AuditFilter { actor, action: action.map(Into::into), object, since, until };
        let seen = Scope::from_context(ctx).await?.rows(Right::AuditLog);
        let select = audit_event::Entity::find().filter(seen).filter(filter.condition());
        let total = total(&select);
        let cursor = newest_first(select.cursor_by(audit_event::Column::Id));
        let slice = rows::read(db(ctx)?, &page, "audit-events", cursor, |row| row.id.0).await?;
        Ok(slice.listed(total, AuditEvent))
    }
}
