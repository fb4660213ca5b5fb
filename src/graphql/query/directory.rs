//! The directory of teams and of the people that their staff can contact.

use async_graphql::{Context, Object};

use super::super::day_view::DayScope;
use super::super::error::ApiError;
use super::super::object::directory::DirectoryEntry;
use super::super::page::{Listed, Page, Total, cut};
use super::search::Search;
use crate::access::Right;

#[derive(Debug, Default)]
pub(crate) struct DirectoryQuery;

#[Object]
impl DirectoryQuery {
    /// Teams with the Peer Supporters, Champions and managers that their staff can contact today, by code. For all staff, and
    /// for API tokens whose role sees everything. Empty if there are none, or if the viewer does not have the right DIRECTORY.
    #[expect(clippy::too_many_arguments, reason = "GraphQL arguments: two filters and Relay's four")]
    async fn directory(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only the unit with this code and those below it.")] under_code: Option<String>,
        #[graphql(desc = "Only those whose code or name contains this text, ignoring case, accents and spacing.")]
        search: Option<String>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<DirectoryEntry>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let search = Search::new(search)?;
        let day_scope = DayScope::on(ctx, None).await?;
        let listed = day_scope.scope().all(Right::Directory);
        let under = under_code.map(|code| {
            let unit = day_scope.known.unit_by_code(&code).filter(|_| listed);
            unit.ok_or_else(|| ApiError::not_found("unit", "underCode", &code))
        });
        let under = under.transpose()?;
        let view = if listed { day_scope.with_all_teams(ctx).await? } else { day_scope.with_coverage(ctx).await? };
        let teams = view.coverage.teams.iter().enumerate().filter(|(_, row)| {
            listed
                && row.headcount > 0
                && under.is_none_or(|above| view.tree().is_at_or_below(row.unit, above))
                && search.finds(view.facts(row.unit))
        });
        // The rows are already in order of code.
        let teams: Vec<usize> = teams.map(|(place, _)| place).collect();
        let total = Total::Known(teams.len());
        let code = |place: &usize| view.facts(view.coverage.teams[*place].unit).code.clone();
        let slice = cut(&page, "directory", teams, code)?;
        Ok(slice.listed(total, |place| DirectoryEntry { view: view.clone(), place }))
    }
}
