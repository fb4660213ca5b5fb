//! The tree of units.

use async_graphql::{Context, Object};
use entity::spelling;

use super::super::day_view::{DayScope, DayView};
use super::super::error::ApiError;
use super::super::object::organisation::{Unit, listed};
use super::super::object::viewer::ViewerObject;
use super::super::page::{Listed, Page};
use super::super::request_state::today;
use super::super::scalar::Date;
use super::search::Search;

#[derive(Debug, Default)]
pub(crate) struct OrganisationQuery;

#[Object]
impl OrganisationQuery {
    /// The version of this service. It is returned without using the database.
    async fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// The caller and their own data.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<ViewerObject, ApiError> {
        DayView::on(ctx, None).await.map(ViewerObject)
    }

    /// Today in the board's time zone.
    async fn today(&self, ctx: &Context<'_>) -> Result<Date, ApiError> {
        today(ctx).map(Date)
    }

    /// The top unit of the tree, or of the part that the viewer sees. Null if nothing has been imported yet, or if the viewer
    /// does not have the right FIGURES anywhere.
    async fn board(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The date to report on. Defaults to today.")] as_of: Option<Date>,
    ) -> Result<Option<Unit>, ApiError> {
        let day_scope = DayScope::on(ctx, as_of).await?;
        let Some(top) = day_scope.top() else { return Ok(None) };
        Ok(Some(Unit::new(&day_scope.with_coverage(ctx).await?, top)))
    }

    /// The unit with a code, open on the day or not. Null, with the error NOT_FOUND, if there is none or the viewer may not
    /// see it.
    async fn unit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The board's own code of the unit, as the files write it.")] code: String,
        #[graphql(desc = "The date to report on. Defaults to today.")] as_of: Option<Date>,
    ) -> Result<Option<Unit>, ApiError> {
        let day_scope = DayScope::on(ctx, as_of).await?;
        let unit = day_scope.named("code", &code)?;
        Ok(Some(Unit::new(&day_scope.with_coverage(ctx).await?, unit)))
    }

    /// Units that are open on the day or have a team at or below them, by code. Read page by page, this returns the whole tree,
    /// or with `underCode` a part of it, as a flat list: each unit names its `parent`. Empty if there are none, or if the
    /// viewer does not have the right FIGURES there.
    #[expect(clippy::too_many_arguments, reason = "GraphQL arguments: three filters and Relay's four")]
    async fn units(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The date to report on. Defaults to today.")] as_of: Option<Date>,
        #[graphql(desc = "Only the unit with this code and those below it.")] under_code: Option<String>,
        #[graphql(
            desc = "Only units of this level, in the board's own word, ignoring case and spacing: Sector. A word that no unit has matches nothing; \
                          query `level` of some units to see the words."
        )]
        level: Option<String>,
        #[graphql(desc = "Only those whose code or name contains this text, ignoring case, accents and spacing.")]
        search: Option<String>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Unit>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let search = Search::new(search)?;
        let day_scope = DayScope::on(ctx, as_of).await?;
        let under = under_code.map(|code| day_scope.named("underCode", &code)).transpose()?;
        let view = day_scope.with_coverage(ctx).await?;
        let level = level.map(|level| spelling::value(&level).into_owned());
        let units = view.units().map(|row| row.unit).filter(|unit| {
            let facts = view.facts(*unit);
            let kind = || view.known.level(facts.id).map(spelling::value);
            under.is_none_or(|above| view.tree().is_at_or_below(*unit, above))
                && level.as_deref().is_none_or(|level| kind().is_some_and(|it| it == level))
                && search.finds(facts)
        });
        let units = units.collect();
        listed(&view, &page, units)
    }
}
