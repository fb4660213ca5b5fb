//! The allocations of Peer Supporters over all teams, filtered.

use std::sync::Arc;

use async_graphql::{Context, Object};
use entity::value::Reason;

use super::super::day_view::{DayScope, DayView};
use super::super::error::ApiError;
use super::super::object::enums::StandingReason;
use super::super::object::organisation::{Supporter, Team};
use super::super::page::{Listed, Page, Total, cut};
use super::super::scalar::Date;

#[derive(Debug, Default)]
pub(crate) struct SupporterQuery;

#[Object]
impl SupporterQuery {
    /// The allocations of Peer Supporters whose records the viewer may see, by unit code, then by first day. Empty if there are
    /// none, or if the viewer does not have the right SUPPORTER_RECORDS.
    #[expect(clippy::too_many_arguments, reason = "GraphQL arguments: day, five filters and Relay's four")]
    async fn supporters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The date to report on. Defaults to today.")] as_of: Option<Date>,
        #[graphql(desc = "Only those who count (true), or only those who do not (false).")] active: Option<bool>,
        #[graphql(desc = "Only those with at least one of these reasons in `reasonsAgainst`.")] reason: Option<
            Vec<StandingReason>,
        >,
        #[graphql(desc = "Only allocations to the unit with this code and to those below it.")] under_code: Option<
            String,
        >,
        #[graphql(desc = "Only those whose `nextExpiry` has its last day before this date.")] ends_before: Option<Date>,
        #[graphql(desc = "Include allocations that have ended.", default = false)] include_ended: bool,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Supporter>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let day_scope = DayScope::on(ctx, as_of).await?;
        let under = under_code.map(|code| day_scope.named("underCode", &code)).transpose()?;
        let view = day_scope.with_coverage(ctx).await?;
        let wanted: Option<Vec<Reason>> = reason.map(|reasons| reasons.into_iter().map(Reason::from).collect());
        // A filter uses what the viewer may see of a record, and not what is on file, so that it reveals no more than the
        // fields do.
        let is_wanted = |supporter: &Supporter| {
            under.is_none_or(|above| view.tree().is_at_or_below(supporter.allocation().unit, above))
                && (include_ended || !supporter.allocation().validity.ended_by(view.as_of.day))
                && active.is_none_or(|active| supporter.reasons().is_active() == active)
                && wanted.as_ref().is_none_or(|wanted| supporter.reasons().iter().any(|it| wanted.contains(&it)))
                && ends_before.is_none_or(|Date(day)| supporter.expiry().is_some_and(|expiry| expiry.last_day.0 < day))
        };
        let mut supporters: Vec<Supporter> = seen(&view).filter(is_wanted).collect();
        supporters.sort_by_cached_key(Supporter::order);
        let total = Total::Known(supporters.len());
        let slice = cut(&page, "all-supporters", supporters, Supporter::order)?;
        Ok(slice.listed(total, |supporter| supporter))
    }
}

/// The allocations whose records the viewer may see. Each member of a cover group has those of all members; each is taken once,
/// from its own unit.
fn seen(view: &Arc<DayView>) -> impl Iterator<Item = Supporter> {
    let allocations = &view.index().roster().allocations;
    view.coverage.teams.iter().enumerate().flat_map(move |(place, row)| {
        let own = row.standings.iter().enumerate().filter(move |(_, standing)| {
            let allocation = &allocations[standing.allocation as usize];
            allocation.unit == row.unit && view.scope().sees_allocation(allocation)
        });
        own.map(move |(standing, _)| Supporter { team: Team::new(view, place), place: standing })
    })
}
